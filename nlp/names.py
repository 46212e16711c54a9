"""Recognising people and companies that nobody has told us of yet."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nlp.text import fold, has_cjk

_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄江童颜郭梅盛林钟徐邱骆高夏蔡田樊胡凌霍虞万柯管卢莫房裘缪解应宗丁宣邓单洪包左石崔吉龚程邢裴陆荣翁荀甄曲封储靳松段巫焦侯宁仇甘祖武符刘景詹龙叶司黎薄印白蒲邰从鄂籍卓蔺屠蒙池乔阴胥闻翟谭申扶堵冉桑尚温柴瞿阎连习艾鱼容向古易慎戈廖终居衡步耿满弘匡国文寇广欧沃利越师巩聂辛阚简饶曾关蒯相查游丘"
_COMPOUND = "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|令狐|慕容|司徒|夏侯|南宫|端木|独孤"
_FORM = "总监|总|经理|姐|哥|董事长|董|老师|先生|女士|小姐|主任|医生|老板|律师|博士|处长|科长|厂长|校长|院长|工程师|工|太太|叔|阿姨|师傅|副总|部长|主管|店长|教授"
_CHINESE_NAME = re.compile(
    rf"(?:(?:{_COMPOUND}|[{_SURNAMES}])(?:{_FORM})|[小老阿大][{_SURNAMES}](?![{_SURNAMES}]?(?:{_FORM}))|(?:{_COMPOUND})[\u4e00-\u9fff]{{1,2}}|[{_SURNAMES}][\u4e00-\u9fff]{{1,2}})"
)
_AFTER_NAME = set(
    "打发说谈聊的了开约签下在要想把讲送问回过通见吃喝去来是有会催确报寄给和跟对让请,、。!? 到联再看拿做买订提写确认周今明后上下早晚昨刚已没不也都就还从那这"
)
_FOLLOWS = "".join(sorted(_AFTER_NAME - set(",.!? ,、。") | set("设升降")))
# A person in folded Chinese text where a sentence goes on right behind the name.
CHINESE_PERSON = (
    rf"(?:[a-z][a-z.'-]*(?: [a-z][a-z.'-]*){{0,2}}|[小老阿大][{_SURNAMES}]|(?:{_COMPOUND}|[{_SURNAMES}])(?:{_FORM})"
    rf"|(?:{_COMPOUND}|[{_SURNAMES}])[\u4e00-\u9fff]{{1,2}}?(?=[{_FOLLOWS},.:; ]|$)"
    rf"|(?![我你他她它咱大各每])[\u4e00-\u9fff]{{2,3}}?(?=[{_FOLLOWS},.:; ]|$))"
)
CHINESE_JOB = (
    r"(?:采购|销售|技术|产品|市场|财务|行政|人事|运营|生产|项目|业务|电脑|研发|设计|质量|质检|工程|设备|物流|仓库|客服|大客户|区域|高级|资深|副|总|首席)*(?:经理|协理|副总|课长|特助|业务|总监|主管|老板|总裁|总经理|董事长|工程师|采购|财务|会计|销售|"
    r"负责人|护理长|主任|店长|院长|校长|厂长|部长|处长|科长|助理|秘书|设计师|顾问|专员|代表|医生|护士长|老师|教授)"
)
_BEFORE_CHINESE = re.compile(
    r"(?:给|跟|和|找|联系|联络|拜访|约|对|向|问|催|见|通知|提醒|让|请|陪|帮|与|访|打给|发给|寄给|回复|感谢)$"
)
_COMPANY_ZH = re.compile(
    r"[\u4e00-\u9fffA-Za-z0-9]{2,12}?(?:有限公司|公司|集团|科技|制造|贸易|银行|医院|学校|大学|工厂|事务所|诊所|酒店|超市|餐厅)"
)
_WORD = r"[A-Z][\w'’-]*[a-z][\w'’-]*|[A-Z]{2,}(?![a-z])|[A-Z]\.?"
_ENGLISH_NAME = re.compile(
    rf"(?:(?:Mr|Mrs|Ms|Dr|Prof)\.? )?(?:{_WORD})(?: (?:(?:de|van|von|der|al|bin|of|&) )*(?:{_WORD}))*"
)
_BEFORE_ENGLISH = re.compile(
    r"(?:^|[\s(])(?:call|calling|called|phone|ring|email|e-mail|emailing|mail|text|message|msg|ping|meet|meeting|met|visit|visiting|see|chase|contact|ask|tell|invite|send|thank|with|for|to|from|about|nudge|brief|at|and|by|of|remind|update|answer|pay|follow up with|get back to|check in with)\s+$",
    re.IGNORECASE,
)
_NOT_NAMES = frozenset(
    "i i'm i'll i've i'd the a an my our his her its their this that monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec crm vip cfo ceo cto coo po pdf eur usd gbp cny rmb asap eod eow q1 q2 q3 q4 am pm ok hi hey parley please today tomorrow tonight invoice contract quote proposal demo".split()
)
_COMPANYLIKE = re.compile(
    r"\b(?:acme|globex|inc|ltd|llc|gmbh|corp|co|company|group|ag|plc|labs?|studio|bank|hospital|clinic|hotel|school|university|foods?|trading|logistics|systems?|solutions?|partners|industries|media|motors|pharma|medical|supplies|electronics|consulting)\.?$",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"[、,]|^[我你您他她它谁能可请帮加这那每刚的]|[了吗呢吧约说]$|怎么|什么|时候|一下|为什么|哪|提醒|任务|[要该得](?:给|把|去|跟|向|找|寄|发|做|买|交|回)|^[明后昨今]天"
)
_PARTICLES = frozenset("de da del della di du la le van von der den ten zu al bin ibn el".split())
_STOP = frozenset(
    "me at in on for about during over what who where when why how which we you they everyone everybody somebody someone nobody people there here is are was were do does did have has had can could will would should shall must may might not and or but if then else with without please all any some more most my our it let lets don't need want got get today tomorrow yesterday now just also nothing anything something".split()
)


# Words that a sentence goes on with, and a name hardly.
_INNER = frozenset("the a an as to that his her".split())


@dataclass(frozen=True)
class Guess:
    """A piece of text that looks like a name, and of what kind."""

    start: int
    end: int
    kind: str


_INDUSTRIES = frozenset(
    "manufacturing retail finance banking insurance healthcare health medical pharma education software technology tech it logistics transport construction energy food hospitality travel media advertising legal consulting automotive textile textiles chemicals agriculture telecom gaming fashion electronics aerospace "
    "制造 零售 金融 银行 保险 医疗 医药 教育 软件 科技 互联网 物流 运输 建筑 能源 食品 餐饮 旅游 媒体 广告 法律 咨询 汽车 纺织 化工 农业 通信 游戏 服装 电子 房地产 贸易".split()
)


def is_industry(said: str) -> bool:
    """Whether a word names a trade: "manufacturing", 制造业."""
    word = fold(said).strip()
    return word in _INDUSTRIES or (has_cjk(word) and len(word) >= 3 and word.endswith("业"))


_JOBS = re.compile(
    r"\b(?:c[efto]o|cmo|vp|svp|evp|md|gm|president|chief|head|lead|director|manager|officer|owner|founder|partner|chair\w*|buyer|purchas\w*|procure\w*|engineer|architect|developer|designer|analyst|consultant|accountant|controller|bookkeeper|sales|marketing|account\w*|rep|representative|agent|assistant|secretary|receptionist|coordinator|specialist|supervisor|foreman|technician|nurse|doctor|physician|dentist|pharmacist|teacher|professor|lawyer|attorney|advis[eo]r|planner|clerk|operator|driver|chef|principal|dean|counsel|recruiter|hr|it|finance|operations|logistics|boss)\b",
    re.IGNORECASE,
)
_PLACES = frozenset(
    "北京 上海 广州 深圳 杭州 南京 苏州 成都 重庆 武汉 西安 天津 青岛 大连 厦门 宁波 长沙 郑州 济南 合肥 福州 昆明 沈阳 哈尔滨 东莞 佛山 无锡 台北 新北 桃园 台中 台南 高雄 新竹 基隆 嘉义 宜兰 花莲 台东 屏东 彰化 香港 澳门 内湖 海南 浙江 江苏 广东 福建 山东 四川 中国 台湾 美国 日本 德国".split()
)


def is_job(said: str) -> bool:
    """Whether words read like a job title."""
    return bool(_JOBS.search(said)) or bool(re.fullmatch(CHINESE_JOB, fold(said).strip()))


def is_place(said: str) -> bool:
    """Whether a word is a city or country rather than a company."""
    return fold(said).strip() in _PLACES


def without_place(said: str) -> str:
    """A name without the town it comes with: 高雄的林先生 is 林先生."""
    place, of, name = said.partition("的")
    return name if of and name and is_place(place) else said


def looks_like_company(name: str) -> bool:
    """Whether a name of unknown kind is a company's."""
    return bool(_COMPANYLIKE.search(name)) or bool(_COMPANY_ZH.fullmatch(name))


