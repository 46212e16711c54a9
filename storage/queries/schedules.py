"""Commands that run by themselves: kept, found when they are due, and moved on."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from storage.tables import Member, Schedule
from storage.unit_of_work import UnitOfWork


def keep_schedule(
    uow: UnitOfWork,
    member: Member,
    key: str,
    turn: dict[str, Any],
    *,
    repeat: str,
    wall: datetime,
    next_at: datetime,
    conversation_id: UUID | None = None,
) -> Schedule:
    """The member's schedule of that name, new or as it is from now on; `wall` is local, `next_at` a moment."""
    row = schedule_of(uow, member, key)
    if row is None:
        row = Schedule(
            workspace_id=uow.workspace_id,
            member_id=member.id,
            key=key,
            turn=turn,
            repeat=repeat,
            wall=wall.isoformat(),
            next_at=next_at,
        )
    row.turn, row.repeat, row.wall, row.next_at = turn, repeat, wall.isoformat(), next_at
    row.conversation_id = conversation_id
    uow.add(row)
    uow.flush()
    return row


def schedule_of(uow: UnitOfWork, member: Member, key: str) -> Schedule | None:
    """The member's schedule of that name."""
    return uow.first(Schedule, Schedule.member_id == member.id, Schedule.key == key)


def schedules_of(uow: UnitOfWork, member: Member) -> list[Schedule]:
    """All that runs by itself for a member."""
    return uow.list(Schedule, Schedule.member_id == member.id, order=[col(Schedule.key)])


def drop_schedule(uow: UnitOfWork, member: Member, key: str) -> None:
    """It runs no more."""
    if (row := schedule_of(uow, member, key)) is not None:
        uow.delete(row)
        uow.flush()


def due_schedules(uow: UnitOfWork, limit: int) -> list[Schedule]:
    """Schedules that are due by now, the oldest first; no other process gets the same ones."""
    query = (
        select(Schedule)
        .where(Schedule.workspace_id == uow.workspace_id, Schedule.next_at <= uow.now)
        .order_by(col(Schedule.next_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(uow.session.exec(query))


def next_schedule(session: Session) -> datetime | None:
    """When the next schedule of any workspace is due."""
    return session.exec(select(Schedule.next_at).order_by(col(Schedule.next_at)).limit(1)).first()
