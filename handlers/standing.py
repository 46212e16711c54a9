"""What runs by itself for somebody: at a time of their own clock, again and again."""

from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from handlers.context import Context
from handlers.recurrence import next_wall, wall_to_utc
from handlers.turn import Call, Turn
from storage.queries.schedules import keep_schedule, schedules_of
from storage.tables import Member, Schedule
from storage.unit_of_work import UnitOfWork

DAILY = "FREQ=DAILY"  # days off are passed over when they come
MORNING = time(9)
SECOND = timedelta(seconds=1)


def run_mornings(ctx: Context, key: str, call: Call, at: time = MORNING) -> None:
    """Let a command run for the speaker every working day at a time of day."""
    run_again(ctx, key, call, DAILY, datetime.combine(ctx.today, at))


def run_again(
    ctx: Context, key: str, call: Call, repeat: str, first: datetime, conversation_id: UUID | None = None
) -> datetime:
    """Let a command run for the speaker by a rule from `first` (local time) on; when it will be next, in UTC."""
    here = ctx.now.replace(tzinfo=None)
    following = next_wall(repeat, first, max(here, first - SECOND)) or first
    next_at = wall_to_utc(following, ctx.voice.zone.key)
    turn = Turn(calls=(call,)).dump()
    keep_schedule(
        ctx.uow, ctx.member, key, turn,
        repeat=repeat, wall=first, next_at=next_at, conversation_id=conversation_id,
    )  # fmt: skip
    return next_at


def move_on(uow: UnitOfWork, schedule: Schedule, member: Member | None) -> None:
    """To its next time after now; what was missed is not made up. A rule that has ended goes."""
    zone = (member.zone if member else None) or uow.workspace.zone
    here = uow.now.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    following = next_wall(schedule.repeat, datetime.fromisoformat(schedule.wall), here)
    if following is None:
        uow.delete(schedule)
        return
    schedule.next_at = wall_to_utc(following, zone)
    uow.add(schedule)


def keep_wall_time(uow: UnitOfWork, member: Member) -> None:
    """After a change of zone: nine in the morning stays nine in the morning."""
    for schedule in schedules_of(uow, member):
        move_on(uow, schedule, member)


def time_of(said: str) -> time | None:
    """ "08:00" as a time of day; None for "off" and what is no time."""
    try:
        return time.fromisoformat(said.zfill(5))
    except ValueError:
        return None
