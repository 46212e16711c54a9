"""Calendar arithmetic on plain dates."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

Span = tuple[date, date]  # the end is excluded

_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12, "decade": 120}
_DAYS = {"day": 1, "week": 7, "weekend": 7, "fortnight": 14}
LONGEST_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def make(year: int, month: int, day: int) -> date | None:
    """Return the date, or None where there is no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def shift(day: date, count: float, unit: str) -> date | None:
    """Move by `count` units; months clip to their last day (31 January and a month is 28 February).

    Half a month is 15 days. None beyond the calendar's years 1 to 9999.
    """
    try:
        if unit == "workday":
            return _shift_workdays(day, int(count))
        if unit in _DAYS:
            return day + timedelta(days=round(count * _DAYS[unit]))
        months = count * _MONTHS[unit]
        return day + relativedelta(months=int(months), days=round(months % 1 * 30))
    except (OverflowError, ValueError):
        return None


def _shift_workdays(day: date, count: int) -> date:
    """Move by working days, Monday to Friday; public holidays differ by country and are not known here."""
    step = 1 if count >= 0 else -1
    weeks, rest = divmod(abs(count), 5)
    day += timedelta(weeks=step * weeks)
    while rest:
        day += timedelta(days=step)
        rest -= day.weekday() < 5
    while day.weekday() >= 5:
        day += timedelta(days=step)
    return day


def start_of(day: date, unit: str) -> date:
    """Return the first day of the unit that holds `day`; a weekend is that of its week (Monday to Sunday)."""
    if unit in ("week", "fortnight"):
        return day - timedelta(days=day.weekday())
    if unit == "weekend":
        return day + timedelta(days=5 - day.weekday())
    if unit in _MONTHS:
        size = _MONTHS[unit]
        months = (day.year * 12 + day.month - 1) // size * size
        return date(max(months // 12, 1), months % 12 + 1, 1)
    return day


def unit_span(day: date, unit: str, offset: int = 0) -> Span | None:
    """Return the calendar unit `offset` units from the one that holds `day`."""
    start = shift(start_of(day, unit), offset, unit)
    if start is None:
        return None
    end = start + timedelta(days=2) if unit == "weekend" else shift(start, 1, unit)
    return (start, end) if end else None


def nth_weekday(start: date, n: int, weekday: int) -> date | None:
    """Return the nth (from 1; -1 is the last) `weekday` of the month that begins on `start`, if there is one."""
    length = monthrange(start.year, start.month)[1]
    return nth_weekday_of((start, start + timedelta(days=length)), n, weekday)


def nth_weekday_of(span: Span, n: int, weekday: int) -> date | None:
    """Return the nth (from 1; -1 is the last) `weekday` of a span, if there is one."""
    start, end = span
    if n > 0:
        day = start + timedelta(days=(weekday - start.weekday()) % 7 + 7 * (n - 1))
    else:
        last = end - timedelta(days=1)
        day = last - timedelta(days=(last.weekday() - weekday) % 7 + 7 * (-n - 1))
    return day if start <= day < end else None


def next_weekday(day: date, weekday: int, step: int = 1) -> date:
    """Return the nearest `weekday` strictly after `day`, or before it with step -1."""
    distance = (weekday - day.weekday()) * step % 7 or 7
    return day + timedelta(days=step * distance)
