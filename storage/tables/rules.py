"""What Parley does of itself for somebody: nudges, and commands that run again and again."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from storage.tables.types import Private, Record, Row, refers


class Rule(Record, table=True):
    """What its owner wants to hear of unasked: `kind` is the sort of nudge, `params` its numbers and filters."""

    __table_args__ = (
        refers("owner_id", "member"),
        Index("ix_rule_owner", "workspace_id", "owner_id", "active"),
    )
    kind: str
    text: str = Field(sa_type=Private)
    params: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    active: bool = True


class Schedule(Row, table=True):
    """A turn that runs by itself for a member: `key` names it, `wall` is the first time by the member's own clock.

    `next_at` is when it is due, in UTC.
    """

    __table_args__ = (
        UniqueConstraint("workspace_id", "member_id", "key"),
        refers("member_id", "member"),
        Index("ix_schedule_next", "next_at"),
    )
    member_id: UUID
    conversation_id: UUID | None = None
    key: str
    turn: dict[str, Any] = Field(sa_type=Private)
    repeat: str
    wall: str
    next_at: datetime
