"""Recurrences: RFC 5545 recurrence rules without a time of day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from dateutil.rrule import rrulestr

from nlp.time.days import Day, DayOfMonth, MonthDay, NthWeekdayAhead, Numeric, Weekday, Yearly

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_ORDER = ("FREQ", "INTERVAL", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS", "COUNT", "UNTIL")
_UNITS = {
    "second": ("SECONDLY", 1), "minute": ("MINUTELY", 1), "hour": ("HOURLY", 1), "day": ("DAILY", 1), "week": ("WEEKLY", 1),
    "fortnight": ("WEEKLY", 2), "month": ("MONTHLY", 1), "quarter": ("MONTHLY", 3), "half": ("MONTHLY", 6),
    "year": ("YEARLY", 1), "decade": ("YEARLY", 10),
}  # fmt: skip


@dataclass(frozen=True)
class Repeat:
    """The parts of a recurrence rule, in any order, and the day from or until which it runs."""

    parts: tuple[tuple[str, str], ...]
    start: Day | None = None
    end: Day | None = None

    @classmethod
    def of(cls, frequency: str, interval: int = 1, **parts: object) -> Repeat:
        """Make a rule from RFC 5545 names in lower case."""
        given: dict[str, object] = {"INTERVAL": interval} if interval != 1 else {}
        given |= {name.upper(): value for name, value in parts.items() if value is not None}
        return cls((("FREQ", frequency), *((name, str(value)) for name, value in given.items())))

    @classmethod
    def every(cls, count: int, unit: str) -> Repeat:
        """Every `count` calendar or clock units."""
        if unit == "weekend":
            return cls.of("WEEKLY", count, byday="SA")
        if unit == "workday":
            return cls.of("WEEKLY", 1, byday="MO,TU,WE,TH,FR")
        frequency, size = _UNITS[unit]
        return cls.of(frequency, count * size)

    @classmethod
    def weekly(cls, weekdays: list[int], interval: int = 1) -> Repeat:
        """On weekdays, 0 being Monday."""
        return cls.of("WEEKLY", interval, byday=",".join(WEEKDAYS[day] for day in sorted(set(weekdays))))

    def get(self, name: str) -> str | None:
        """Return a part of the rule."""
        return dict(self.parts).get(name)

    def with_parts(self, **parts: object) -> Repeat:
        """Return the rule with parts added or replaced."""
        merged = dict(self.parts) | {name.upper(): str(value) for name, value in parts.items()}
        return replace(self, parts=tuple(merged.items()))

    @property
    def rule(self) -> str:
        """The RRULE value, in RFC 5545's usual order; an end that depends on today is not in it."""
        parts = dict(self.parts)
        return ";".join(f"{name}={parts[name]}" for name in _ORDER if name in parts)

    def until(self, day: date | None) -> str:
        """Return the RRULE value with its last day (a DATE, which counts as a whole)."""
        return self.with_parts(until=day.strftime("%Y%m%d")).rule if day else self.rule

    def on(self, day: Day) -> Repeat | None:
        """Return the rule with the day on which it falls ("every two weeks on Monday")."""
        frequency, free = self.get("FREQ"), not (self.get("BYDAY") or self.get("BYMONTHDAY"))
        if isinstance(day, Weekday) and frequency == "WEEKLY" and free and day.week is None:
            return self.with_parts(freq="WEEKLY", byday=WEEKDAYS[day.weekday])
        if isinstance(day, Weekday) and frequency == "WEEKLY" and day.week is None:
            days = {*(self.get("BYDAY") or "").split(","), WEEKDAYS[day.weekday]}
            return self.with_parts(byday=",".join(sorted(days, key=WEEKDAYS.index)))
        if isinstance(day, DayOfMonth) and frequency == "MONTHLY":
            return self.with_parts(bymonthday=day.day)
        if isinstance(day, NthWeekdayAhead) and frequency == "MONTHLY":
            return self.with_parts(byday=f"{day.n}{WEEKDAYS[day.weekday]}")
        return self._on_yearly(day) if frequency == "YEARLY" else None

    def _on_yearly(self, day: Day) -> Repeat | None:
        if isinstance(day, Numeric):
            month, dom = day.month_day(day_first=False)
            return self.with_parts(bymonth=month, bymonthday=dom)
        if isinstance(day, Yearly) and isinstance(day.rule, MonthDay):
            return self.with_parts(bymonth=day.rule.month, bymonthday=day.rule.day)
        return None

    def first(self, after: datetime, at: time | None, start: date | None = None) -> datetime | None:
        """Return the first occurrence at or after the naive `after`, or on or after `start`.

        The interval counts from that occurrence, so that "every other Monday" begins with the next Monday.
        """
        begin = max(start, after.date()) if start else after.date()
        if self.get("FREQ") in ("HOURLY", "MINUTELY", "SECONDLY"):
            return self._first_by_clock(after)
        rule = ";".join(
            f"{name}={value}" for name, value in self.parts if name not in ("INTERVAL", "COUNT", "UNTIL")
        )
        occurrences = rrulestr(rule, dtstart=datetime.combine(begin, at or time()))
        floor = after if at else datetime.combine(after.date(), time())
        try:
            return occurrences.after(floor, inc=True)
        except (OverflowError, ValueError):
            return None

    def _first_by_clock(self, after: datetime) -> datetime:
        unit = {"HOURLY": 3600, "MINUTELY": 60, "SECONDLY": 1}[self.get("FREQ") or "HOURLY"]
        return after + timedelta(seconds=unit * int(self.get("INTERVAL") or 1))
