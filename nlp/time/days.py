"""What a date can be said as. Each form answers `on(view)`: the date, or None where there is no such day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Protocol

from nlp.time import dates
from nlp.time.clock import View
from nlp.time.dates import Span
from nlp.time.lunar import lunar

_HORIZON = 400  # months or years looked through for a day that fits; the calendar repeats after 400 years


class Day(Protocol):
    """A date as it was said."""

    def on(self, view: View) -> date | None:
        """Return the date, or None where there is no such day."""
        ...


class Period(Protocol):
    """A span of days as it was said."""

    def span(self, view: View) -> Span | None:
        """Return the first day and the day after the last."""
        ...


@dataclass(frozen=True)
class Year:
    """A year by its number, or as an offset from this one."""

    number: int
    relative: bool = False

    def of(self, view: View) -> int:
        """Return the year's number."""
        return view.today.year + self.number if self.relative else self.number

    def span(self, view: View) -> Span | None:
        """Return the whole year."""
        first = dates.make(self.of(view), 1, 1)
        return dates.unit_span(first, "year") if first else None


@dataclass(frozen=True)
class Offset:
    """Some units from today: "tomorrow", "in three weeks", "two days ago"."""

    count: float
    unit: str = "day"
    base: Offset | None = None

    def on(self, view: View) -> date | None:
        """Count from today, or from another offset ("two weeks and three days ago")."""
        start = self.base.on(view) if self.base else view.today
        return start and dates.shift(start, self.count, self.unit)


@dataclass(frozen=True)
class Shifted:
    """Some units from another day: "three weeks after Christmas"."""

    base: Day
    count: float
    unit: str

    def on(self, view: View) -> date | None:
        """Count from the base."""
        base = self.base.on(view)
        return dates.shift(base, self.count, self.unit) if base else None


@dataclass(frozen=True)
class Weekday:
    """A weekday (0 is Monday): of the week `week` weeks from this one, or the nearest in the direction."""

    weekday: int
    week: int | None = None
    toward: int = 0  # 1 or -1 fixes the direction whatever the view ("this coming", "this past")

    def on(self, view: View) -> date | None:
        """Weeks run from Monday to Sunday."""
        if self.week is None:
            return dates.next_weekday(view.today, self.weekday, self.toward or view.step)
        monday = dates.start_of(view.today, "week")
        return dates.shift(monday, 7 * self.week + self.weekday, "day")


@dataclass(frozen=True)
class WeekdayOf:
    """A weekday on or before another day ("in three weeks on Friday")."""

    base: Day
    weekday: int

    def on(self, view: View) -> date | None:
        """Go back from the base to the weekday."""
        base = self.base.on(view)
        return base and base - timedelta(days=(base.weekday() - self.weekday) % 7)


@dataclass(frozen=True)
class WeekdayNear:
    """The nearest weekday strictly after another day, or before it ("the Monday after Christmas")."""

    base: Day
    weekday: int
    step: int

    def on(self, view: View) -> date | None:
        """Go from the base to the weekday."""
        base = self.base.on(view)
        return base and dates.next_weekday(base, self.weekday, self.step)


@dataclass(frozen=True)
class DayOfMonth:
    """A day of a month not named ("the 26th"), perhaps with its weekday ("Friday the 26th")."""

    day: int
    weekday: int | None = None

    def on(self, view: View) -> date | None:
        """Look month by month, today included, for one that has the day, on the weekday."""
        months = (dates.shift(view.today.replace(day=1), n * view.step, "month") for n in range(_HORIZON))
        days = (dates.make(month.year, month.month, self.day) for month in months if month)
        return next((day for day in days if day and self._fits(day, view)), None)

    def _fits(self, day: date, view: View) -> bool:
        ahead = day <= view.today if view.past else day >= view.today
        return ahead and (self.weekday is None or day.weekday() == self.weekday)


def _by_year(
    rule: Callable[[int], date | None], view: View, step: int, *, strict: bool = False
) -> Iterator[date]:
    """Yield the days of a yearly rule on the way from today."""
    first = view.today.year - step  # a lunar day may fall in the year after its own
    for year in range(first, first + _HORIZON * step, step):
        day = rule(year) if 1 <= year <= 9999 else None
        if day and (day - view.today).days * step >= int(strict):
            yield day


