"""Customers and work: contacts, companies, activities, tasks, reminders."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from storage.tables.types import Private, Record, Row, choice, refers


class Lifecycle(StrEnum):
    """How far a customer has come."""

    LEAD = "lead"
    PROSPECT = "prospect"
    CUSTOMER = "customer"
    FORMER = "former"


class Priority(StrEnum):
    """How much something presses."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class TaskStatus(StrEnum):
    """Where a task stands."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    DEFERRED = "deferred"
    CANCELED = "canceled"


class ReminderStatus(StrEnum):
    """Where a reminder stands."""

    SCHEDULED = "scheduled"
    SENT = "sent"
    SNOOZED = "snoozed"
    DONE = "done"
    CANCELED = "canceled"
    FAILED = "failed"


class PointKind(StrEnum):
    """A way to reach someone."""

    EMAIL = "email"
    PHONE = "phone"


class Company(Record, table=True):
    """An organisation that customers belong to."""

    __table_args__ = (
        Index("ix_company_domain", "workspace_id", "domain"),
        Index("ix_company_tax_id", "workspace_id", "tax_id"),
    )
    name: str
    industry: str | None = None
    domain: str | None = None
    phone: str | None = Field(default=None, sa_type=Private)
    tax_id: str | None = None
    address: str | None = Field(default=None, sa_type=Private)
    notes: str | None = Field(default=None, sa_type=Private)
    lifecycle: Lifecycle = Field(default=Lifecycle.LEAD, sa_type=choice(Lifecycle))


class Contact(Record, table=True):
    """A person outside the team."""

    __table_args__ = (
        refers("company_id", "company"),
        Index("ix_contact_company", "workspace_id", "company_id"),
    )
    name: str
    job_title: str | None = None
    company_id: UUID | None = None
    source: str | None = None
    birthday: date | None = None
    address: str | None = Field(default=None, sa_type=Private)
    notes: str | None = Field(default=None, sa_type=Private)
    lifecycle: Lifecycle = Field(default=Lifecycle.LEAD, sa_type=choice(Lifecycle))


class ContactPoint(Row, table=True):
    """An e-mail address or phone number; `digest` finds it exactly, `tail_digest` by a number's last digits."""

    __tablename__ = "contact_point"
    __table_args__ = (
        refers("contact_id", "contact"),
        Index("ix_contact_point_contact", "workspace_id", "contact_id"),
        Index("ix_contact_point_digest", "workspace_id", "digest"),
        Index("ix_contact_point_tail", "workspace_id", "tail_digest"),
    )
    contact_id: UUID
    kind: PointKind = Field(sa_type=choice(PointKind))
    value: str = Field(sa_type=Private)
    digest: str
    tail_digest: str | None = None
    position: int = 0


class Tag(Row, table=True):
    """A word that people put on records; `key` is its folded form."""

    __table_args__ = (UniqueConstraint("workspace_id", "key"),)
    name: str
    key: str


class Tagging(Row, table=True):
    """A tag on a record."""

    __table_args__ = (
        UniqueConstraint("workspace_id", "tag_id", "record_id"),
        refers("tag_id", "tag"),
        Index("ix_tagging_record", "workspace_id", "record_id"),
    )
    tag_id: UUID
    kind: str
    record_id: UUID


class Activity(Record, table=True):
    """Something that happened with a customer; `occurred_at` is the moment, `all_day` says that no time was told."""

    __table_args__ = (
        refers("contact_id", "contact"),
        refers("company_id", "company"),
        Index("ix_activity_contact", "workspace_id", "contact_id", "occurred_at"),
        Index("ix_activity_company", "workspace_id", "company_id", "occurred_at"),
        Index("ix_activity_occurred", "workspace_id", "occurred_at"),
    )
    type: str
    direction: str | None = None
    text: str | None = Field(default=None, sa_type=Private)
    contact_id: UUID | None = None
    company_id: UUID | None = None
    occurred_at: datetime
    all_day: bool = True


class Task(Record, table=True):
    """Something to do. `owner_id` is who does it; `due_on` is the day, `due_at` the moment where one was said."""

    __table_args__ = (
        UniqueConstraint("workspace_id", "number"),
        refers("contact_id", "contact"),
        refers("company_id", "company"),
        Index("ix_task_open", "workspace_id", "owner_id", "status", "due_on"),
        Index("ix_task_contact", "workspace_id", "contact_id"),
    )
    number: int
    title: str
    status: TaskStatus = Field(default=TaskStatus.NOT_STARTED, sa_type=choice(TaskStatus))
    priority: Priority = Field(default=Priority.NORMAL, sa_type=choice(Priority))
    due_on: date | None = None
    due_at: datetime | None = None
    repeat: str | None = None
    contact_id: UUID | None = None
    company_id: UUID | None = None
    completed_at: datetime | None = None


class Reminder(Record, table=True):
    """A promise to speak up. `owner_id` is who is reminded; `wall` is local time in `zone`, `due_at` the same in UTC.

    With `repeat` (an RRULE value), `starts` is the wall time of the first occurrence and `wall` that of the next;
    with `after_done` it counts from when it was done. `snoozed_until` is one more time to speak. A `conversation_id` is
    the room that is reminded.
    """

    __table_args__ = (
        refers("contact_id", "contact"),
        refers("company_id", "company"),
        refers("task_id", "task"),
        refers("deal_id", "deal"),
        refers("ticket_id", "ticket"),
        refers("conversation_id", "conversation"),
        Index(
            "ix_reminder_due",
            "due_at",
            postgresql_where=text("status IN ('scheduled', 'snoozed')"),
            sqlite_where=text("status IN ('scheduled', 'snoozed')"),
        ),
        Index(
            "ix_reminder_firing",
            "workspace_id",
            "due_at",
            "owner_id",
            postgresql_where=text("status IN ('scheduled', 'snoozed')"),
            sqlite_where=text("status IN ('scheduled', 'snoozed')"),
        ),
        Index("ix_reminder_owner", "workspace_id", "owner_id", "status"),
    )
    text: str = Field(sa_type=Private)
    due_at: datetime
    wall: str
    zone: str
    starts: str
    repeat: str | None = None
    status: ReminderStatus = Field(default=ReminderStatus.SCHEDULED, sa_type=choice(ReminderStatus))
    contact_id: UUID | None = None
    company_id: UUID | None = None
    task_id: UUID | None = None
    deal_id: UUID | None = None
    ticket_id: UUID | None = None
    snoozed_until: datetime | None = None
    after_done: bool = False
    conversation_id: UUID | None = None
