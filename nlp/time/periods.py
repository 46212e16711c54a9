"""What a period can be said as. Each form answers `span(view)`: its first day and the day after its last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from nlp.time import dates
from nlp.time.clock import View
from nlp.time.dates import Span
from nlp.time.days import Day, Period, Year, Yearly


@dataclass(frozen=True)
class Unit:
    """A calendar unit, offset units from the present one: "this year", 上个月, "next week"."""

    unit: str
    offset: int

    def span(self, view: View) -> Span | None:
        """Return the whole unit."""
        return dates.unit_span(view.today, self.unit, self.offset)


@dataclass(frozen=True)
class Part:
    """The nth month, quarter or half-year of a year; without a year the nearest in the direction."""

    unit: str
    n: int
    year: Year | None = None
    toward: int = 0

    def span(self, view: View) -> Span | None:
        """Return the whole unit: the latest that has begun, or the next that has not ended."""
        if self.year is not None:
            return self._in(self.year.of(view))
        step = self.toward or view.step
        year = view.today.year
        spans = [self._in(year - step), self._in(year), self._in(year + step)]
        return next((span for span in spans if span and self._lies(span, view, step)), None)

    def _lies(self, span: Span, view: View, step: int) -> bool:
        if self.toward:
            return span[0] > view.today if step > 0 else span[1] <= view.today
        return span[1] > view.today if step > 0 else span[0] <= view.today

    def _in(self, year: int) -> Span | None:
        first = dates.make(year, 1, 1)
        return dates.unit_span(first, self.unit, self.n - 1) if first else None


@dataclass(frozen=True)
class Rolling:
    """The last or next n units, today included: "the last 30 days" ends with today."""

    count: float
    unit: str

    def span(self, view: View) -> Span | None:
        """Return the days up to the end of today, or from its beginning."""
        if self.count < 0:
            end = dates.shift(view.today, 1, "day")
            start = end and dates.shift(end, self.count, self.unit)
        else:
            start = view.today
            end = dates.shift(start, self.count, self.unit)
        return (start, end) if start and end else None


@dataclass(frozen=True)
class Range:
    """From one day to another, both included; an end left open is today."""

    first: Day | None
    last: Day | None

    def span(self, view: View) -> Span | None:
        """Return the days from the first to the last; the last is sought from the first on."""
        start = self.first.on(view) if self.first else view.today
        end = self.last.on(view) if self.last else view.today
        if start and end and end < start:
            end = _on_or_after(self.last, start, end)
        after = end and dates.shift(end, 1, "day")
        return (start, after) if start and after and start < after else None


def _on_or_after(day: Day | None, start: date, end: date) -> date | None:
    """Move the end of a range behind its start: "Friday to Monday", "December to January"."""
    if isinstance(day, Yearly) and day.year is None:
        return day.rule(start.year) if (day.rule(start.year) or start) > start else day.rule(start.year + 1)
    return dates.next_weekday(start, end.weekday())


@dataclass(frozen=True)
class DayRange:
    """Two days of one month ("March 3-5")."""

    month: int
    first: int
    last: int
    year: Year | None = None

    def span(self, view: View) -> Span | None:
        """Return the days, both included."""
        start = Yearly(lambda year: dates.make(year, self.month, self.first), self.year).on(view)
        last = start and dates.make(start.year, self.month, self.last)
        end = last and dates.shift(last, 1, "day")
        return (start, end) if start and end and start < end else None


@dataclass(frozen=True)
class Joined:
    """From the first day of one period to the last of another ("from May to July")."""

    first: Period
    last: Period

    def span(self, view: View) -> Span | None:
        """Return both with all between."""
        start, end = self.first.span(view), self.last.span(view)
        if start and end and end[1] <= start[0]:
            end = _year_later(end)
        return (start[0], end[1]) if start and end else None


def _year_later(span: Span) -> Span | None:
    moved = [dates.shift(day, 1, "year") for day in span]
    return (moved[0], moved[1]) if moved[0] and moved[1] else None


@dataclass(frozen=True)
class Days:
    """The span of a rule that is not a calendar unit, such as the days before a day."""

    rule: Callable[[View], Span | None]

    def span(self, view: View) -> Span | None:
        """Apply the rule."""
        return self.rule(view)


@dataclass(frozen=True)
class FirstDay:
    """The first day of a period, as a date ("next week" as a due date is its Monday)."""

    period: Period

    def on(self, view: View) -> date | None:
        """Return the first day."""
        span = self.period.span(view)
        return span[0] if span else None
