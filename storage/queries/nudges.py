"""What waits too long: the rows behind the nudges, each with the moment or day that counts."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlmodel import col

from storage.find import Scope
from storage.queries.service import UNFINISHED
from storage.queries.work import OPEN_TASKS
from storage.tables import Activity, Contact, Deal, Member, Tag, Tagging, Task, Ticket
from storage.unit_of_work import UnitOfWork

MOST = 50


def tasks_due(uow: UnitOfWork, owner: Member, today: date) -> list[Task]:
    """Open tasks of somebody that are due on a day."""
    where = (Task.owner_id == owner.id, col(Task.status).in_(OPEN_TASKS), Task.due_on == today)
    return uow.list(Task, *where, order=[Task.number], limit=MOST)


def tasks_overdue(uow: UnitOfWork, owner: Member, today: date) -> list[Task]:
    """Open tasks of somebody that were due before a day, the oldest first."""
    where = (Task.owner_id == owner.id, col(Task.status).in_(OPEN_TASKS), col(Task.due_on) < today)
    return uow.list(Task, *where, order=[col(Task.due_on), Task.number], limit=MOST)


def deals_closing(uow: UnitOfWork, owner: Member, today: date) -> list[Deal]:
    """Open deals of somebody whose closing date has passed."""
    where = (Deal.owner_id == owner.id, col(Deal.closed_on).is_(None), col(Deal.close_date) < today)
    return uow.list(Deal, *where, order=[col(Deal.close_date)], limit=MOST)


def deals_stuck(uow: UnitOfWork, owner: Member, since: datetime, stage: str | None) -> list[Deal]:
    """Open deals of somebody that entered their stage before a moment."""
    where = [Deal.owner_id == owner.id, col(Deal.closed_on).is_(None), col(Deal.stage_since) < since]
    if stage:
        where.append(Deal.stage == stage)
    return uow.list(Deal, *where, order=[col(Deal.stage_since)], limit=MOST)


def deals_quiet(uow: UnitOfWork, owner: Member, since: datetime, stage: str | None) -> list[Deal]:
    """Open deals of somebody with whose customer nothing has happened since a moment."""
    happened = select(col(Activity.id)).where(
        col(Activity.workspace_id) == Deal.workspace_id,
        col(Activity.occurred_at) >= since,
        or_(
            col(Activity.company_id) == Deal.company_id,
            col(Activity.contact_id) == Deal.contact_id,
        ),
    )
    where: list[Any] = [
        Deal.owner_id == owner.id,
        col(Deal.closed_on).is_(None),
        col(Deal.stage_since) < since,
        ~happened.exists(),
    ]
    if stage:
        where.append(Deal.stage == stage)
    return uow.list(Deal, *where, order=[col(Deal.id)], limit=MOST)


def contacts_quiet(
    uow: UnitOfWork, owner: Member, since: datetime, tag: Tag | None
) -> list[tuple[Contact, datetime | None]]:
    """Contacts with whom nothing has happened since a moment, the most quiet first, and when something last did.

    Those of the tag, whoever owns them; without one those that the member owns.
    """
    last = (
        select(func.max(col(Activity.occurred_at)))
        .where(col(Activity.workspace_id) == Contact.workspace_id, col(Activity.contact_id) == Contact.id)
        .scalar_subquery()
    )
    where: list[Any] = [Contact.workspace_id == uow.workspace_id, col(Contact.created_at) < since]
    where.append(or_(last.is_(None), last < since))
    if tag:
        tagged = select(col(Tagging.record_id)).where(
            col(Tagging.workspace_id) == uow.workspace_id, col(Tagging.tag_id) == tag.id
        )
        where.append(col(Contact.id).in_(tagged))
    else:
        where.append(Contact.owner_id == owner.id)
    query = select(Contact, last).where(*where).order_by(last.is_not(None), last, col(Contact.id)).limit(MOST)
    return [(row[0], row[1]) for row in uow.session.execute(query)]


def birthdays(uow: UnitOfWork, scope: Scope, days: Sequence[date]) -> list[Contact]:
    """Contacts whose birthday is on one of these days of the year."""
    wanted = {(d.month, d.day) for d in days}
    where = (*scope.where(Contact), col(Contact.birthday).is_not(None))
    rows = uow.list(Contact, *where)
    return [c for c in rows if c.birthday and (c.birthday.month, c.birthday.day) in wanted][:MOST]


def tickets_waiting(uow: UnitOfWork, owner: Member, since: datetime) -> list[Ticket]:
    """Open tickets of somebody, and those that are nobody's, opened before a moment."""
    where = (
        or_(col(Ticket.owner_id) == owner.id, col(Ticket.owner_id).is_(None)),
        col(Ticket.status).in_(UNFINISHED),
        col(Ticket.created_at) < since,
    )
    return uow.list(Ticket, *where, order=[col(Ticket.created_at)], limit=MOST)
