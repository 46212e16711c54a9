"""The moment that is meant for a reminder, by the clock of the one who is reminded."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers.calm import after_quiet
from handlers.context import Context
from handlers.errors import Missing
from handlers.moments import moment
from handlers.recurrence import first_wall, next_wall, wall_to_utc
from nlp.time import Clock, find
from storage.tables import Member


def zone_of(ctx: Context, member: Member) -> str:
    """The zone that someone lives in."""
    return ctx.voice.zone.key if member.id == ctx.member.id else member.zone or ctx.uow.workspace.zone


def wall_for(ctx: Context, when: str, repeat: str | None, member: Member) -> datetime:
    """The wall time that is meant: a day alone is its morning, today's the evening. Asks again for a past one."""
    zone = ZoneInfo(zone_of(ctx, member))
    now = ctx.now.astimezone(zone)
    said = moment(when, ctx.voice)
    if isinstance(said, datetime):
        local = said.astimezone(zone) if zone.key == ctx.voice.zone.key else _there(ctx, said, now)
    else:
        local = after_quiet(member, datetime.combine(said, time(9), zone))
    if repeat:
        return _first(repeat, local.replace(tzinfo=None), now.replace(tzinfo=None))
    if not isinstance(said, datetime):
        local = _in_day(local, now)
    wall = local.replace(tzinfo=None)
    if wall_to_utc(wall, zone.key) < ctx.now.astimezone(UTC) - timedelta(minutes=1):
        raise Missing("when", key="reminder.add.past", when=ctx.voice.moment(local))
    return wall


def _there(ctx: Context, said: datetime, now: datetime) -> datetime:
    """The words read by the other's clock: "at three" is three there, "in two hours" the same moment."""
    for found in find(ctx.said):
        if found.when(Clock(ctx.now)) == said and isinstance(there := found.when(Clock(now)), datetime):
            return there
    return said.astimezone(ctx.voice.zone).replace(tzinfo=now.tzinfo)


def _first(rule: str, wall: datetime, now: datetime) -> datetime:
    """The first occurrence that is still to come."""
    first = first_wall(rule, wall)
    return first if first >= now else next_wall(rule, first, now) or first


def _in_day(morning: datetime, now: datetime) -> datetime:
    if morning > now or morning.date() != now.date():
        return morning
    evening = morning.replace(hour=18)
    return evening if evening > now else now.replace(second=0, microsecond=0) + timedelta(hours=1)
