"""Many rows of one table at once, by the shortest way that the driver has."""

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection
from sqlmodel import SQLModel

from storage.pipeline import driver


def write_many(connection: Connection, model: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows that have a value for every column of `model`: by COPY where there is one, which costs a third."""
    dialect, table = connection.dialect, model.__table__  # type: ignore[attr-defined]  # SQLModel has it, and does not say so
    quote = dialect.identifier_preparer.quote
    names = ", ".join(quote(c.name) for c in table.columns)
    values = zip(*(_values(c, dialect, rows) for c in table.columns), strict=True)
    if dialect.name == "postgresql":
        _copy(connection, f"COPY {quote(table.name)} ({names}) FROM STDIN", values)
    else:
        places = ", ".join("?" * len(table.columns))
        insert = f"INSERT INTO {quote(table.name)} ({names}) VALUES ({places})"  # noqa: S608 - our own names
        connection.exec_driver_sql(insert, list(values))


def _values(column: Any, dialect: Any, rows: Sequence[dict[str, Any]]) -> list[Any]:
    """A column's values as the driver takes them; what is the same in all rows is looked at once."""
    as_driver = column.type.dialect_impl(dialect).bind_processor(dialect)
    given = list(map(itemgetter(column.name), rows))
    if as_driver is None:
        return given
    first = given[0]
    if not isinstance(first, dict) and first == given[-1] and given.count(first) == len(given):
        return [as_driver(first)] * len(given)
    return list(map(as_driver, given))


def _copy(connection: Connection, statement: str, values: Iterable[tuple[Any, ...]]) -> None:
    with driver(connection) as own, own.cursor() as cursor, cursor.copy(statement) as copy:
        for row in values:
            copy.write_row(row)
