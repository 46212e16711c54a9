"""Tickets: what customers need help with."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from storage.tables.crm import Priority
from storage.tables.types import Private, Record, Row, choice, refers


class TicketStatus(StrEnum):
    """Where a ticket stands."""

    NEW = "new"
    OPEN = "open"
    PENDING = "pending"
    ON_HOLD = "on_hold"
    RESOLVED = "resolved"
    CLOSED = "closed"


class TicketType(StrEnum):
    """What kind of help is needed."""

    QUESTION = "question"
    INCIDENT = "incident"
    PROBLEM = "problem"
    REQUEST = "request"


class TicketEvent(StrEnum):
    """What an entry of a ticket's history is."""

    NOTE = "note"
    DRAFT = "draft"
    STATUS = "status"
    ASSIGNEE = "assignee"


class Ticket(Record, table=True):
    """A request for help. `owner_id` is who deals with it."""

    __table_args__ = (
        UniqueConstraint("workspace_id", "number"),
        refers("contact_id", "contact"),
        refers("company_id", "company"),
        Index("ix_ticket_status", "workspace_id", "status", "owner_id"),
        Index("ix_ticket_company", "workspace_id", "company_id"),
        Index("ix_ticket_contact", "workspace_id", "contact_id"),
    )
    number: int
    title: str
    status: TicketStatus = Field(default=TicketStatus.NEW, sa_type=choice(TicketStatus))
    priority: Priority = Field(default=Priority.NORMAL, sa_type=choice(Priority))
    type: TicketType | None = Field(default=None, sa_type=choice(TicketType))
    contact_id: UUID | None = None
    company_id: UUID | None = None
    resolved_at: datetime | None = None


class TicketEntry(Row, table=True):
    """One entry of a ticket's history, oldest first: notes, drafts of replies, changes of status and assignee."""

    __tablename__ = "ticket_entry"
    __table_args__ = (
        refers("ticket_id", "ticket"),
        Index("ix_ticket_entry", "workspace_id", "ticket_id", "id"),
    )
    ticket_id: UUID
    event: TicketEvent = Field(sa_type=choice(TicketEvent))
    text: str = Field(sa_type=Private)
    member_id: UUID | None = None
