"""Names that nobody in the corpus has, so that the network learns how names stand in sentences, and not the names."""

import random
from collections.abc import Callable

_FIRST = (
    "Anna Ben Carla David Ella Felix Grace Hugo Ines Jack Kate Leo Maria Nina Oscar Paula Quentin Rosa Sam Tina Uwe Vera Will Yara Zoe "
    "Aisha Bilal Chen Deepa Emeka Fatima Goran Hana Ivan Jin Kofi Lars Mei Noor Olga Pedro Ravi Sofia Tariq Ursula Viktor Wanda Xin Yuki "
    "Amir Beth Cem Dina Erik Femi Gita Hans Ida Jamal Kenji Lina Marco Nadia Omar Petra Rashid Sven Thandi Umar Vikram Wei Zara Alex "
    "Andy Bob Chris Dave Emma Fred Gary Helen Ian Jenny Kim Liz Mike Nick Pat Ray Sue Tom Tony Tim Joe Jim Dan Mark Luke Paul Peter John"
).split()
_LAST = (
    "Adler Brandt Castillo Dietrich Evans Ferrari Gruber Hughes Ibrahim Jensen Kowalski Larsen Moretti Nguyen Okafor Patel Quinn Reyes Schmidt "
    "Tanaka Usman Vargas Walsh Yamada Zhang Abbott Barnes Chowdhury Doyle Eriksen Fischer Galbraith Haddad Ito Joshi Khan Lopez Malik Novak "
    "Olsen Park Rossi Singh Takeda Underwood Vogel Weber Young Zimmer Baker Carter Fisher Mason Miller Potter Smith Taylor Turner Wood Hill"
).split()
_TRADE = (
    "Foods Logistics Systems Labs Group Partners Bakery Motors Dental Clinic Hotel School Textiles Solar Media Studio Trading Insurance Bank "
    "Freight Dairy Stables Tools Builders Electric Steel Design Pharma Books Garden Garage Farms Catering Roofing Printing Marine Optics"
).split()
_FORM = (
    "Ltd",
    "Inc",
    "GmbH",
    "AG",
    "LLC",
    "Co",
    "& Sons",
    "& Co",
    "Srl",
    "BV",
    "AB",
    "plc",
    "Bros",
    "Holdings",
)
_TITLE = ("Mr ", "Mrs ", "Ms ", "Dr ", "Mr. ", "Dr. ", "Frau ", "Uncle ", "Madam ")
_ONSET = "b br c ch d dr f fl g gr h j k kr l m n p pr r s sh st t tr v w z".split()
_VOWEL = "a e i o u ai ea ee oa ou".split()
_CODA = ["", "", "n", "r", "l", "s", "m", "ck", "nd", "rt", "st", "x", "ff"]
_SURNAME = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫雷黎史陶贺毛顾龚邵万覃武钱戴严欧莫孔向常汤康易乔赖文庞樊"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建文利鹏志国海波宁欣怡佳雨晨浩宇轩子涵梓萱思远若曦雪梅春燕晓峰俊豪家豪淑惠雅婷冠霖宗翰美玲承恩品妍振兴永康婉如筱雯诗涵柏翰彦廷嘉玲大伟小龙阿福"
_ADDRESS = (
    "总",
    "姐",
    "哥",
    "经理",
    "老师",
    "先生",
    "小姐",
    "女士",
    "主任",
    "医生",
    "老板",
    "工",
    "董",
    "太太",
    "师傅",
    "科长",
    "院长",
    "律师",
)
_BRAND = "鸿图宏远盛达恒信嘉禾瑞丰金源天成华创联合博雅中正永利德昌泰和新美锦绣东方长城星辰海川云峰绿野百汇万通顺兴安泰启明卓越飞腾澜湖川香竹轩米兰优品"
_SHOP = (
    "科技",
    "贸易",
    "制造",
    "建材",
    "食品",
    "餐饮",
    "物流",
    "医疗",
    "教育",
    "酒店",
    "印刷",
    "纺织",
    "五金",
    "电子",
    "集团",
    "公司",
    "有限公司",
    "工厂",
    "医院",
    "学校",
    "诊所",
    "宠物医院",
    "超市",
    "咖啡",
    "工坊",
    "建设",
    "幼儿园",
    "",
)
_PEOPLE = ("contact", "name", "assignee", "member", "owner")


class Inventor:
    """Makes names up, with the dice it is given."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice

    def name(self, slot: str, lang: str) -> str:
        """A name that can stand in a slot."""
        makes: Callable[[], str]
        if lang == "en" or self.dice.random() < 0.12:
            makes = self._person if slot in _PEOPLE else self._company
        else:
            makes = self._chinese_person if slot in _PEOPLE else self._chinese_company
        return makes()

    def _word(self) -> str:
        """A word that is none, as a family or a company may be called."""
        pick = self.dice.choice
        return "".join(
            pick(_ONSET) + pick(_VOWEL) + pick(_CODA) for _ in range(self.dice.choice((1, 2, 2)))
        ).capitalize()

    def _first(self) -> str:
        return self.dice.choice(_FIRST) if self.dice.random() < 0.7 else self._word()

    def _last(self) -> str:
        return self.dice.choice(_LAST) if self.dice.random() < 0.5 else self._word()

    def _person(self) -> str:
        chance = self.dice.random()
        name = (
            self._first()
            if chance < 0.4
            else f"{self._first()} {self._last()}"
            if chance < 0.75
            else self._last()
        )
        if 0.75 <= chance < 0.9:
            name = self.dice.choice(_TITLE) + name
        return name.lower() if self.dice.random() < 0.2 else name

    def _company(self) -> str:
        name, chance = self._last(), self.dice.random()
        if chance < 0.3:
            name += " " + self.dice.choice(_TRADE)
        elif chance < 0.4:
            name += " " + self.dice.choice(_FORM)
        elif chance < 0.5:
            name += " & " + self._last()
        return name.lower() if self.dice.random() < 0.2 else name

    def _chinese_person(self) -> str:
        surname, chance = self.dice.choice(_SURNAME), self.dice.random()
        if chance < 0.35:
            return surname + self.dice.choice(_ADDRESS)
        if chance < 0.5:
            return self.dice.choice("老小阿大") + self.dice.choice(_SURNAME + _GIVEN)
        given = "".join(self.dice.choice(_GIVEN) for _ in range(self.dice.choice((1, 2, 2))))
        return surname + given if chance < 0.93 else given

    def _chinese_company(self) -> str:
        brand = "".join(self.dice.choice(_BRAND) for _ in range(self.dice.choice((2, 2, 3))))
        return brand + self.dice.choice(_SHOP)
