"""Rows that are only ever added: gathered during a unit of work and written at its end, many to a statement."""

from functools import cache
from typing import Any

from sqlalchemy import Insert, insert
from sqlmodel import Session, SQLModel

from storage.many import write_many
from storage.pipeline import pipelined

_KEY = "journal"
MANY = 64  # rows of a table from which on it pays to go by the short way


@cache
def _defaults(model: type[SQLModel]) -> tuple[dict[str, Any], tuple[tuple[str, Any], ...]]:
    """The defaults of a table: those that are values, and those that are made anew for each row."""
    fields = model.model_fields.items()
    plain = {name: f.default for name, f in fields if f.default_factory is None and not f.is_required()}
    return plain, tuple((name, f.default_factory) for name, f in fields if f.default_factory is not None)


def with_defaults(model: type[SQLModel], values: dict[str, Any]) -> dict[str, Any]:
    """The values of a new row, defaults included."""
    plain, made = _defaults(model)
    row = {**plain, **values}
    for name, make in made:
        if name not in values:
            row[name] = make()
    return row


@cache
def _insert(model: type[SQLModel]) -> Insert:
    return insert(model)


def append(session: Session, model: type[SQLModel], **values: Any) -> None:
    """Add a row at the end of the unit of work. Queries do not see it before."""
    session.info.setdefault(_KEY, {}).setdefault(model, []).append(with_defaults(model, values))


def gathered(session: Session, model: type[SQLModel]) -> list[dict[str, Any]]:
    """The rows of a table that are to be written, in order; what is changed in them now is written so."""
    rows: list[dict[str, Any]] = session.info.get(_KEY, {}).get(model, [])
    return rows


def write(session: Session) -> None:
    """Write what was gathered. References are checked at commit, so the order does not matter."""
    waiting, connection = session.info.pop(_KEY, {}), session.connection()
    many = {model: rows for model, rows in waiting.items() if len(rows) >= MANY}
    for model, rows in many.items():
        write_many(connection, model, rows)
    with pipelined(connection):
        for model, rows in waiting.items():
            if model not in many:
                connection.execute(_insert(model), rows)
