"""Tickets and their histories."""

from collections.abc import Sequence

from sqlalchemy import case
from sqlmodel import col

from storage.find import Scope
from storage.queries.work import about
from storage.tables import Company, Contact, Member, Priority, Ticket, TicketEntry, TicketEvent, TicketStatus
from storage.unit_of_work import UnitOfWork

UNFINISHED = (TicketStatus.NEW, TicketStatus.OPEN, TicketStatus.PENDING, TicketStatus.ON_HOLD)
_RANK = {Priority.URGENT: 0, Priority.HIGH: 1, Priority.NORMAL: 2, Priority.LOW: 3}


def tickets_where(
    uow: UnitOfWork,
    scope: Scope,
    *,
    statuses: Sequence[TicketStatus] = UNFINISHED,
    assignee: Member | None = None,
    priority: str | None = None,
    customer: Contact | Company | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[list[Ticket], int]:
    """Tickets that fit all that is given, the most pressing first, and how many there are in all."""
    where = [*scope.where(Ticket), *about(Ticket, customer), col(Ticket.status).in_(statuses)]
    if assignee:
        where.append(Ticket.owner_id == assignee.id)
    if priority:
        where.append(Ticket.priority == Priority(priority))
    rank = case(*((col(Ticket.priority) == p, r) for p, r in _RANK.items()), else_=2)
    rows = uow.list(Ticket, *where, order=[rank, Ticket.number], limit=limit, offset=offset)
    return rows, uow.count(Ticket, *where)


def entries_of(uow: UnitOfWork, ticket: Ticket) -> list[TicketEntry]:
    """A ticket's history, oldest first."""
    return uow.list(TicketEntry, TicketEntry.ticket_id == ticket.id, order=[col(TicketEntry.id)])


def record(uow: UnitOfWork, ticket: Ticket, event: TicketEvent, text: str, member: Member) -> TicketEntry:
    """Add to a ticket's history."""
    entry = TicketEntry(
        workspace_id=uow.workspace_id, ticket_id=ticket.id, event=event, text=text, member_id=member.id
    )
    return uow.add(entry)
