"""Holidays by name: rules for the day in a year, and the words for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from dateutil.easter import easter

from nlp.time.dates import nth_weekday
from nlp.time.days import MonthDay
from nlp.time.lunar import islamic, lunar, qingming, winter_solstice

Rule = Callable[[int], date | None]


def _fixed(month: int, day: int) -> Rule:
    return MonthDay(month, day)


def _nth(month: int, n: int, weekday: int, plus: int = 0) -> Rule:
    def rule(year: int) -> date | None:
        day = nth_weekday(date(year, month, 1), n, weekday)
        return day and day + timedelta(days=plus)

    return rule


def _easter(plus: int) -> Rule:
    return lambda year: easter(year) + timedelta(days=plus)


def _lunar(month: int, day: int) -> Rule:
    return lambda year: lunar(year, month, day)


def _islamic(name: str) -> Rule:
    return lambda year: islamic(name, year)


def _new_years_eve(year: int) -> date | None:
    """除夕 is said of the year it leads out of; the Gregorian year it falls in is the next."""
    return lunar(year - 1, 12, -1)


# What it is, and what it is called in English and simplified Chinese, "|" between names.
# English names may be preceded by "the" and followed by "day"; Chinese ones by 节.
HOLIDAYS: tuple[tuple[Rule, str], ...] = (
    (_fixed(1, 1), "new year's|new years|new year's day|new year day|new years day|new year|yuandan|元旦|元旦节"),
    (_fixed(12, 31), "new year's eve|new year eve|new years eve|nye|跨年夜|元旦前夜"),
    (_nth(1, 3, 0), "martin luther king day|martin luther king jr day|mlk day|martin luther king"),
    (_fixed(1, 20), "inauguration day"),
    (_fixed(2, 2), "groundhog day|groundhog"),
    (_fixed(2, 14), "valentine's day|valentines day|valentine day|valentine's|valentines|情人节"),
    (_nth(2, 3, 0), "presidents day|president's day|presidents' day|washington's birthday|washingtons birthday"),
    (_fixed(3, 8), "women's day|womens day|female day|international women's day|妇女节|三八节|三八妇女节|女神节"),
    (_fixed(3, 7), "女生节"),
    (_fixed(3, 12), "植树节"),
    (_nth(4, -1, 4), "arbor day"),
    (_fixed(3, 15), "消费者权益日"),
    (_fixed(3, 17), ("saint patrick's day|saint patricks day|saint patrick day|st patrick's day|st patricks day|st. patrick's day|"
                    "st patrick day|saint patrick|st patrick|st. patrick")),
    (_fixed(4, 1), "april fools day|april fools' day|april fool's day|april fool day|april fools|fool's day|fools day|愚人节"),
    (_fixed(4, 22), "earth day|世界地球日|地球日"),
    (_fixed(4, 23), "st george's day|saint george's day|st george day|saint george"),
    (_fixed(5, 1), "may day|mayday|international workers' day|international workers day|workers' day|workers day|五一|五一节|劳动节|五一劳动节"),
    (_fixed(5, 4), "youth day|五四|青年节|五四青年节|star wars day"),
    (_fixed(5, 5), "cinco de mayo"),
    (_fixed(5, 20), "五二零|520情人节"),
    (_nth(5, 2, 6), "mother's day|mothers day|mother day|mothers' day|母亲节"),
    (_nth(5, -1, 0), "memorial day"),
    (_fixed(6, 1), "children's day|childrens day|child day|children day|六一|儿童节|六一儿童节"),
    (_fixed(6, 18), "六一八"),
    (_fixed(6, 19), "juneteenth|juneteenth independence day|freedom day|jubilee day"),
    (_nth(6, 3, 6), "father's day|fathers day|father day|fathers' day|父亲节"),
    (_fixed(7, 1), "canada day|建党节|七一建党节"),
    (_fixed(7, 4), "independence day|us independence day|july fourth|美国独立日"),
    (_fixed(7, 14), "bastille day|法国国庆日"),
    (_fixed(8, 1), "建军节|八一建军节"),
    (_nth(9, 1, 0), "labor day|labour day"),
    (_fixed(9, 10), "teacher's day|teachers day|teachers' day|teacher day|教师节"),
    (_nth(10, 2, 0), "columbus day|indigenous peoples day|indigenous peoples' day"),
    (_fixed(10, 1), "national day|chinese national day|国庆|国庆节|十一国庆|十一黄金周"),
    (_fixed(10, 10), "双十|双十节|双十国庆|国庆日"),
    (_fixed(10, 31), "halloween|halloween day|all hallows eve|all hallow's eve|all hallows' eve|万圣节前夜|万圣夜|万圣节"),
    (_fixed(11, 1), "all saints' day|all saints day|all hallows day|all hallow day|all hallows|诸圣节"),
    (_fixed(11, 2), "all souls' day|all souls day|all soul day"),
    (_fixed(11, 5), "guy fawkes day|guy fawkes night|guy fawkes|bonfire night"),
    (_fixed(11, 11), "veterans day|veteran's day|veterans' day|remembrance day|singles day|singles' day|single day|光棍节|双十一|双11"),
    (_nth(11, 4, 3), "thanksgiving|thanksgiving day|感恩节"),
    (_nth(11, 4, 3, 1), "black friday|黑色星期五|黑五"),
    (_nth(11, 4, 3, 4), "cyber monday|网络星期一"),
    (_fixed(12, 12), "双十二|双12"),
    (_fixed(12, 24), "christmas eve|xmas eve|x-mas eve|平安夜|圣诞夜|圣诞前夜"),
    (_fixed(12, 25), "christmas|christmas day|xmas|x-mas|xmas day|圣诞|圣诞节"),
    (_fixed(12, 26), "boxing day|节礼日"),
    (_nth(3, 2, 0), "canberra day"),
    (_fixed(1, 26), "australia day"),
    (_fixed(4, 25), "anzac day"),
    (_easter(-48), "clean monday"),
    (_easter(-47), "mardi gras|shrove tuesday|fat tuesday|pancake day"),
    (_easter(-46), "ash wednesday"),
    (_easter(-7), "palm sunday"),
    (_easter(-3), "maundy thursday|holy thursday"),
    (_easter(-2), "good friday|耶稣受难日|受难节"),
    (_easter(-1), "easter saturday|holy saturday"),
    (_easter(0), "easter|easter day|easter sunday|复活节"),
    (_easter(1), "easter monday|复活节星期一"),
    (_easter(39), "ascension|ascension day|ascension of christ|耶稣升天节"),
    (_easter(49), "whit sunday|whitsunday|pentecost|五旬节"),
    (_easter(50), "whit monday|pentecost monday|圣灵降临日"),
    (_easter(56), "trinity sunday|trinity"),
    (_easter(60), "corpus christi"),
    (_lunar(1, 1), "chinese new year|chinese new year's day|lunar new year|spring festival|cny|春节|新春|大年初一|年初一|过年|农历新年"),
    (_new_years_eve, "chinese new year's eve|chinese new year eve|lunar new year's eve|除夕|大年三十|年三十|年夜|大年夜|除夕夜"),
    (_lunar(1, 2), "大年初二|年初二"),
    (_lunar(1, 3), "大年初三|年初三"),
    (_lunar(1, 4), "大年初四|年初四"),
    (_lunar(1, 5), "大年初五|年初五"),
    (_lunar(1, 6), "大年初六|年初六"),
    (_lunar(1, 7), "大年初七|年初七"),
    (_lunar(1, 8), "大年初八|年初八"),
    (_lunar(1, 15), "lantern festival|元宵|元宵节|灯节|上元节"),
    (_lunar(2, 2), "龙抬头"),
    (qingming, "qingming|qingming festival|tomb sweeping day|tomb-sweeping day|清明|清明节"),
    (_lunar(5, 5), "dragon boat festival|端午|端午节"),
    (_lunar(7, 7), "qixi|qixi festival|七夕|七夕节"),
    (_lunar(7, 15), "ghost festival|中元节|鬼节"),
    (_lunar(8, 15), "mid-autumn festival|mid autumn festival|mid-autumn|mooncake festival|moon festival|中秋|中秋节"),
    (_lunar(9, 9), "double ninth festival|chongyang festival|重阳|重阳节"),
    (winter_solstice, "冬至"),
    (_lunar(12, 8), "腊八|腊八节"),
    (_lunar(12, 23), "小年"),
    (_islamic("ramadan"), "ramadan|斋月"),
    (_islamic("eid_al_fitr"), "eid al fitr|eid al-fitr|eid ul fitr|eid ul-fitr|eid|开斋节"),
    (_islamic("eid_al_adha"), "eid al adha|eid al-adha|eid ul adha|feast of the sacrifice|宰牲节|古尔邦节"),
    (_islamic("islamic_new_year"), "islamic new year|muslim new year|伊斯兰新年"),
)  # fmt: skip
