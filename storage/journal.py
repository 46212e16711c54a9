"""Rows that are only ever added: gathered during a unit of work and written at its end, many to a statement."""

from functools import cache
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, SQLModel

from storage.pipeline import pipelined

_KEY = "journal"


@cache
def _plain_defaults(model: type[SQLModel]) -> dict[str, Any]:
    fields = model.model_fields.items()
    return {name: f.default for name, f in fields if f.default_factory is None and not f.is_required()}


@cache
def _made_defaults(model: type[SQLModel]) -> dict[str, Any]:
    return {
        name: f.default_factory for name, f in model.model_fields.items() if f.default_factory is not None
    }


def with_defaults(model: type[SQLModel], values: dict[str, Any]) -> dict[str, Any]:
    """The values of a new row, defaults included."""
    made = {name: make() for name, make in _made_defaults(model).items() if name not in values}
    return {**_plain_defaults(model), **made, **values}


def append(session: Session, model: type[SQLModel], **values: Any) -> None:
    """Add a row at the end of the unit of work. Queries do not see it before."""
    session.info.setdefault(_KEY, {}).setdefault(model, []).append(with_defaults(model, values))


def write(session: Session) -> None:
    """Write what was gathered. References are checked at commit, so the order does not matter."""
    gathered, connection = session.info.pop(_KEY, {}), session.connection()
    with pipelined(connection):
        for model, rows in gathered.items():
            connection.execute(insert(model), rows)