@dataclass(frozen=True)
class Yearly:
    """A day that comes once a year; without a year the nearest in the direction."""

    rule: Callable[[int], date | None]
    year: Year | None = None
    toward: int = 0

    def on(self, view: View) -> date | None:
        """Return the day in its year, or the nearest one, today included."""
        if self.year is not None:
            return self.rule(self.year.of(view))
        step = self.toward or view.step
        return next(_by_year(self.rule, view, step, strict=bool(self.toward)), None)


@dataclass(frozen=True)
class MonthDay:
    """The rule for a day of a month in a year."""

    month: int
    day: int

    def __call__(self, year: int) -> date | None:
        """Return the day in that year."""
        return dates.make(year, self.month, self.day)


@dataclass(frozen=True)
class LunarDay:
    """The rule for a day of the Chinese calendar in the lunar year that begins in a year."""

    month: int
    day: int

    def __call__(self, year: int) -> date | None:
        """Return the day in that lunar year."""
        return lunar(year, self.month, self.day)


@dataclass(frozen=True)
class Numeric:
    """A numeric date: its two parts as said; `order` is "day" or "month" first, None by the zone."""

    first: int
    second: int
    year: Year | None = None
    order: str | None = None

    def on(self, view: View) -> date | None:
        """Read it in the order of the view; where that is no date, in the other."""
        return Yearly(MonthDay(*self.month_day(view.clock.day_first)), self.year).on(view)

    def month_day(self, day_first: bool) -> tuple[int, int]:
        """Return month and day."""
        if self.order:
            day_first = self.order == "day"
        month, day = (self.second, self.first) if day_first else (self.first, self.second)
        return (month, day) if possible(month, day) or not possible(day, month) else (day, month)

    @property
    def doubtful(self) -> bool:
        """Whether both orders give a date, and different ones."""
        both = possible(self.first, self.second) and possible(self.second, self.first)
        return self.order is None and self.first != self.second and both


def possible(month: int, day: int, year: int | None = None) -> bool:
    """Whether the month has such a day (29 February does, where no year is said)."""
    if year is not None:
        return dates.make(year, month, day) is not None
    return 1 <= month <= 12 and 1 <= day <= dates.LONGEST_MONTH[month - 1]


@dataclass(frozen=True)
class NthWeekday:
    """The nth weekday of a period ("the first Friday of next month")."""

    n: int
    weekday: int
    period: Period

    def on(self, view: View) -> date | None:
        """Count within the period."""
        span = self.period.span(view)
        return dates.nth_weekday_of(span, self.n, self.weekday) if span else None


@dataclass(frozen=True)
class NthWeekdayAhead:
    """The nth weekday of the nearest month that still has it ahead ("the third Friday")."""

    n: int
    weekday: int

    def on(self, view: View) -> date | None:
        """Look month by month in the direction of the view."""
        months = (dates.shift(view.today.replace(day=1), n * view.step, "month") for n in range(_HORIZON))
        days = (dates.nth_weekday(month, self.n, self.weekday) for month in months if month)
        return next((day for day in days if day and (day - view.today).days * view.step >= 0), None)


@dataclass(frozen=True)
class NthWorkday:
    """The nth working day (Monday to Friday) of a period, from 1; -1 is the last."""

    n: int
    period: Period

    def on(self, view: View) -> date | None:
        """Count within the period."""
        span = self.period.span(view)
        if span is None:
            return None
        start = span[0] - timedelta(days=1) if self.n > 0 else span[1]
        return dates.shift(start, self.n, "workday")


@dataclass(frozen=True)
class NthDay:
    """The nth day of a period, from 1; -1 is the last ("the 15th of next month", "end of June")."""

    n: int
    period: Period

    def on(self, view: View) -> date | None:
        """Count within the period."""
        span = self.period.span(view)
        if span is None:
            return None
        day = dates.shift(span[0], self.n - 1, "day") if self.n > 0 else dates.shift(span[1], self.n, "day")
        return day if day and span[0] <= day < span[1] else None


@dataclass(frozen=True)
class WeekEnd:
    """The Friday of a week, which is its end for those who work."""

    period: Period

    def on(self, view: View) -> date | None:
        """Return the Friday."""
        span = self.period.span(view)
        return span and dates.shift(span[0], 4, "day")


@dataclass(frozen=True)
class NextStart:
    """The next first day of a unit ("start of the month")."""

    unit: str

    def on(self, view: View) -> date | None:
        """Return the first day of the unit after this one, or of this one where it is today."""
        spans = (dates.unit_span(view.today, self.unit, n) for n in islice((0, 1), 2))
        return next((span[0] for span in spans if span and span[0] >= view.today), None)
