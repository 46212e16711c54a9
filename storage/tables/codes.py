"""Codes by which an account on a platform becomes somebody here."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from storage.tables.types import Private, Row, choice


class CodeKind(StrEnum):
    """An `invite` makes a new member; a `link` adds an account to the one who asked for it."""

    INVITE = "invite"
    LINK = "link"


class Code(Row, table=True):
    """A secret that is good once, until `expires_at`; only its keyed digest is kept."""

    __table_args__ = (UniqueConstraint("workspace_id", "digest"),)
    kind: CodeKind = Field(sa_type=choice(CodeKind))
    digest: str
    role: str | None = None
    name: str | None = Field(default=None, sa_type=Private)
    member_id: UUID | None = None
    made_by: UUID | None = None
    expires_at: datetime
    used_at: datetime | None = None
