"""Column types and the columns that every table or record shares."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic_core import from_json, to_json
from sqlalchemy import JSON, BigInteger, Enum, ForeignKeyConstraint, Text
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel
from uuid_utils.compat import uuid7

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_1_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING


class Private(TypeDecorator[Any]):
    """Personal data: any JSON value, stored as text. The one place where encryption at rest would go."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - the interface
        """JSON text."""
        return None if value is None else to_json(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002 - the interface
        """The value again."""
        return None if value is None else from_json(value)


class Amount(TypeDecorator[Decimal]):
    """An amount of money, exact to a ten-thousandth on every engine: stored as a whole number of them."""

    impl = BigInteger
    cache_ok = True
    SCALE = 10_000

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - the interface
        """Ten-thousandths."""
        return None if value is None else int((value * self.SCALE).to_integral_value())

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002 - the interface
        """The amount again."""
        return None if value is None else Decimal(int(value)) / self.SCALE


def new_id() -> UUID:
    """A UUIDv7: made by the program, ordered by time (RFC 9562)."""
    return uuid7()


def utcnow() -> datetime:
    """The moment a row is made; the domain's own clock is `Context.now`."""
    return datetime.now(UTC)


def choice(enum: type[StrEnum]) -> Enum:
    """A column for a closed set, stored by value and checked by the program on every engine."""
    return Enum(
        enum,
        native_enum=False,
        validate_strings=True,
        length=40,
        values_callable=lambda e: [m.value for m in e],
    )


def refers(column: str, table: str) -> ForeignKeyConstraint:
    """A reference within one workspace, checked at commit so that the order of writes does not matter."""
    return ForeignKeyConstraint(
        ["workspace_id", column],
        [f"{table}.workspace_id", f"{table}.id"],
        deferrable=True,
        initially="DEFERRED",
    )


class Row(SQLModel):
    """What every table of a workspace has."""

    workspace_id: UUID = Field(primary_key=True)
    id: UUID = Field(default_factory=new_id, primary_key=True)
    created_at: datetime = Field(default_factory=utcnow)


class Record(Row):
    """A row that people own and change: undone, audited, shown on cards. `version` rises with every change."""

    owner_id: UUID | None = None
    team_id: UUID | None = None
    made_by: UUID | None = None
    version: int = 1
    custom: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
