"""Rules for recurrences."""

from __future__ import annotations

from nlp.time.days import Numeric, Yearly
from nlp.time.expression import Expression
from nlp.time.grammar import Build
from nlp.time.recurrence import WEEKDAYS, Repeat
from nlp.time.rules_times import CLEAN
from nlp.time.times import TimeOfDay
from nlp.time.tokens import Phrase

_WORKDAYS = "MO,TU,WE,TH,FR"
_LAST_MONTHS = {"quarter": "3,6,9,12", "half": "6,12", "year": "12"}
_FIRST_MONTHS = {"quarter": "1,4,7,10", "half": "1,7", "year": "1"}


def _interval(phrase: Phrase) -> int:
    """Read "every", "every other", "every 3", "every third", 每隔一天 (every other day), 每隔两周 (every two)."""
    count = phrase.get("NO12n")
    every: int = phrase.get("E")
    if count is None or (count == 1 and every == 2):
        return every
    return int(count)


def _every_unit(phrase: Phrase) -> Expression | None:
    unit = phrase.get("UV") or ("quarter" if "Q" in phrase else "second")
    interval = _interval(phrase)
    if "h" in phrase:
        return _every_half(unit)
    return Expression(repeat=Repeat.every(interval, unit)) if interval > 0 else None


def _every_half(unit: str) -> Expression | None:
    if unit == "year":
        return Expression(repeat=Repeat.every(6, "month"))
    return Expression(repeat=Repeat.every(30, "minute")) if unit == "hour" else None


def _every_weekday(phrase: Phrase) -> Expression:
    return Expression(repeat=Repeat.weekly(phrase.all("Ww"), _interval(phrase)))


def _weekday_range(phrase: Phrase) -> Expression:
    first, last = phrase.all("Ww")[:2]
    days = [(first + n) % 7 for n in range((last - first) % 7 + 1)]
    return Expression(repeat=Repeat.weekly(days))


def _workdays(_phrase: Phrase) -> Expression:
    return Expression(repeat=Repeat.every(1, "workday"))


def _every_part(phrase: Phrase) -> Expression:
    return Expression(repeat=Repeat.every(phrase.get("E", 1), "day"), time=TimeOfDay(part=phrase.get("GΓg")))


def _monthly_weekday(phrase: Phrase) -> Expression | None:
    """Read "the first Monday of every month", 每个月最后一个周五."""
    n = phrase.get("NO12R")
    if n not in (-1, 1, 2, 3, 4, 5):
        return None
    return Expression(repeat=Repeat.of("MONTHLY", phrase.get("E"), byday=f"{n}{WEEKDAYS[phrase.get('Ww')]}"))


def _second_weekday(phrase: Phrase) -> Expression | None:
    """Read "every second Wednesday of the month", which is not every other Wednesday."""
    if phrase.get("E") != 2 or phrase.get("U") != "month":
        return None
    return Expression(repeat=Repeat.of("MONTHLY", 1, byday=f"2{WEEKDAYS[phrase.get('Ww')]}"))


def _monthly_workday(phrase: Phrase) -> Expression | None:
    n = phrase.get("O12R")
    return (
        Expression(repeat=Repeat.of("MONTHLY", phrase.get("E"), byday=_WORKDAYS, bysetpos=n)) if n else None
    )


def _monthly_day(phrase: Phrase) -> Expression | None:
    day = phrase.get("dO12N")
    if not 1 <= day <= 31:
        return Expression(impossible=True) if "d" in phrase else None
    return Expression(repeat=Repeat.of("MONTHLY", phrase.get("E"), bymonthday=day))


def _edge(phrase: Phrase) -> Expression | None:
    """Read "the last day of every month", 每季度末, "every month end"."""
    edge = phrase.get("eRO12+")
    units = (unit or "quarter" for unit in phrase.all("UQ") if unit != "day")
    unit = next(units, "day")
    if edge not in (1, -1):
        return None
    if unit == "week":
        return Expression(repeat=Repeat.weekly([4 if edge == -1 else 0]))
    months = (_LAST_MONTHS if edge == -1 else _FIRST_MONTHS).get(unit)
    day = 31 if edge == -1 and unit == "year" else edge
    return Expression(
        repeat=Repeat.of("MONTHLY" if unit != "year" else "YEARLY", 1, bymonth=months, bymonthday=day)
    )


def _yearly(phrase: Phrase) -> Expression | None:
    """Read "every March 5"."""
    month, day = phrase.get("MmJ"), phrase.get("NO12d")
    return (
        Expression(repeat=Repeat.of("YEARLY", 1, bymonth=month, bymonthday=day)) if 1 <= day <= 31 else None
    )


def _yearly_numeric(phrase: Phrase) -> Expression | None:
    numeric: Numeric = phrase.get("D")
    repeat = Repeat.every(1, "year").on(numeric) if numeric.year is None else None
    return Expression(repeat=repeat) if repeat else None


def _every_holiday(phrase: Phrase) -> Expression | None:
    """Read "every Christmas"; a holiday that moves is no RRULE."""
    repeat = Repeat.every(1, "year").on(Yearly(phrase.get("H")))
    return Expression(repeat=repeat) if repeat else None


def _adverb(phrase: Phrase) -> Expression:
    frequency, interval = phrase.get("K")
    return Expression(repeat=Repeat.of(frequency, interval))


REPEATS: tuple[tuple[str, Build], ...] = (
    (r"E[nNO12]?[UVQ2]", _every_unit),
    (r"EN?h[UV]", _every_unit),
    (r"E[NO2]?[Ww](?:,?q?[Zo]?E?[Ww]){0,6}", _every_weekday),
    (r"E[nN]Uo?[Ww]", _every_weekday),
    (r"E[Ww][u-]E?[Ww]", _weekday_range),
    (r"[Ww][u-][Ww]EU", _weekday_range),
    (r"EB", _workdays),
    (r"B(?:EU)?(?<!RB)", _workdays),
    (r"E[GΓ]", _every_part),
    (r"Eg", _every_part),
    (r"[O12R][Ww]kEU", _monthly_weekday),
    (r"EUk?Z?[O12R]W", _monthly_weekday),
    (r"EUoZ?[O12R]W", _monthly_weekday),
    (r"E[O1R]W(?:[ki]Z?U)?", _monthly_weekday),
    (r"E2W[ki]Z?U", _monthly_weekday),
    (r"[O12R]BkEU", _monthly_workday),
    (r"EUk?[O12R]B", _monthly_workday),
    (r"[O12]U?kEU", _monthly_day),
    (r"EZ?O(?:U?[ki]Z?U)?", _monthly_day),
    (r"Ed", _monthly_day),
    (r"EUd", _monthly_day),
    (r"EUoZ?[O12]", _monthly_day),
    (r"[eRO1+]U?kE[UQ]", _edge),
    (r"eE[UQ]", _edge),
    (r"Ee[UQ]", _edge),
    (r"E[Ww][ki]Z?U", _second_weekday),
    (r"E[UQ]U?k?e", _edge),
    (r"E[UQ]k?OU", _edge),
    (r"E[UQ][oti]?Z?RU", _edge),
    (r"E[MmJ][NO12d]", _yearly),
    (r"E[NO12]k?[MmJ]", _yearly),
    (r"ED", _yearly_numeric),
    (r"E(?:Uo?)?H", _every_holiday),
    (rf"K{CLEAN}", _adverb),
)  # fmt: skip
