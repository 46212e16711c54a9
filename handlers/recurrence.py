"""Things that repeat: the next time by the wall clock of a zone, and the rule in words."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import get_day_names, get_month_names
from dateutil.rrule import rrulestr

from handlers.errors import Invalid
from handlers.voice import Voice, locale

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def wall_to_utc(wall: datetime, zone: str) -> datetime:
    """Local time as a moment: in a gap it shifts forward, of two equal times the first counts (PEP 495, fold=0)."""
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def next_wall(rule: str, starts: datetime, after: datetime) -> datetime | None:
    """The first wall time of the rule after `after`; None when it has ended. Raises `Invalid` for a bad rule."""
    if re.search(r"INTERVAL=0*(?:;|$)", rule):
        raise Invalid("invalid.repeat", value=rule)
    try:
        found: datetime | None = rrulestr(_whole_days(rule), dtstart=starts).after(after)
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid("invalid.repeat", value=rule) from error
    return found


def _whole_days(rule: str) -> str:
    """A rule that ends on a day includes that day (RFC 5545, 3.3.10)."""
    return re.sub(r"UNTIL=(\d{8})(?![\dT])", r"UNTIL=\1T235959", rule)


def first_wall(rule: str, when: datetime) -> datetime:
    """The first occurrence at or after `when`."""
    return next_wall(rule, when, when - timedelta(seconds=1)) or when


def describe(rule: str, voice: Voice) -> str:
    """A rule in words: "every Monday until Fri 6 Mar", 每周一."""
    parts = dict(p.split("=", 1) for p in rule.split(";") if "=" in p)
    words = _pattern(parts, voice)
    if until := parts.get("UNTIL"):
        day = voice.calendar_day(datetime.strptime(until[:8], "%Y%m%d").date())  # noqa: DTZ007 - a day alone
        return voice.say("repeat.until", every=words, day=day).text
    if count := parts.get("COUNT"):
        return voice.say("repeat.count", every=words, n=int(count)).text
    return words


def _pattern(parts: dict[str, str], voice: Voice) -> str:
    frequency, every = parts.get("FREQ", "DAILY"), int(parts.get("INTERVAL", "1"))
    if parts.get("BYDAY") == "MO,TU,WE,TH,FR" and every == 1:
        return voice.label("repeat.workdays")
    units = voice.say(f"repeat.units.{frequency}", n=every).text
    once = voice.say("repeat.every", unit=voice.label(f"repeat.{frequency}")).text
    head = once if every == 1 else voice.say("repeat.interval", n=every, unit=units).text
    detail = _details(parts, voice)
    if detail and every == 1 and frequency == "WEEKLY":
        return voice.say("repeat.weekly", days=detail).text
    return voice.say("repeat.on", every=head, days=detail).text if detail else head


def _details(parts: dict[str, str], voice: Voice) -> str:
    comma = voice.label("list.comma")
    where = locale(voice.language)
    if days := parts.get("BYDAY"):
        names = get_day_names("wide" if voice.language == "en" else "abbreviated", locale=where)
        return comma.join(_weekday(d, dict(names), voice) for d in days.split(","))
    if month_days := parts.get("BYMONTHDAY"):
        shown = comma.join(
            voice.say("repeat.last_day").text if d == "-1" else voice.say("repeat.month_day", day=d).text
            for d in month_days.split(",")
        )
        if months := parts.get("BYMONTH"):
            return (
                f"{shown} {get_month_names('wide', locale=where)[int(months.split(',')[0])]}"
                if voice.language == "en"
                else f"{months}月{shown}"
            )
        return shown
    return ""


def _weekday(code: str, names: Mapping[int, str], voice: Voice) -> str:
    name = names[DAYS.index(code[-2:])]
    place = code[:-2]
    if not place:
        return name
    return voice.say("repeat.place_last" if place == "-1" else "repeat.place", n=int(place), day=name).text
