"""What a member is responsible for, and giving it to somebody else."""

from collections.abc import Iterator
from typing import Any

from sqlmodel import col

from storage.tables import (
    Company,
    Contact,
    Conversation,
    Deal,
    Identity,
    Member,
    MemberStatus,
    Record,
    Reminder,
    ReminderStatus,
    Rule,
    Task,
    TaskStatus,
    Ticket,
    TicketStatus,
)
from storage.unit_of_work import UnitOfWork

_OPEN_TASKS = (TaskStatus.NOT_STARTED, TaskStatus.IN_PROGRESS, TaskStatus.DEFERRED)
_OPEN_TICKETS = (TicketStatus.NEW, TicketStatus.OPEN, TicketStatus.PENDING, TicketStatus.ON_HOLD)
_TO_COME = (ReminderStatus.SCHEDULED, ReminderStatus.SNOOZED)


def _theirs(member: Member) -> Iterator[tuple[type[Record], tuple[Any, ...]]]:
    """Customers and deals whole, work as far as it is unfinished."""
    for model in (Contact, Company):
        yield model, (col(model.owner_id) == member.id,)
    yield Deal, (col(Deal.owner_id) == member.id, col(Deal.closed_on).is_(None))
    yield Task, (col(Task.owner_id) == member.id, col(Task.status).in_(_OPEN_TASKS))
    yield Ticket, (col(Ticket.owner_id) == member.id, col(Ticket.status).in_(_OPEN_TICKETS))
    yield Reminder, (col(Reminder.owner_id) == member.id, col(Reminder.status).in_(_TO_COME))


def owned(uow: UnitOfWork, member: Member) -> dict[str, int]:
    """How many records of each kind wait for a member; kinds without any are left out."""
    counts = {str(model.__tablename__): uow.count(model, *where) for model, where in _theirs(member)}
    return {kind: n for kind, n in counts.items() if n}


def hand_over(uow: UnitOfWork, member: Member, successor: Member) -> None:
    """Make the successor responsible for what waits for a member."""
    for model, where in _theirs(member):
        for row in uow.list(model, *where):
            row.owner_id, row.team_id = successor.id, successor.team_id
            uow.add(row)


def fold_in(uow: UnitOfWork, shadow: Member, person: Member) -> None:
    """What somebody did before they said who they are becomes theirs.

    Only of a shadow that no account leads to any more and that came in with the default role: whoever was given more
    stays, since a code must not take anything from a person who was made to say it.
    """
    if shadow.role != uow.workspace.default_role or uow.first(Identity, Identity.member_id == shadow.id):
        return
    hand_over(uow, shadow, person)
    for rule in uow.list(Rule, Rule.owner_id == shadow.id):
        rule.owner_id = person.id
        uow.add(rule)
    for conversation in uow.list(Conversation, Conversation.member_id == shadow.id):
        conversation.member_id = person.id
        uow.add(conversation)
    shadow.status = MemberStatus.REMOVED
    uow.add(shadow)
