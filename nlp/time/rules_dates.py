"""Rules for days: dates, weekdays, distances from today, holidays, edges of periods."""

from __future__ import annotations

from nlp.time.amounts import AMOUNT, amounts, from_now
from nlp.time.days import (
    Day,
    DayOfMonth,
    LunarDay,
    MonthDay,
    NextStart,
    NthDay,
    NthWeekday,
    NthWeekdayAhead,
    NthWorkday,
    Numeric,
    Offset,
    Period,
    Shifted,
    Weekday,
    WeekEnd,
    Year,
    Yearly,
    possible,
)
from nlp.time.expression import Expression
from nlp.time.grammar import Build
from nlp.time.periods import DayRange, Part, Unit
from nlp.time.rules_times import CLEAN
from nlp.time.tokens import Phrase

TOWARD = {"coming": 1, "past": -1}


def numeric(phrase: Phrase) -> Expression | None:
    """Read "3/4", "2026-03-04", 20260304; what was meant as a date and is none is impossible."""
    said: Numeric = phrase.get("D8")
    pairs = [(said.first, said.second), (said.second, said.first)]
    if said.order == "month":
        pairs = pairs[:1]
    year = said.year.number if said.year else None
    if any(possible(month, day, year) for month, day in pairs):
        return Expression(day=said)
    # 30/2 is meant as a date and is none; 50/50 was never one.
    meant = any(1 <= month <= 12 and 1 <= day <= 31 for month, day in pairs)
    return Expression(impossible=True) if meant else None


def _year(phrase: Phrase) -> Year | None:
    year: Year | None = phrase.get("Y")
    return year


def _month_day(phrase: Phrase) -> Expression | None:
    month, day, year = phrase.get("MmJ"), phrase.get("NO12d"), _year(phrase)
    if day != int(day) or not 1 <= day <= 31:
        return None
    relative = year is None or year.relative
    if not possible(month, int(day), None if relative or year is None else year.number):
        return Expression(impossible=True)
    return Expression(day=Yearly(MonthDay(month, int(day)), year, _toward(phrase)))


def _short_year(phrase: Phrase) -> Expression | None:
    """Read "5 Dec 26"."""
    day, year = phrase.all("NO")
    if not 24 <= year < 100 or not possible(phrase.get("MmJ"), day, 2000 + year):
        return None
    return Expression(day=Yearly(MonthDay(phrase.get("MmJ"), day), Year(2000 + year)))


def _toward(phrase: Phrase) -> int:
    direction = phrase.get("R", 0)
    return TOWARD.get(direction, direction if direction in (1, -1) else 0)


def _month_days(phrase: Phrase) -> Expression | None:
    """Read "March 3-5", "from 3 to 5 March"."""
    first, last, separator = phrase.get("P", (*phrase.all("NO"), "-"))[:3]
    if separator != "-" or not first < last <= 31:
        return None
    return Expression(period=DayRange(phrase.get("MmJ"), first, last, _year(phrase)))


def _lunar(phrase: Phrase) -> Expression | None:
    month, day = phrase.get("L"), phrase.get("dN")
    return (
        Expression(day=Yearly(LunarDay(month, day), _year(phrase)))
        if day <= 30
        else Expression(impossible=True)
    )


def day_of_month(phrase: Phrase) -> Expression | None:
    """Read "the 26th", "Friday the 26th", 26号."""
    day = phrase.get("NO12d")
    if not 1 <= day <= 31:
        return None
    return Expression(day=DayOfMonth(int(day), phrase.get("Ww")))


def day_word(phrase: Phrase) -> Expression:
    """Read "tomorrow", "the day after"."""
    return Expression(day=Offset(phrase.get("T+>")))


def weekday_alone(phrase: Phrase) -> Expression:
    """Read "Friday"."""
    return Expression(day=Weekday(phrase.get("Ww")))


def _relative_weekday(phrase: Phrase) -> Expression:
    weekday, week = phrase.get("Ww"), phrase.get("Rj")
    if week in TOWARD:
        return Expression(day=Weekday(weekday, None, TOWARD[week]))
    return Expression(day=Weekday(weekday, week))


def _weekday_from_now(phrase: Phrase) -> Expression:
    """Read "two Sundays from now", "a week on Monday", "Friday week"."""
    count = int(phrase.get("N", 1))
    extra = count if phrase.get("U") else count - 1
    unit = phrase.get("U", "week")
    return Expression(day=Shifted(Weekday(phrase.get("Ww")), extra, unit))


