"""What was done: the audit, which stays, and the old values for undo, which expire."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index
from sqlmodel import Field

from storage.tables.types import Private, Row, refers


class ChangeSet(Row, table=True):
    """All that one message changed; undone as one until `expires_at`."""

    __tablename__ = "change_set"
    __table_args__ = (Index("ix_change_set_member", "workspace_id", "member_id", "id"),)
    member_id: UUID
    inbox_id: UUID | None = None
    message_id: UUID | None = None
    title: str = Field(default="", sa_type=Private)
    expires_at: datetime
    undone_at: datetime | None = None


class Change(Row, table=True):
    """One row made, changed or deleted: its old and new values, by column."""

    __table_args__ = (
        refers("change_set_id", "change_set"),
        Index("ix_change_set", "workspace_id", "change_set_id", "position"),
        Index("ix_change_record", "workspace_id", "record_id"),
    )
    change_set_id: UUID
    position: int
    kind: str
    record_id: UUID
    before: dict[str, Any] | None = Field(default=None, sa_type=Private)
    after: dict[str, Any] | None = Field(default=None, sa_type=Private)


class Audit(Row, table=True):
    """Append-only: who did what to which records, and the keyed digest of how it was put."""

    at: datetime
    member_id: UUID
    command: str
    outcome: str
    records: list[str] = Field(default_factory=list, sa_type=JSON)
    digest: str
    change_set_id: UUID | None = None