_PERSON_WORD = re.compile(rf"[爸妈哥姐弟妹姨婶叔伯爷奶娘生客人她他们]|^[小老阿大]|(?:{_FORM})$")


def looks_like_person(name: str) -> bool:
    """Whether a Chinese name can be a person's: it has a family name at its head, or a form of address."""
    folded = fold(name)
    return bool(_CHINESE_NAME.match(folded)) or bool(_PERSON_WORD.search(folded))


def name_like(said: str) -> bool:
    """Whether words can be a name at all: not a pronoun of the first person, no question word, not a sentence."""
    parts = said.lower().split()
    if not parts or len(parts) > 6 or len(said) > 50 or not any(c.isalpha() for c in said):
        return False
    if has_cjk(said):
        return 2 <= len(said) <= 16 and not _NO_NAME.search(fold(said))
    if any(p.endswith(("n't", "n’t")) for p in parts):
        return False
    return not any(p.strip(".,'") in _STOP for p in parts) and not _INNER.intersection(parts[1:])


_NOUNS = re.compile(
    r"(?:(?:a|an|the|my|new|another|some)\s+)*(?:tasks?|to-?dos?|reminders?|contacts?|compan(?:y|ies)|tickets?|deals?|orders?|notes?|calls?|meetings?|leads?|customers?|clients?|tags?|payments?|activit(?:y|ies)|e?-?mails?|something|one|it|that)|任务|提醒|联系人|客户|公司|工单|商机|订单|备注|电话|标签|一下",
    re.IGNORECASE,
)