def _weekdays_ago(phrase: Phrase) -> Expression:
    """Read "three Fridays ago"."""
    return Expression(day=Shifted(Weekday(phrase.get("W"), None, -1), 1 - int(phrase.get("nN")), "week"))


def _weekday_after_next(phrase: Phrase) -> Expression | None:
    """Read "the Monday after next"."""
    return Expression(day=Weekday(phrase.get("Ww"), 2)) if phrase.get("R") == 1 else None


def _of_the_month(phrase: Phrase) -> Expression | None:
    """Read "the 1st of the month"."""
    return day_of_month(phrase) if phrase.get("U") == "month" else None


def _weeks_on(phrase: Phrase) -> Expression | None:
    """Read "a week tomorrow"."""
    unit = phrase.get("U")
    if unit not in ("week", "fortnight") or phrase.get("T") < 0:
        return None
    return Expression(day=Shifted(Offset(phrase.get("T")), phrase.get("nN"), unit))


def _in(phrase: Phrase) -> Expression | None:
    return _if_calendar(phrase, 1)


def _counted_from_today(phrase: Phrase) -> Expression | None:
    """Read 从今天起三天后, 现在起两小时后."""
    return None if phrase.get("T") else _in(phrase)


def _ago(phrase: Phrase) -> Expression | None:
    return _if_calendar(phrase, -1)


def _if_calendar(phrase: Phrase, sign: int) -> Expression | None:
    found = amounts(phrase.tokens)
    return from_now(found, sign) if found else None


def _relative_workday(phrase: Phrase) -> Expression | None:
    count = {1: 1, "coming": 1, -1: -1}.get(phrase.get("R"))
    return Expression(day=Offset(count, "workday")) if count else None


def _holiday(phrase: Phrase) -> Expression:
    year = _year(phrase)
    return Expression(day=Yearly(phrase.get("H"), year, _toward(phrase)))


def _anniversary(phrase: Phrase) -> Expression | None:
    """Read 明年的今天."""
    year = phrase.get("Y")
    return Expression(day=Offset(year.number, "year")) if year.relative and phrase.get("T") == 0 else None


def _period(phrase: Phrase) -> Period | None:
    """Return the period that a phrase names: "next month", "June 2020", "the quarter"."""
    unit = phrase.get("U") or ("quarter" if "Q" in phrase else None)
    if unit == "year" and "Y" in phrase:  # 明年年初
        return _year(phrase)
    if phrase.get("MmJ"):
        return Part("month", phrase.get("MmJ"), _year(phrase), _toward(phrase))
    if "I" in phrase:
        return Part("quarter", phrase.get("I"), _year(phrase))
    if unit:
        offset = phrase.get("R", 0)
        return Unit(unit, {"coming": 1, "past": -1}.get(offset, offset))
    return _year(phrase)


def _nth_weekday(phrase: Phrase) -> Expression | None:
    """Read "the first Friday of next month", "the last Monday in May"."""
    n, weekday = phrase.tokens[0].value, phrase.get("Ww")
    period = _period(Phrase(phrase.tokens[2:]))
    return Expression(day=NthWeekday(n, weekday, period)) if period and n in (-1, 1, 2, 3, 4, 5) else None


def _nth_weekday_ahead(phrase: Phrase) -> Expression | None:
    n = phrase.get("O12")
    return Expression(day=NthWeekdayAhead(n, phrase.get("Ww"))) if n in (-1, 1, 2, 3, 4, 5) else None


def _nth_day(phrase: Phrase) -> Expression | None:
    """Read "the last day of June", "the first day of next week"."""
    n = phrase.tokens[0].value
    period = _period(Phrase(phrase.tokens[1 if "+" in phrase else 2 :]))
    return Expression(day=NthDay(n, period)) if period and n in range(-1, 32) and n != 0 else None


def _nth_workday(phrase: Phrase) -> Expression | None:
    """Read "the last working day of the month", 下个月第一个工作日."""
    n = phrase.get("O12", phrase.tokens[0].value)
    kinds = "".join(token.kind for token in phrase.tokens)
    place = kinds.index("B")
    period = _period(Phrase(phrase.tokens[place + 1 :] or phrase.tokens[: place - 1]))
    return Expression(day=NthWorkday(n, period)) if period and n in (-1, *range(1, 24)) else None


def _edge(phrase: Phrase) -> Expression | None:
    """Read "end of June", 月底, "the start of next week"."""
    rest = Phrase([token for token in phrase.tokens if token.kind != "e"])
    period = _period(rest)
    day = _edge_day(phrase.get("e"), period, "R" in rest) if period else None
    return Expression(day=day) if day else None


