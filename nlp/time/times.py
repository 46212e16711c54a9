"""Times of day as they are said: an hour that may lack am or pm, and the parts of the day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import time
from zoneinfo import ZoneInfo

from nlp.time.clock import DayParts

# Which hours a part of the day holds: (first, last) of those it can mean as they are said; others move by 12.
_HOURS = {
    "morning": (0, 12), "start_of_day": (0, 12), "mid_morning": (0, 12), "late_morning": (0, 12), "dawn": (0, 12),
    "small_hours": (0, 11), "noon": (10, 14), "afternoon": (12, 23), "late_afternoon": (12, 23), "dusk": (12, 23),
    "end_of_day": (12, 23), "evening": (12, 24), "tonight": (17, 28), "late_evening": (17, 28), "midnight": (21, 27),
}  # fmt: skip


@dataclass(frozen=True)
class TimeOfDay:
    """An hour (0 to 24), or a part of the day, or both ("in the afternoon at three").

    `half` is "am", "pm", or "24" where the hour is as it stands; None leaves it to working hours.
    """

    hour: int | None = None
    minute: int = 0
    second: int = 0
    half: str | None = None
    part: str | None = None
    zone: str | None = None

    @property
    def exists(self) -> bool:
        """Whether there is such a time: 25:00, 13:75 and 14 am are none."""
        if self.hour is None:
            return True
        highest = 12 if self.half == "am" else 24
        full = self.hour == 24 and (self.minute or self.second)
        return self.hour <= highest and self.minute < 60 and self.second < 60 and not full

    def resolve(self, parts: DayParts) -> tuple[int, time]:
        """Return the days to add (24:00 and the hours after midnight of a night) and the wall-clock time."""
        if self.hour is None:
            return 0, parts.at(self.part or "morning")
        days, hour = divmod(self._hour(), 24)
        return days, time(hour, self.minute, self.second)

    def _hour(self) -> int:
        hour = self.hour or 0
        if self.half == "am":
            return hour % 12
        if self.half == "pm":
            return hour if hour > 12 else hour % 12 + 12
        if self.half == "24" and not (self.part and 0 < hour <= 12):
            return hour
        return _in_part(hour, self.part) if self.part else _working_hour(hour)

    def shifted(self, minutes: int) -> TimeOfDay:
        """Return the time some minutes later (or earlier, negative), with the hour's half kept open."""
        total = (self.hour or 0) * 60 + self.minute + minutes
        hour, minute = divmod(total % 1440, 60)
        if self.half is None and hour == 0 and self.hour in (12, 1):
            hour = 12
        return replace(self, hour=hour, minute=minute)

    @property
    def named_hour(self) -> TimeOfDay | None:
        """The time with its hour, where it is an hour, noon or midnight."""
        if self.hour is not None:
            return self
        hour = {"noon": 12, "midnight": 0}.get(self.part or "")
        return None if hour is None else TimeOfDay(hour, half="24")

    @property
    def tz(self) -> ZoneInfo | None:
        """The zone that was said with the time ("3pm Eastern")."""
        return ZoneInfo(self.zone) if self.zone else None


def _working_hour(hour: int) -> int:
    """1 to 6 are in the afternoon; 7 to 12 stand as they are (the catalogue's working hours)."""
    return hour + 12 if 1 <= hour <= 6 else hour


def _in_part(hour: int, part: str) -> int:
    first, last = _HOURS[part]
    if hour > 12 or (hour == 0 and first < 17):
        return hour
    if part in ("tonight", "late_evening", "midnight", "evening"):
        return _in_night(hour)
    return next((choice for choice in (hour % 12, hour % 12 + 12) if first <= choice <= last), hour)


def _in_night(hour: int) -> int:
    """5 to 11 at night are before midnight, 12 and 1 to 4 are after it."""
    return hour % 12 + 12 if 5 <= hour <= 11 else hour % 12
