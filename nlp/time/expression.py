"""What an expression of time says so far, and how two neighbouring pieces become one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from nlp.time.days import (
    Day,
    DayOfMonth,
    NthDay,
    NthWeekday,
    NthWeekdayAhead,
    Numeric,
    Offset,
    Period,
    Shifted,
    Weekday,
    WeekdayOf,
    Year,
    Yearly,
)
from nlp.time.periods import Part, Range, Unit
from nlp.time.recurrence import Repeat
from nlp.time.times import TimeOfDay

Amount = tuple[float, str]  # so many units


@dataclass(frozen=True)
class Expression:
    """The pieces that were said; those not said are None."""

    day: Day | None = None
    period: Period | None = None
    time: TimeOfDay | None = None
    repeat: Repeat | None = None
    lapse: float | None = None  # seconds of elapsed time from now
    duration: tuple[Amount, ...] = ()
    impossible: bool = False


def join(left: Expression, right: Expression) -> Expression | None:
    """Return the two as one, or None where they are two expressions of their own."""
    if left.duration or right.duration or left.lapse is not None or right.lapse is not None:
        return None
    if left.repeat and right.repeat:
        return _join_repeats(left, right)
    if left.repeat or right.repeat:
        return _join_repeat(left, right)
    try:
        day = _join(left.day, right.day, _join_days)
        period = _join(left.period, right.period, _join_periods)
        time = _join(left.time, right.time, _join_times)
        if day and period:
            day, period = _join(day, period, _within), None
    except _ApartError:
        return None
    return Expression(day, period, time, impossible=left.impossible or right.impossible)


class _ApartError(Exception):
    """Two pieces that are two expressions of their own."""


def _join(left: Any, right: Any, rule: Callable[[Any, Any], Any]) -> Any:
    """Return the one there is, or both joined by a rule in either order."""
    if not left or not right:
        return left or right
    joined = rule(left, right) or rule(right, left)
    if joined is None:
        raise _ApartError
    return joined


def _join_times(left: TimeOfDay, right: TimeOfDay) -> TimeOfDay | None:
    """Join an hour with the part of the day it lies in."""
    hour, part = left, right
    if hour.hour is None and part.hour is None:
        return _join_parts(hour, part)
    if hour.hour is None or part.hour is not None or (hour.part and part.part):
        return None
    return replace(hour, part=part.part) if hour.half != "pm" or part.part != "tonight" else hour


def _join_parts(one: TimeOfDay, other: TimeOfDay) -> TimeOfDay | None:
    """Join "tonight" with "midnight"; what is said twice ("in the morning, first thing") stays."""
    if other.part == "midnight" and one.part in ("tonight", "evening", "late_evening"):
        return replace(one, hour=12)
    return one if one.part == other.part else None


def _join_days(one: Day, other: Day) -> Day | None:
    """Join a weekday with a date: it finds the month of a day, goes back from a distance, else only confirms."""
    if not isinstance(one, Weekday) or isinstance(other, Weekday):
        return None
    if isinstance(other, DayOfMonth):
        return DayOfMonth(other.day, one.weekday)
    if isinstance(other, (Shifted, Offset)):
        return WeekdayOf(other, one.weekday)
    return other if isinstance(other, (Yearly, Numeric)) else None


def _join_periods(one: Period, other: Period) -> Period | None:
    """Give a month, quarter or half-year its year."""
    if isinstance(one, Part) and one.year is None and isinstance(other, Year):
        return replace(one, year=other)
    return None


def _within(day: Any, period: Any) -> Day | None:
    """Give a day its year, a day of the month its month, a weekday its week."""
    if isinstance(period, Year):
        return replace(day, year=period) if isinstance(day, (Yearly, Numeric)) and day.year is None else None
    if isinstance(day, Weekday) and isinstance(period, Unit) and period.unit == "week":
        return Weekday(day.weekday, period.offset)
    if isinstance(day, Weekday) and isinstance(period, Unit) and period.unit == "weekend":
        return Weekday(day.weekday, period.offset)
    if isinstance(day, DayOfMonth) and isinstance(period, (Unit, Part)) and period.unit == "month":
        return NthDay(day.day, period)
    if isinstance(day, NthWeekdayAhead):
        return NthWeekday(day.n, day.weekday, period)
    return None


def _join_repeats(left: Expression, right: Expression) -> Expression | None:
    """Join "weekly" with "on Mondays"."""
    plain, rich = (right, left) if left.repeat and left.repeat.get("BYDAY") else (left, right)
    if not plain.repeat or not rich.repeat or (plain.time and rich.time):
        return None
    weekdays = rich.repeat.get("BYDAY")
    if (
        plain.repeat.get("BYDAY")
        or not weekdays
        or {"WEEKLY"} != {one.get("FREQ") for one in (plain.repeat, rich.repeat)}
    ):
        return None
    return replace(plain, repeat=plain.repeat.with_parts(byday=weekdays), time=plain.time or rich.time)


def _join_repeat(left: Expression, right: Expression) -> Expression | None:
    """Add to a recurrence its time of day, or the day on which it falls."""
    first, second = (left, right) if left.repeat else (right, left)
    repeat = first.repeat
    if repeat is None or (second.period and not isinstance(second.period, Range)):
        return None
    try:
        time = _join(first.time, second.time, _join_times)
    except _ApartError:
        return None
    if second.day:
        # 从下周一起每天: what is not the day on which it falls is the day from which it runs.
        repeat = repeat.on(second.day) or replace(repeat, start=repeat.start or second.day)
    if second.period:
        return None
    return replace(first, time=time, repeat=repeat, impossible=first.impossible or second.impossible)
