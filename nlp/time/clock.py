"""The point of view from which words about time are resolved."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_MONTH_FIRST = frozenset(
    [
        "America/Adak",
        "America/Anchorage",
        "America/Boise",
        "America/Chicago",
        "America/Denver",
        "America/Detroit",
        "America/Juneau",
        "America/Los_Angeles",
        "America/Menominee",
        "America/Metlakatla",
        "America/New_York",
        "America/Nome",
        "America/Phoenix",
        "America/Sitka",
        "America/Yakutat",
        "America/Puerto_Rico",
        "America/Panama",
        "Pacific/Guam",
        "Pacific/Honolulu",
        "Pacific/Pago_Pago",
        "Pacific/Saipan",
        "Asia/Manila",
        "Asia/Shanghai",
        "Asia/Urumqi",
        "Asia/Chongqing",
        "Asia/Harbin",
        "Asia/Taipei",
        "Asia/Tokyo",
        "Asia/Seoul",
        "Asia/Pyongyang",
        "Asia/Ulaanbaatar",
        "Asia/Thimphu",
        "Europe/Budapest",
        "Europe/Vilnius",
        "Asia/Tehran",
        "PRC",
        "ROC",
        "ROK",
        "Japan",
        "Iran",
        "UTC",
        "GMT",
        "Zulu",
        "Universal",
        "UCT",
        "EST",
        "MST",
        "HST",
        "EST5EDT",
        "CST6CDT",
        "MST7MDT",
        "PST8PDT",
    ]
)
_MONTH_FIRST_REGIONS = ("US/", "Etc/", "America/Indiana/", "America/Kentucky/", "America/North_Dakota/")


def day_first(zone: str) -> bool:
    """Whether 3/4 is the 3rd of April in the country of an IANA `zone`.

    The month comes first in the United States and the places that took its custom, and where dates are
    written from the year down (Unicode CLDR, short date patterns). A zone without a country, as UTC, counts
    as American, as English-language software does.
    """
    return zone not in _MONTH_FIRST and not zone.startswith(_MONTH_FIRST_REGIONS)


@dataclass(frozen=True)
class DayParts:
    """The hour that a word such as "morning" stands for."""

    morning: time = time(9)
    noon: time = time(12)
    afternoon: time = time(14)
    dusk: time = time(18)
    evening: time = time(19)
    tonight: time = time(20)
    end_of_day: time = time(18)

    def at(self, name: str) -> time:
        """Return the hour of the part called `name`, one of the fields or of the fixed parts below."""
        fixed = _FIXED_PARTS.get(name)
        return fixed if fixed is not None else getattr(self, name)


_FIXED_PARTS = {
    "midnight": time(0),
    "dawn": time(6),
    "small_hours": time(3),
    "mid_morning": time(10),
    "late_morning": time(11),
    "late_afternoon": time(17),
    "late_evening": time(22),
    "start_of_day": time(9),
}


@dataclass(frozen=True)
class Clock:
    """`now` is aware; its tzinfo is the person's zone. `day_first` is the order of numeric dates."""

    now: datetime
    day_first: bool = False
    day_parts: DayParts = field(default_factory=DayParts)


@dataclass(frozen=True)
class View:
    """A clock looked at in one direction: words told as `past` mean the latest such time, else the next."""

    clock: Clock
    past: bool = False

    @property
    def now(self) -> datetime:
        """The present moment, aware."""
        return self.clock.now

    @property
    def today(self) -> date:
        """The local date."""
        return self.clock.now.date()

    @property
    def zone(self) -> tzinfo:
        """The person's zone."""
        return self.clock.now.tzinfo or UTC

    @property
    def step(self) -> int:
        """The direction in which to look: 1 for the future, -1 for the past."""
        return -1 if self.past else 1


def localize(day: date, at: time, zone: tzinfo) -> datetime:
    """Put a wall-clock time into `zone`.

    An hour that the clocks skip shifts forward by the gap; of one that they repeat it is the first (PEP 495).
    """
    naive = datetime.combine(day, at, tzinfo=zone)
    return naive.astimezone(UTC).astimezone(zone)


def elapse(now: datetime, span: timedelta) -> datetime:
    """Add elapsed time, which is not wall-clock time where the clocks change in between."""
    return (now.astimezone(UTC) + span).astimezone(now.tzinfo)
