"""The buttons of a message are one row, since they are always made together."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import sqlmodel
from alembic import op

import storage.tables.types

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SHARED = ("workspace_id", "token", "message_id", "member_id", "expires_at")


def _table(name: str, *more: sa.Column[Any]) -> sa.Table:
    return sa.Table(
        name,
        sa.MetaData(),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("token", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        *more,
        sa.PrimaryKeyConstraint("workspace_id", "token", name=op.f(f"pk_{name}")),
    )


def _buttons() -> sa.Table:
    return _table(
        "button",
        sa.Column("label", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("turn", storage.tables.types.Private(), nullable=False),
        sa.Column("record_kind", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("record_version", sa.Integer(), nullable=True),
        sa.Column("used_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    )


def _keyboards() -> sa.Table:
    return _table("keyboard", sa.Column("choices", storage.tables.types.Private(), nullable=False))


def upgrade() -> None:
    connection, buttons, keyboards = op.get_bind(), _buttons(), _keyboards()
    keyboards.create(connection)
    op.create_index("ix_keyboard_message", "keyboard", ["workspace_id", "message_id"])
    for rows in _in_parts(connection, buttons):
        connection.execute(keyboards.insert(), [{**_shared(row), "choices": [_choice(row)]} for row in rows])
    buttons.drop(connection)


def _in_parts(connection: sa.Connection, table: sa.Table) -> Iterator[Sequence[Any]]:
    """Its rows by their keys, some at a time: there may be many."""
    key = (table.c.workspace_id, table.c.token)
    query = table.select().order_by(*key).limit(1000)
    rows = connection.execute(query).mappings().all()
    while rows:
        yield rows
        last = sa.tuple_(sa.literal(rows[-1]["workspace_id"], sa.Uuid()), rows[-1]["token"])
        rows = connection.execute(query.where(sa.tuple_(*key) > last)).mappings().all()


def _shared(row: Any) -> dict[str, Any]:
    return {name: row[name] for name in SHARED}


def _choice(row: Any) -> dict[str, Any]:
    choice: dict[str, Any] = {"label": row["label"], "turn": row["turn"]}
    if row["record_kind"]:
        choice["record"] = [row["record_kind"], str(row["record_id"]), row["record_version"]]
    if row["used_at"]:
        choice["used"] = row["used_at"].isoformat()
    return choice


def downgrade() -> None:
    connection, buttons, keyboards = op.get_bind(), _buttons(), _keyboards()
    buttons.create(connection)
    op.create_index("ix_button_message", "button", ["workspace_id", "message_id"])
    for rows in _in_parts(connection, keyboards):
        found = [_button(row, at) for row in rows for at in range(len(row["choices"]))]
        connection.execute(buttons.insert(), found)
    keyboards.drop(connection)


def _button(row: Any, at: int) -> dict[str, Any]:
    choice = row["choices"][at]
    kind, record_id, version = choice.get("record") or (None, None, None)
    used = choice.get("used")
    return {
        **_shared(row),
        "token": row["token"] if at == 0 else f"{row['token']}.{at}",
        "label": choice["label"],
        "turn": choice["turn"],
        "record_kind": kind,
        "record_id": UUID(record_id) if record_id else None,
        "record_version": version,
        "used_at": datetime.fromisoformat(used) if used else None,
    }
