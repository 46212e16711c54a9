"""Conditions in which a database recognises its partial indexes: closed values, written out."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam
from sqlmodel import col


def among(column: Any, values: Iterable[str]) -> ColumnElement[bool]:
    """`column IN ('a', 'b')` with the values in the statement itself: SQLite matches an index's condition by its text."""
    listed: BindParameter[Any] = bindparam(
        None, list(values), expanding=True, literal_execute=True, unique=True
    )
    return col(column).in_(listed)


def is_(column: Any, value: str) -> ColumnElement[bool]:
    """`column = 'a'`, written out for the same reason."""
    return col(column) == bindparam(None, value, literal_execute=True, unique=True)
