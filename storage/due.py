"""What falls due."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, select

from storage.partial import among
from storage.tables import Reminder, ReminderStatus, Row
from storage.unit_of_work import UnitOfWork

R = TypeVar("R", bound=Row)
KEPT = ("status", "due_at", "wall", "snoozed_until", "repeat")
ENDED = (ReminderStatus.SENT, ReminderStatus.FAILED)
WAITING = (ReminderStatus.SCHEDULED, ReminderStatus.SNOOZED)


def due_reminders(uow: UnitOfWork, limit: int) -> list[Reminder]:
    """Reminders due by now, oldest first, and of one moment those of a person together, who is then told at once.

    No other process gets the same ones. `keep` writes what becomes of them.
    """
    query = (
        select(Reminder)
        .where(
            Reminder.workspace_id == uow.workspace_id,
            among(Reminder.status, WAITING),
            Reminder.due_at <= uow.now,
        )
        .order_by(col(Reminder.due_at), col(Reminder.owner_id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    # Aside, so that what becomes of them is not written row by row; their locks are the transaction's.
    with Session(uow.session.connection(), join_transaction_mode="rollback_only") as aside:
        rows = list(aside.exec(query))
        aside.expunge_all()
    return rows


def keep(uow: UnitOfWork, rows: Sequence[Reminder]) -> None:
    """Write what became of reminders that were due, all at once: they are locked, and nobody undoes that they spoke."""
    table = Reminder.__table__  # type: ignore[attr-defined]  # many rows at once are the table's, not the class's
    written = (
        update(table).where(table.c.workspace_id == uow.workspace_id).values(version=table.c.version + 1)
    )
    over: dict[ReminderStatus, list[UUID]] = {}
    going_on: list[dict[str, Any]] = []
    for row in rows:
        if row.status in ENDED and not row.repeat:
            over.setdefault(row.status, []).append(row.id)
        else:
            going_on.append({"row": row.id, **{name: getattr(row, name) for name in KEPT}})
    connection = uow.session.connection()
    for status, ids in over.items():
        connection.execute(written.where(table.c.id.in_(ids)).values(status=status, snoozed_until=None))
    if going_on:
        values: dict[str, Any] = {name: bindparam(name) for name in KEPT}
        connection.execute(written.where(table.c.id == bindparam("row")).values(**values), going_on)


def load(uow: UnitOfWork, model: type[R], ids: Collection[UUID]) -> list[R]:
    """Rows by their ids, with one question."""
    return uow.list(model, col(model.id).in_(list(ids))) if ids else []


def next_due(session: Session) -> datetime | None:
    """When the next reminder of any workspace falls due."""
    query = (
        select(Reminder.due_at).where(among(Reminder.status, WAITING)).order_by(col(Reminder.due_at)).limit(1)
    )
    return session.exec(query).first()
