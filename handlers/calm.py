"""When Parley may speak of itself: outside a person's quiet hours, on their working days, not on their holidays."""

from datetime import date, datetime, time, timedelta
from functools import cache

import holidays
from babel.core import get_global

from handlers.recurrence import DAYS
from storage.tables import Member, Workspace

WEEK = "MO,TU,WE,TH,FR"
FARTHEST = 60  # steps of a search; no holiday lasts longer


@cache
def _free(country: str, year: int) -> frozenset[date]:
    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()


def countries() -> frozenset[str]:
    """Countries whose holidays are known."""
    return frozenset(holidays.list_supported_countries())


def works_on(member: Member, workspace: Workspace, day: date) -> bool:
    """Whether someone works on a day."""
    if DAYS[day.weekday()] not in (member.working_days or WEEK):
        return False
    country = member.holidays or get_global("zone_territories").get(member.zone or workspace.zone) or "off"
    return country == "off" or day not in _free(country, day.year)


def calm(member: Member, workspace: Workspace, moment: datetime) -> datetime:
    """The first moment from this one on at which the person may be spoken to unasked; `moment` is in their zone."""
    for _ in range(FARTHEST):
        quiet_until = after_quiet(member, moment)
        if quiet_until == moment and works_on(member, workspace, moment.date()):
            return moment
        moment = quiet_until if quiet_until != moment else _next_day(moment)
    return moment


def after_quiet(member: Member, moment: datetime) -> datetime:
    """The moment itself, or the end of the quiet hours that it falls into."""
    if not member.quiet_hours or "-" not in member.quiet_hours:
        return moment
    begin, end = (time.fromisoformat(part.zfill(5)) for part in member.quiet_hours.split("-"))
    now = moment.time()
    inside = begin <= now < end if begin < end else now >= begin or now < end
    if not inside:
        return moment
    day = moment.date() + timedelta(days=1) if begin > end and now >= begin else moment.date()
    return datetime.combine(day, end, moment.tzinfo)


def _next_day(moment: datetime) -> datetime:
    return datetime.combine(moment.date() + timedelta(days=1), time(), moment.tzinfo)