def _edge_day(edge: int, period: Period, said: bool) -> Day | None:
    unit = period.unit if isinstance(period, (Unit, Part)) else "year"
    if edge == 0:
        middle = {"week": 3, "month": 15}.get(unit)
        return NthDay(middle, period) if middle else None
    if unit == "week" and edge == -1:
        return WeekEnd(period)
    if edge == 1 and isinstance(period, Unit) and not said:
        return NextStart(unit)
    return None if unit in ("day", "weekend") else NthDay(edge, period)


_MONTH_DAY_YEAR = r"(?:[,.]?[ik]?-?,?Y)?"
_NAMED = r"(?:RU|RQ|R?[MmJ]k?,?Y?|Z?U|Z?Q|Y)"

DATES: tuple[tuple[str, Build], ...] = (
    ("D", numeric),
    (rf"[MmJ][-.]?Z?[O12d]{_MONTH_DAY_YEAR}", _month_day),
    (rf"[MmJ][-.]?N(?![XAVUyB:Q]){_MONTH_DAY_YEAR}", _month_day),
    (r"[MmJ]P(?:,?Y)?", _month_days),
    (r"Pk?[MmJ](?:,?Y)?", _month_days),
    (r"[NO][qu-]Z?[NO]k?[MmJ](?:,?Y)?", _month_days),
    (rf"[NO]-?[MmJ]-?N{CLEAN}", _short_year),
    (rf"[NO12]U?[.-]?k?Z?[MJ]{_MONTH_DAY_YEAR}", _month_day),
    (rf"[NO12]U?[.-]?k?Z?m(?!x){_MONTH_DAY_YEAR}", _month_day),
    (r"Y[-,.]?[MmJ]-?[NO12d]", _month_day),
    (r"Yk?[MmJ]d", _month_day),
    (r"R[NO12]k?[MmJ]", _month_day),
    (r"R[MmJ][NO12d]", _month_day),
    (r"L[dN]", _lunar),
    (r"YL[dN]", _lunar),
    (r"d", day_of_month),
    (r"[Ww],?Z?O", day_of_month),
    (rf"[Ww],?Z[12]{CLEAN}", day_of_month),
    (rf"ZO{CLEAN}", day_of_month),
    (rf"oZ?O{CLEAN}", day_of_month),
    (rf"[obfu]Z[12]{CLEAN}", day_of_month),
    (r"[O12]U(?=k)", day_of_month),
    (r"O(?=k?RU)", day_of_month),
    ("T", day_word),
    ("W", weekday_alone),
    (r"w(?<=[otbfuvE]w)", weekday_alone),
    (r"w(?<=[WwT,q-]w)", weekday_alone),
    (r"w(?=,?[tob]{0,2}[CGΓg])", weekday_alone),
    (r"w(?=[-u,q][Ww])", weekday_alone),
    (r"[Rj][Ww]", _relative_weekday),
    (r"[nN]EWl", _weekday_from_now),
    (r"[nN]U[of]?[Ww]", _weekday_from_now),
    (r"[nN]EWa", _weekdays_ago),
    (r"[Ww]pR", _weekday_after_next),
    (r"[O12]kZU(?!e)", _of_the_month),
    (r"[nN]UT", _weeks_on),
    (rf"WU{CLEAN}", _weekday_from_now),
    (rf"i{AMOUNT}l?", _in),
    (rf"»{AMOUNT}", _in),
    (rf"(?=[NnPhQ]){AMOUNT}l", _in),
    (rf"(?=[NnPhQ]){AMOUNT}a", _ago),
    (rf"[T¡]≈{AMOUNT}l", _counted_from_today),
    ("RB", _relative_workday),
    (r"HU?(?:,?[ik]?Y)?", _holiday),
    (r"Yk?H", _holiday),
    (r"RHU?", _holiday),
    (r"Yk?T", _anniversary),
    (rf"[O12R][Ww][kio]{_NAMED}", _nth_weekday),
    (rf"[O12]W{CLEAN}", _nth_weekday_ahead),
    (rf"[RO12]Uk?{_NAMED}", _nth_day),
    (rf"[+]k{_NAMED}", _nth_day),
    (rf"[RO12]Bk?{_NAMED}", _nth_workday),
    (r"[RMJY][UMQJ]?k?OB", _nth_workday),
    (rf"eZ?{_NAMED}", _edge),
    (r"eI", _edge),
    (r"[IMJUQY]k?e", _edge),
    (r"Yk?[MJI]k?e", _edge),
    (r"R[UQ]U?k?e", _edge),
    (r"YUk?e", _edge),
)  # fmt: skip
