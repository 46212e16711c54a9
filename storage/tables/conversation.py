"""What was said, what is still to be answered, and what is still to be sent."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.tables.types import Private, Row, choice, refers, utcnow


class Direction(StrEnum):
    """Seen from Parley."""

    IN = "in"
    OUT = "out"


class InboxState(StrEnum):
    """`failed` was answered with a reference and is not tried again."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


class OutboxState(StrEnum):
    """`dead` was given up; `withdrawn` was undone before it left."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"
    WITHDRAWN = "withdrawn"


class Conversation(Row, table=True):
    """A private chat, a room, or a thread in one; a room may be bound to a record.

    `unreachable_at` is when the platform said that nobody is there any more; a word from there ends it.
    """

    __table_args__ = (
        UniqueConstraint("workspace_id", "platform", "account", "external_id", "thread"),
        Index("ix_conversation_member", "workspace_id", "member_id"),
    )
    platform: str
    account: str = ""
    external_id: str
    thread: str = ""
    private: bool = True
    member_id: UUID | None = None
    title: str | None = None
    unreachable_at: datetime | None = None
    bound_kind: str | None = None
    bound_id: UUID | None = None


class Message(Row, table=True):
    """A message in either direction; `internal` ones are never for customers. `external_id` is the platform's."""

    __table_args__ = (
        refers("conversation_id", "conversation"),
        Index("ix_message_external", "workspace_id", "conversation_id", "external_id"),
        Index("ix_message_conversation", "workspace_id", "conversation_id", "id"),
    )
    conversation_id: UUID
    direction: Direction = Field(sa_type=choice(Direction))
    internal: bool = True
    identity_id: UUID | None = None
    member_id: UUID | None = None
    text: str = Field(sa_type=Private)
    external_id: str | None = None
    change_set_id: UUID | None = None


class Inbox(Row, table=True):
    """An event of a platform, kept before it is acknowledged and handled exactly once."""

    __table_args__ = (
        UniqueConstraint("workspace_id", "platform", "account", "event_id"),
        refers("conversation_id", "conversation"),
        Index(
            "ix_inbox_pending",
            "workspace_id",
            "conversation_id",
            "id",
            postgresql_where=text("state = 'pending'"),
            sqlite_where=text("state = 'pending'"),
        ),
    )
    platform: str
    account: str = ""
    event_id: str
    conversation_id: UUID
    payload: dict[str, Any] = Field(sa_type=Private)
    state: InboxState = Field(default=InboxState.PENDING, sa_type=choice(InboxState))
    attempts: int = 0
    reference: str | None = None


class Outbox(Row, table=True):
    """A reply on its way. `key` makes one occurrence of a thing unique; `lease_until` is the database's time.

    `doubtful` says that an attempt may have arrived without our knowing; `reason` why it was given up.
    """

    __table_args__ = (
        UniqueConstraint("workspace_id", "key"),
        refers("conversation_id", "conversation"),
        Index(
            "ix_outbox_due",
            "platform",
            "not_before",
            "id",
            postgresql_where=text("state IN ('pending', 'sending')"),
            sqlite_where=text("state IN ('pending', 'sending')"),
        ),
        Index(
            "ix_outbox_open",
            "workspace_id",
            "conversation_id",
            "id",
            postgresql_where=text("state IN ('pending', 'sending')"),
            sqlite_where=text("state IN ('pending', 'sending')"),
        ),
        Index(
            "ix_outbox_dead",
            "workspace_id",
            "id",
            postgresql_where=text("state IN ('dead')"),
            sqlite_where=text("state IN ('dead')"),
        ),
        Index(
            "ix_outbox_change_set",
            "workspace_id",
            "change_set_id",
            postgresql_where=text("change_set_id IS NOT NULL"),
            sqlite_where=text("change_set_id IS NOT NULL"),
        ),
    )
    platform: str
    conversation_id: UUID
    message_id: UUID
    payload: dict[str, Any] = Field(sa_type=Private)
    key: str | None = None
    change_set_id: UUID | None = None
    state: OutboxState = Field(default=OutboxState.PENDING, sa_type=choice(OutboxState))
    not_before: datetime = Field(default_factory=utcnow)
    lease_until: datetime | None = None
    attempts: int = 0
    doubtful: bool = False
    reason: str | None = None


class Keyboard(SQLModel, table=True):
    """The buttons of a message behind a short token, who may press them, and until when.

    Each of the `choices` has its `label`, the `turn` that a press says, perhaps the `record` that it was made for (kind,
    id, version), and when it was `used`.
    """

    __table_args__ = (Index("ix_keyboard_message", "workspace_id", "message_id"),)
    workspace_id: UUID = Field(primary_key=True)
    token: str = Field(primary_key=True)
    message_id: UUID
    member_id: UUID | None = None
    choices: list[dict[str, Any]] = Field(sa_type=Private)
    expires_at: datetime


class Dialogue(SQLModel, table=True):
    """Where one person's talk in one conversation stands."""

    workspace_id: UUID = Field(primary_key=True)
    conversation_id: UUID = Field(primary_key=True)
    member_id: UUID = Field(primary_key=True)
    state: dict[str, Any] = Field(default_factory=dict, sa_type=Private)


class Lease(SQLModel, table=True):
    """A thing that one process holds at a time, until `until` of the database's clock."""

    name: str = Field(primary_key=True)
    holder: str
    until: datetime
