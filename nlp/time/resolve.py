"""From what was said to moments, dates and periods, seen from a clock."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from nlp.time import dates
from nlp.time.amounts import from_now
from nlp.time.clock import View, elapse, localize
from nlp.time.dates import Span
from nlp.time.days import Day, Offset, Period, Year
from nlp.time.expression import Expression
from nlp.time.periods import DayRange, Joined, Range, Unit
from nlp.time.times import TimeOfDay


def when(expression: Expression, view: View) -> datetime | date | None:
    """Return the moment where a time of day or a distance in hours was said, else the date; None if neither."""
    if expression.impossible:
        return None
    if expression.duration:
        return when(from_now(expression.duration, 1), view)
    try:
        return _when(expression, view)
    except (OverflowError, ValueError):  # beyond the calendar's years 1 to 9999
        return None


def _when(expression: Expression, view: View) -> datetime | date | None:
    if expression.repeat:
        return _first_occurrence(expression, view)
    if expression.lapse is not None:
        return _lapsed(expression.day, expression.lapse, view)
    day = expression.day.on(view) if expression.day else _start(expression.period, view)
    if expression.time is None:
        return day
    if day:
        return _at(day, expression.time, view, tonight=expression.day == Offset(0))
    return None if expression.day or expression.period else _nearest(expression.time, view)


def _lapsed(day: Day | None, seconds: float, view: View) -> datetime | None:
    """Count clock time as elapsed time, after any days before it ("a day and two hours ago")."""
    start = view.now
    if day:
        date_ = day.on(view)
        if date_ is None:
            return None
        start = localize(date_, view.now.time(), view.zone)
    return elapse(start, timedelta(seconds=seconds))


def _at(day: date, said: TimeOfDay, view: View, *, tonight: bool) -> datetime:
    days, at = said.resolve(view.clock.day_parts)
    zone = said.tz or view.zone
    moment = localize(day + timedelta(days=days), at, zone)
    after_midnight = said.part == "tonight" and at.hour < 5 and said.hour is not None and not days
    if tonight and after_midnight and moment < view.now:
        return localize(day + timedelta(days=1), at, zone)
    return moment


def _nearest(said: TimeOfDay, view: View) -> datetime:
    """Return the next such time after now, or the latest before it."""
    _, at = said.resolve(view.clock.day_parts)
    zone = said.tz or view.zone
    today = view.now.astimezone(zone).date()
    moments = (localize(today + timedelta(days=n * view.step), at, zone) for n in (0, 1))
    first, second = moments
    passed = first >= view.now if view.past else first <= view.now
    return second if passed and not (view.past and first == view.now) else first


def _start(period: Period | None, view: View) -> date | None:
    """Return the first day of a period that lies ahead, such as "next week"; a named month is no date."""
    ahead = isinstance(period, Unit) and (period.offset > 0 or period.unit == "weekend")
    ahead = ahead or isinstance(period, (Range, Joined, DayRange))
    ahead = ahead or (isinstance(period, Year) and period.relative and period.number > 0)
    if period is None or not ahead or (isinstance(period, Range) and period.last is None):
        return None
    span = period.span(view)
    return span[0] if span else None


def _first_occurrence(expression: Expression, view: View) -> datetime | date | None:
    repeat, said = expression.repeat, expression.time
    if repeat is None:
        return None
    start = repeat.start.on(view) if repeat.start else None
    at: time | None = said.resolve(view.clock.day_parts)[1] if said else None
    zone = (said.tz if said else None) or view.zone
    now = view.now.astimezone(zone)
    first = repeat.first(now.replace(tzinfo=None), at, start)
    if first is None:
        return None
    clocked = repeat.get("FREQ") in ("HOURLY", "MINUTELY", "SECONDLY")
    if clocked:
        return elapse(view.now, first - now.replace(tzinfo=None))
    return localize(first.date(), at, zone) if at else first.date()


def repeat_rule(expression: Expression, view: View) -> str | None:
    """Return the RRULE value, with the last day where one was said."""
    repeat = expression.repeat
    if repeat is None:
        return None
    return repeat.until(repeat.end.on(view) if repeat.end else None)


def closing(expression: Expression, view: View) -> date | None:
    """Return the last day of a named period (of a week its Friday), else the date itself."""
    period = expression.period
    if period is None or expression.day:
        at = when(expression, view)
        return at.date() if isinstance(at, datetime) else at
    span = period.span(view)
    if span is None:
        return None
    if isinstance(period, Unit) and period.unit == "week":
        return dates.shift(span[0], 4, "day")
    return span[1] - timedelta(days=1)


def period(expression: Expression, bound: str, view: View) -> Span | None:
    """Return the days an expression covers, the end excluded; `bound` is its preposition ("s" since, "u" until)."""
    if expression.repeat or expression.impossible or expression.duration:
        return None
    if expression.period:
        return _bounded(expression.period.span(view), bound, view)
    at = when(expression, view)
    day = at.date() if isinstance(at, datetime) else at
    return _bounded((day, day + timedelta(days=1)), bound, view) if day else None


def _bounded(span: Span | None, bound: str, view: View) -> Span | None:
    """Stretch a span to today: "since Monday"."""
    tomorrow = view.today + timedelta(days=1)
    if span and bound == "s" and span[0] < tomorrow:
        return span[0], max(tomorrow, span[0])
    return span


def kind(expression: Expression) -> str:
    """Return "impossible", "repeat", "duration", "moment", "date" or "period"."""
    if expression.impossible:
        return "impossible"
    if expression.repeat:
        return "repeat"
    if expression.duration:
        return "duration"
    if expression.time or expression.lapse is not None:
        return "moment"
    return "date" if expression.day and not expression.period else "period"
