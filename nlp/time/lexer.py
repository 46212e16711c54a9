"""From text to tokens: one pass with one pattern, so that the cost is linear in the length of the text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from nlp.time import chinese, english, numbers
from nlp.time.days import Numeric, Year
from nlp.time.fold import fold
from nlp.time.holidays import HOLIDAYS
from nlp.time.times import TimeOfDay
from nlp.time.tokens import Token

Emission = list[tuple[str, Any]]

_HALF = r"(?:\s?([ap])\.?\s?m\b\.?|([ap])(?![a-z0-9']))"
_ZH = rf"(?:\d{{1,3}}|[{numbers.CHINESE_DIGITS}]{{1,5}})"
_ZH_MINUTE = r"(?:[0-5]?\d|[零〇][一二三四五六七八九]|[二三四五]?十[一二三四五六七八九]?)"
_MONTH = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_NUMBERED = (
    "ticket|task|order|deal|invoice|version|room|floor|page|item|seat|number|no|suite|apt|apartment|gate|line|step|level|"
    "phase|chapter|section|unit|building|bus|flight|route|building|street|release|build|option|lot|"
    "工单|任务|订单|单子|单号|合同|版本|编号|房间|发票|门牌|线路|航班|第(?=\\d+号)"
)

# Digits that are no time: amounts, telephone numbers, addresses on the net, numbers of things.
_NOISE = "|".join(
    (
        r"[a-z0-9_.+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}|https?://\S+|www\.\S+",
        r"[$€£¥₩]\s?\d[\d,.]{0,20}\s?(?:[kmb]|bn|mio|万|亿|千)?(?![a-z])",
        r"\+\d[\d ()-]{5,20}\d|\(\d{2,4}\)\s?\d[\d -]{4,15}\d|\d{3}[- ]\d{4}(?!\d|[-/.年])|0\d{2,4}[- ]\d{5,}|\d{3}[- ]\d{3}[- ]\d{4}|\d{7,}",
        r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?\s?%|#\d+|24/7|\d+(?:\.\d+)?x(?![a-z])",
        r"\d+(?:\.\d+)?(?:万|千|亿|元|块|美元|人民币|套|台|把|箱|件|人|位|份|折|楼|层|栋|%)",
        r"\d+(?:\.\d+)?\s?(?:usd|eur|gbp|cny|rmb|dollars?|bucks|euros?|pounds?|percent|k|grand)(?![a-z0-9])",
        rf"(?:{_NUMBERED})s?\.?\s*#?\d+(?:\.\d+)*(?![\d:.]|\s?[ap]\.?m|[点月日年时])号?",
        r"[123]/[2-5](?=\s(?:of|cups?|hours?|days?|pages?|full|price|off|done|an?)\b)",
        r"(?:twice|thrice|times) (?:a|an|per|each|every) (?:day|week|month|quarter|year)(?![a-z])",
        r"v\d+(?:\.\d+)*|\d{3,}\.\d+(?![\d.])|\d+\.\d{3,}",
    )
)


def _clock(match: re.Match[str]) -> Emission:
    hour, minute, second, *halves = match.groups()
    half = _half(halves)
    if half is None and (hour.startswith("0") or int(hour) > 12):
        half = "24"
    return [("C", TimeOfDay(int(hour), int(minute or 0), int(second or 0), half))]


def _half(letters: list[str | None]) -> str | None:
    letter = next(filter(None, letters), None)
    return f"{letter}m" if letter else None


def _iso(match: re.Match[str]) -> Emission:
    year, month, day, hour, minute, second, utc = match.groups()
    at = TimeOfDay(int(hour), int(minute), int(second or 0), "24", zone="UTC" if utc else None)
    return [("D", Numeric(int(month), int(day), Year(int(year)), "month")), ("C", at)]


def _year_first(match: re.Match[str]) -> Emission:
    year, month, day = (int(group) for group in match.groups())
    return [("D", Numeric(month, day, Year(year), "month"))]


def _compact_date(match: re.Match[str]) -> Emission:
    return [("8", token[1]) for token in _year_first(match)]


def _year_last(match: re.Match[str]) -> Emission:
    first, second, year = match.groups()
    return [("D", Numeric(int(first), int(second), Year(_full_year(year))))]


def _full_year(digits: str) -> int:
    return int(digits) + (2000 if len(digits) <= 2 else 0)


def _short_year(match: re.Match[str]) -> Emission:
    return [("Y", Year(_full_year(match[1])))]


def _spelled_ish(match: re.Match[str]) -> Emission:
    return [("C", TimeOfDay(numbers.english(match[1])))]


def _month_slash(match: re.Match[str]) -> Emission:
    return [("M", _MONTH.split("|").index(match[1]) + 1), ("N", int(match[2]))]


def _short_date(match: re.Match[str]) -> Emission:
    return [("D", Numeric(int(match[1]), int(match[2])))]


def _pair(match: re.Match[str]) -> Emission:
    return [("P", (int(match[1]), int(match[3]), match[2], match[3]))]


def _compact_clock(match: re.Match[str]) -> Emission:
    return [("C", TimeOfDay(int(match[1]), int(match[2]), 0, _half(list(match.groups()[2:])) or "24"))]


def _french(match: re.Match[str]) -> Emission:
    """Read 14h30 as a time, but 1h30 as a duration."""
    if int(match[1]) >= 6:
        return _compact_clock(match)
    return [("N", int(match[1])), ("V", "hour"), ("N", int(match[2])), ("V", "minute")]


def _glued(match: re.Match[str]) -> Emission:
    return [("N", int(match[1]))]


def _about(match: re.Match[str]) -> Emission:
    return [("C", TimeOfDay(int(match[1]), int(match[2] or 0)))]


def _digits(match: re.Match[str]) -> Emission:
    digits = match[1]
    if match[2] and digits != "1":
        return [("n", int(digits))]
    if len(digits) == 4 and digits[:2] in ("19", "20", "21"):
        return [("Y", Year(int(digits)))]
    return [("N", int(digits))]


_UNITS = {
    "h": ("V", "hour"), "m": ("V", "minute"), "s": ("V", "second"), "d": ("U", "day"), "w": ("U", "week"),
    "y": ("U", "year"),
}  # fmt: skip


def _with_unit(match: re.Match[str]) -> Emission:
    return [("N", int(match[1])), _UNITS[match[2]]]


def _decimal(match: re.Match[str]) -> Emission:
    return [("N", float(match[1]))]


def _chinese_clock(match: re.Match[str]) -> Emission:
    before, hour, half, quarter, minute, second, past, after = match.groups()
    minutes = 30 if half else 15 * numbers.chinese(quarter) if quarter else _value(minute) + _value(past)
    whole = numbers.chinese(hour)
    at = TimeOfDay(whole, minutes, _value(second), "24" if whole > 12 or hour == "0" or whole == 0 else None)
    less = before or after
    if less:
        at = at.shifted(-(15 if less == "一刻" else numbers.chinese(less.rstrip("分钟"))))
    doubtful = hour in ("一", "1", "几") and match[0][-1] == "点"
    return [("c" if doubtful else "C", at)]


def _value(digits: str | None) -> int:
    return numbers.chinese(digits) if digits else 0


def _chinese_year(match: re.Match[str]) -> Emission:
    digits = match[1]
    year = numbers.chinese(digits)
    return [("Y", Year(year + (2000 if len(digits) == 2 else 0)))]


def _chinese_month(match: re.Match[str]) -> Emission:
    return [("M", numbers.chinese(match[1]))]


_LUNAR_MONTHS = {"正": 1, "腊": 12, "冬": 11}


def _lunar_month(match: re.Match[str]) -> Emission:
    name = match[1] or match[2]
    return [("L", _LUNAR_MONTHS.get(name) or numbers.chinese(name))]


def _chinese_day(match: re.Match[str]) -> Emission:
    return [("d", numbers.chinese(match[1] or match[2]))]


def _chinese_ordinal(match: re.Match[str]) -> Emission:
    return [("O", numbers.chinese(match[1]) if match[1] else -1)]


def _quarter(match: re.Match[str]) -> Emission:
    return [("I", numbers.chinese(match[1] or match[2]))]


def _half_year(match: re.Match[str]) -> Emission:
    return [("½", (int(match[1]), None))]


def _weekdays(match: re.Match[str]) -> Emission:
    days = [digit for digit in match[1] if digit in _WEEK]
    return [("E", 1), *(("W", _WEEK.index(digit) % 7 if digit != "天" else 6) for digit in days)]


_WEEK = "一二三四五六日天"


def _day_count(match: re.Match[str]) -> Emission:
    """Read 三日后, whose 三日 is else the third of a month."""
    return [("N", numbers.chinese(match[1])), ("U", "day")]


def _once(match: re.Match[str]) -> Emission:
    """Read 每周一次, which is not 每周一."""
    return [("E", 1), *_VOCABULARY[match[1]]]


def _chinese_number(match: re.Match[str]) -> Emission:
    count = numbers.chinese(match[1])
    return [("n" if match[2] and count > 1 else "N", count)]


def _cardinal(match: re.Match[str]) -> Emission:
    return [("N", numbers.english(match[0]))]


def _ordinal(match: re.Match[str]) -> Emission:
    word = match[0]
    return [("2" if word == "second" else "1", numbers.english(word))]


def _digit_ordinal(match: re.Match[str]) -> Emission:
    return [("O", int(match[1]))]


_TENS_YEARS = "eighteen|nineteen|twenty(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?|thirty"


def _spelled_year(match: re.Match[str]) -> Emission:
    return [("Y", Year(2000 + numbers.english(match[1])))]


def _mark(match: re.Match[str]) -> Emission:
    return [(_MARKS.get(match[0], "."), None)]


_MARKS = {",": ",", "，": ",", "、": ",", "-": "-", "~": "-", "@": "t", "&": "q"}


def _words(rows: tuple[tuple[str, Any, str], ...]) -> dict[str, Emission]:
    table: dict[str, Emission] = {}
    for kinds, value, words in rows:
        values = value if len(kinds) > 1 else (value,)
        table |= {word: list(zip(kinds, values, strict=True)) for word in words.split("|")}
    return table


def _zone_rows() -> Iterator[tuple[str, Any, str]]:
    for zone, words in english.ZONES:
        yield (
            "S",
            zone,
            "|".join(word + suffix for word in words.split("|") for suffix in ("", *english.ZONE_SUFFIXES)),
        )
    for zone, places in english.ZONE_PLACES:
        yield (
            "S",
            zone,
            "|".join(place + suffix for place in places.split("|") for suffix in english.ZONE_SUFFIXES),
        )


_VOCABULARY = _words(
    (
        *english.WORDS,
        *chinese.WORDS,
        *(("H", rule, names) for rule, names in HOLIDAYS),
        *_zone_rows(),
    )
)


def _word(match: re.Match[str]) -> Emission:
    return _BY_KEY[_key(match[0])]


def _key(word: str) -> str:
    """Return a word as it is looked up: "mid-day", "mid day" and "midday" are one."""
    return word.replace(" ", "").replace("-", "")


_BY_KEY = {_key(word): emission for word, emission in _VOCABULARY.items()}


def _spelling(word: str) -> str:
    return re.escape(word).replace(r"\ ", "[ -]{1,2}").replace(r"\-", "[ -]?")


def _alternatives(latin: bool) -> str:
    words = sorted((word for word in _VOCABULARY if word[0].isascii() == latin), key=len, reverse=True)
    return "|".join(_spelling(word) for word in words)


def _nothing(_match: re.Match[str]) -> Emission:
    return [("x", None)]


def _blank(_match: re.Match[str]) -> Emission:
    return []


def _year_month_day(match: re.Match[str]) -> Emission:
    month = _MONTH.split("|").index(match[2]) + 1
    return [("D", Numeric(month, int(match[3]), Year(int(match[1])), "month"))]


# In order: the first that matches at a place is taken.
_PATTERNS: tuple[tuple[str, str, Callable[[re.Match[str]], Emission]], ...] = (
    ("blank", r" +", _blank),
    ("iso", r"(\d{4})-(\d\d)-(\d\d)[t ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(z)?(?![\d:])", _iso),
    ("year_first", r"(\d{4})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{1,2})(?!\d)", _year_first),
    ("year_month", rf"(\d{{4}})[-/ ]({_MONTH})[a-z]*[-/ ](\d{{1,2}})(?!\d)", _year_month_day),
    ("year_last", r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?![\d.])", _year_last),
    ("compact_date", r"(20\d\d)(0[1-9]|1[0-2])([0-3]\d)(?![\d.-])", _compact_date),
    ("noise", _NOISE, _nothing),
    ("clock", rf"(\d{{1,2}}):(\d\d)(?::(\d\d))?(?![\d:]){_HALF}?", _clock),
    ("dotted_clock", rf"(\d{{1,2}})\.(\d\d)(?:\.(\d\d))?{_HALF}", _clock),
    ("hour", rf"(\d{{1,2}})()(){_HALF}", _clock),
    ("compact", rf"(\d{{1,2}})(\d\d){_HALF}", _compact_clock),
    ("military", r"([01]\d|2[0-3])([0-5]\d)\s?(?:hrs?|hours?)(?![a-z])", _compact_clock),
    ("french", r"(\d{1,2})h([0-5]\d)(?!\d)()()", _french),
    ("ish", r"(\d{1,2})(?::(\d\d))?[ -]?ish(?![a-z])", _about),
    ("spelled_ish", rf"({numbers.SMALL})[ -]?ish(?![a-z])", _spelled_ish),
    ("month_slash", rf"({_MONTH})/(\d{{1,2}})(?!\d)", _month_slash),
    ("glued_month", rf"(\d{{1,2}})(?=(?:{_MONTH})(?![a-z]))", _glued),
    ("short_date", r"(\d{1,2})/(\d{1,2})(?![\d/])", _short_date),
    ("decimal", r"(\d+\.\d)(?=\s?(?:hours?|hrs?|h|days?|weeks?|months?|years?|个?(?:小时|钟头|月)|天|年)(?![a-z]))", _decimal),
    ("pair", r"(\d{1,2})([.-])(\d{1,2})(?![\d-]|\.\d)\.?", _pair),
    ("digit_ordinal", r"(\d{1,2})\s?(?:st|nd|rd|th)(?![a-z])", _digit_ordinal),
    ("with_unit", r"(\d{1,3})([hmdswy])(?![a-z0-9'])", _with_unit),
    ("once", "每个?(小时|天|周|星期|礼拜|月|季度|年)一次", _once),
    ("weekdays", rf"[每逢]{{1,2}}个?(?:周|星期|礼拜)((?:[{_WEEK}](?:[、,，和跟及]|(?=[{_WEEK}])))+[{_WEEK}](?![十点时月号个分\d]))", _weekdays),
    (
        "chinese_clock",
        (rf"(?:差({_ZH}分?钟?|一刻)钟?到?)?({_ZH})(?:点|时(?![间代候尚段]))(?!建|意见|要求|钱|多|点|儿|都|希望|内容|原因|好处|问题|想法|说明|不|也)"
        rf"钟?整?(?:(半)|([一二三123])刻|({_ZH}(?=分)|{_ZH_MINUTE})分?(?:({_ZH})秒)?(?![个\d月日号天周年人])|过({_ZH})分|差({_ZH}分|一刻))?钟?整?"),
        _chinese_clock,
    ),
    ("chinese_year", r"(\d{4}|[一二][零〇一二三四五六七八九]{3}|(?:\d\d|[零〇一二三四五六七八九]{2})(?=年\d{1,2}月|年[一二三四五六七八九十]+月)) ?年", _chinese_year),
    ("lunar_month", rf"(?:农历|阴历|旧历)?([正腊冬])月|(?:农历|阴历|旧历)({_ZH})月", _lunar_month),
    ("chinese_quarter", r"第?([一二三四1234])季度?|q([1-4])(?![a-z0-9])", _quarter),
    ("chinese_month", r"(1\d|0?[1-9]|十[一二三]?|[一二三四五六七八九]) ?月份?", _chinese_month),
    ("day_count", rf"({_ZH})日(?=[之以]?后)", _day_count),
    ("chinese_day", rf"({_ZH}) ?[日号](?![仓楼线店机房门车位码院馆台柜桌厅桥公大客])|(?<![最当起])初([一二三四五六七八九]|十(?!分))(?![步中高])", _chinese_day),
    ("chinese_ordinal", rf"第({_ZH})个?|最后一?个", _chinese_ordinal),
    ("half_year", r"h([12])(?![a-z0-9])", _half_year),
    ("spelled_year", rf"(?:twenty|two thousand(?: and)?)[ -]({_TENS_YEARS})(?![a-z])", _spelled_year),
    ("latin", rf"(?:{_alternatives(True)})(?![a-z0-9_])", _word),
    ("ordinal", numbers.ORDINAL, _ordinal),
    ("cardinal", numbers.CARDINAL, _cardinal),
    ("glued", r"(\d{1,3})(?=(?:minute|min|hour|hr|day|week|wk|month|mth|year|yr|second|sec)s?(?![a-z0-9]))", _glued),
    ("other", r"[a-z][a-z0-9_']*|\d+[a-z][a-z0-9]*", _nothing),
    ("idiom", chinese.NOISE, _nothing),
    ("han", _alternatives(False), _word),
    ("short_year", r"'(\d\d)(?![\da-z])", _short_year),
    ("digits", r"(\d{1,4})(个)?", _digits),
    ("han_number", rf"([{numbers.CHINESE_DIGITS}]{{1,5}})(个)?", _chinese_number),
    ("mark", r"[,，、@&~-]|[.!?;:()\[\]\"“”。！？；\n]", _mark),
)  # fmt: skip

_BY_NAME = {name: (pattern, emit) for name, pattern, emit in _PATTERNS}


@cache
def _master() -> re.Pattern[str]:
    """All patterns in one; compiled by the first text, since it takes longer than most of a start."""
    return re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern, _ in _PATTERNS))


@cache
def _emitter(name: str) -> tuple[re.Pattern[str], Callable[[re.Match[str]], Emission]]:
    pattern, emit = _BY_NAME[name]
    return re.compile(pattern), emit


def tokenize(text: str) -> list[Token]:
    """Return the tokens of `text` in order; what is between them and not blank is a token of kind x."""
    folded = fold(text)
    tokens: list[Token] = []
    position = 0
    for match in _master().finditer(folded):
        start, end = match.span()
        if folded[position:start].strip():
            tokens.append(Token("x", None, position, start))
        tokens += (Token(kind, value, start, end) for kind, value in _emit(match, folded))
        position = end
    if folded[position:].strip():
        tokens.append(Token("x", None, position, len(text)))
    return tokens


def _emit(match: re.Match[str], folded: str) -> Emission:
    pattern, emit = _emitter(match.lastgroup or "other")
    inner = match if emit is _nothing else pattern.match(folded, match.start())
    return emit(inner) if inner else [("x", None)]
