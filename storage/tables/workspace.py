"""The workspace, its people, and what it may change about itself."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.tables.types import Private, Row, choice, new_id, refers, utcnow


class Workspace(SQLModel, table=True):
    """One company's data. `number` prefixes its search tokens; `hash_key` (hex) keys its digests."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    number: int = Field(unique=True)
    name: str
    zone: str = "UTC"
    language: str = "en"
    currency: str = "USD"
    default_role: str = "viewer"
    day_parts: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    hash_key: str = Field(sa_type=Private)
    created_at: datetime = Field(default_factory=utcnow)


class MemberStatus(StrEnum):
    """Whether someone still works here."""

    ACTIVE = "active"
    REMOVED = "removed"


class Team(Row, table=True):
    """A group of members who see each other's work."""

    __table_args__ = (UniqueConstraint("workspace_id", "name"),)
    name: str


class Role(Row, table=True):
    """What a role may do: permission to reach ("all", "team" or "own")."""

    __table_args__ = (UniqueConstraint("workspace_id", "name"),)
    name: str
    grants: dict[str, str] = Field(default_factory=dict, sa_type=JSON)


class Member(Row, table=True):
    """Someone of the team. A missing zone, language or currency is the workspace's.

    `quiet_hours` is "20:00-08:00" or "off", `working_days` "MO,TU,…", `holidays` the country whose holidays are free, or "off".
    """

    __table_args__ = (refers("team_id", "team"),)
    name: str
    role: str
    team_id: UUID | None = None
    zone: str | None = None
    language: str | None = None
    currency: str | None = None
    quiet_hours: str | None = None
    working_days: str | None = None
    holidays: str | None = None
    digest: str | None = None
    email: str | None = Field(default=None, sa_type=Private)
    status: MemberStatus = Field(default=MemberStatus.ACTIVE, sa_type=choice(MemberStatus))
    version: int = 1


class Identity(Row, table=True):
    """An account on a platform, and the member or contact behind it."""

    __table_args__ = (
        UniqueConstraint("workspace_id", "platform", "account", "external_id"),
        refers("member_id", "member"),
        refers("contact_id", "contact"),
    )
    platform: str
    account: str = ""
    external_id: str
    member_id: UUID | None = None
    contact_id: UUID | None = None
    profile: dict[str, Any] = Field(default_factory=dict, sa_type=Private)


class Pipeline(Row, table=True):
    """A way in which deals are sold."""

    __table_args__ = (UniqueConstraint("workspace_id", "key"),)
    key: str
    position: int = 0
    labels: dict[str, str] = Field(default_factory=dict, sa_type=JSON)


class Stage(Row, table=True):
    """A step of a pipeline; `probability` in per cent."""

    __table_args__ = (
        UniqueConstraint("workspace_id", "pipeline_id", "key"),
        refers("pipeline_id", "pipeline"),
    )
    pipeline_id: UUID
    key: str
    position: int = 0
    probability: int = 0
    labels: dict[str, str] = Field(default_factory=dict, sa_type=JSON)

    def name_in(self, language: str) -> str:
        """What it is called there."""
        return self.labels.get(language) or self.labels.get("en") or self.key


class Choice(Row, table=True):
    """One value of a list that the workspace keeps: `kind` is source, lost_reason, activity_type or deal_role."""

    __table_args__ = (UniqueConstraint("workspace_id", "kind", "key"),)
    kind: str
    key: str
    position: int = 0
    labels: dict[str, str] = Field(default_factory=dict, sa_type=JSON)


class Counter(SQLModel, table=True):
    """The last human number given out for a kind of record."""

    workspace_id: UUID = Field(primary_key=True)
    name: str = Field(primary_key=True)
    value: int = 0