def is_noun(said: str) -> bool:
    """Whether words name a kind of record rather than one of them: "a task", 提醒."""
    return bool(_NOUNS.fullmatch(fold(said).strip()))


def looks_named(said: str) -> bool:
    """Whether words look like a name by themselves: capitals, or a Chinese surname and given name."""
    said = said.strip()
    if has_cjk(said):
        return bool(_CHINESE_NAME.fullmatch(fold(said)) or _COMPANY_ZH.fullmatch(fold(said)))
    return bool(_ENGLISH_NAME.fullmatch(said)) and said.lower() not in _NOT_NAMES


_AFTER_CHINESE = re.compile(
    rf"{_FORM}|有限公司|公司|集团|科技|制造|贸易|银行|医院|学校|大学|工厂|事务所|诊所|酒店|超市|餐厅|纸业|机电|建设|建材|食品|餐饮|物流|教育|印刷|纺织|五金|电子|幼儿园|工坊|设计|服饰|化工|实业|农场|茶业"
)


def whole_name(words: str, start: int, end: int) -> tuple[int, int]:
    """The name that goes on around [start, end): capitalised words, or a Chinese form of address or trade behind it.

    The end of a possessive is left out.
    """
    if has_cjk(words[start:end]):
        behind = (
            m.end() for m in _AFTER_CHINESE.finditer(fold(words), start + 1) if m.start() <= end < m.end()
        )
        return start, next(behind, end)
    if not words[start].isupper():
        return start, end
    for found in _ENGLISH_NAME.finditer(words):
        first = found[0].split()[0].lower()
        if found.start() <= start < found.end() and not (first in _NOT_NAMES and found.start() < start):
            leads = found.start() == 0 or words[: found.start()].rstrip()[-1:] in ".!?:\n"
            begin = start if first in _STOP or leads else found.start()
            last = found.end() - (2 if found[0].endswith(("'s", "’s")) else 0)
            return begin, max(end, next((i for i in range(end, last) if has_cjk(words[i])), last))
    return start, end


def as_written(name: str) -> str:
    """A person's name that was typed all in small letters as names are written: "jan de wit" is Jan de Wit."""
    words = name.split()
    if not name.islower() or not all(re.sub(r"[-'’]", "", w).isalpha() for w in words):
        return name
    return " ".join(w if i and w in _PARTICLES else _raised(w) for i, w in enumerate(words))


def _raised(word: str) -> str:
    return re.sub(r"(?:^|(?<=-)|(?<=^[od]['’]))\w", lambda m: m[0].upper(), word)


def guess(words: str) -> Iterator[Guess]:
    """Names inside free text: after words that people follow with a name."""
    yield from _english(words)
    if has_cjk(words):
        yield from _chinese(fold(words))


def _english(words: str) -> Iterator[Guess]:
    for found in _ENGLISH_NAME.finditer(words):
        name = found[0]
        first = name.split()[0].lower()
        before = words[: found.start()]
        led = (
            _BEFORE_ENGLISH.search(before)
            or _BEFORE_CHINESE.search(before)
            or words[found.end() :].startswith("'s ")
        )
        if first in _NOT_NAMES or not led:
            continue
        end = found.end()
        while name.split()[-1].lower() in _NOT_NAMES and " " in name:
            name = name.rsplit(" ", 1)[0]
            end = found.start() + len(name)
        if words[found.start() : end].endswith("'s"):
            end -= 2
        yield Guess(found.start(), end, "company" if looks_like_company(name) else "contact")


def _chinese(words: str) -> Iterator[Guess]:
    for found in _COMPANY_ZH.finditer(words):
        if _BEFORE_CHINESE.search(words[: found.start()]):
            yield Guess(found.start(), found.end(), "company")
    for found in _CHINESE_NAME.finditer(words):
        if not _BEFORE_CHINESE.search(words[: found.start()]) and found.start() > 0:
            continue
        end = found.end()
        if re.search(rf"(?:{_FORM})$", found[0]) or found[0][0] in "小老阿大":
            yield Guess(found.start(), end, "contact")
            continue
        if len(found[0]) == 3 and not re.match(_COMPOUND, found[0]) and found[0][2] in _AFTER_NAME:
            end -= 1
        follows = words[end : end + 1]
        if not follows or follows in _AFTER_NAME:
            yield Guess(found.start(), end, "contact")
