"""What falls due."""

from datetime import datetime

from sqlmodel import Session, col, select

from storage.partial import among
from storage.tables import Reminder, ReminderStatus
from storage.unit_of_work import UnitOfWork

WAITING = (ReminderStatus.SCHEDULED, ReminderStatus.SNOOZED)


def due_reminders(uow: UnitOfWork, limit: int) -> list[Reminder]:
    """Reminders due by now, oldest first; no other process gets the same ones."""
    query = (
        select(Reminder)
        .where(
            Reminder.workspace_id == uow.workspace_id,
            among(Reminder.status, WAITING),
            Reminder.due_at <= uow.now,
        )
        .order_by(col(Reminder.due_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(uow.session.exec(query))


def next_due(session: Session) -> datetime | None:
    """When the next reminder of any workspace falls due."""
    query = (
        select(Reminder.due_at).where(among(Reminder.status, WAITING)).order_by(col(Reminder.due_at)).limit(1)
    )
    return session.exec(query).first()
