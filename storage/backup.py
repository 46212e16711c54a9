"""All data in one file that both databases read: every table as of one moment, row by row.

The file is gzip of lines of JSON: first what it is and the revision of its schema, then for each table its name and columns
and its rows, and at the end how many rows there are, so that a file that was cut off is known.
"""

import gzip
import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import IO, Any
from uuid import UUID

from sqlalchemy import Column, Date, LargeBinary, Table, Uuid, insert, select, text
from sqlmodel import Session, SQLModel
from sqlmodel.sql.sqltypes import UTCDateTime

import storage.tables  # noqa: F401 - registers the tables
from storage.database import Database
from storage.migrate import current, head, upgrade
from storage.search import INDEX, indexed, put_tokens
from storage.tables.types import Amount

FORMAT = "parley-backup"
AT_ONCE = 500
Put = Callable[[Session, list[list[Any]]], None]


class Unfit(Exception):
    """A file that cannot be restored, or a database that it may not be restored into."""


def tables() -> list[Table]:
    """Every table, in the order in which they refer to each other."""
    return list(SQLModel.metadata.sorted_tables)


def backup(database: Database, out: IO[bytes]) -> int:
    """Write everything to `out`, as it is at one moment; how many rows that is."""
    revision = current(database)

    def work(session: Session) -> int:
        with gzip.open(out, "wt", encoding="utf-8", compresslevel=5) as file:
            _line(file, {"format": FORMAT, "revision": revision, "at": datetime.now(UTC).isoformat()})
            rows = sum(_write(session, table, file) for table in tables())
            rows += _write_index(session, file)
            _line(file, {"rows": rows})
        return rows

    return database.read(work)


def _line(file: Any, value: Any) -> None:
    file.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")


def _write(session: Session, table: Table, file: Any) -> int:
    columns = list(table.columns)
    _line(file, {"table": table.name, "columns": [c.name for c in columns]})
    count = 0
    query = select(*columns).order_by(*table.primary_key.columns)
    result = session.connection().execution_options(yield_per=AT_ONCE).execute(query)
    for row in result:
        _line(file, [_plain(v) for v in row])
        count += 1
    return count


def _write_index(session: Session, file: Any) -> int:
    """The search index, which is no table of the program's."""
    _line(file, {"table": INDEX, "columns": ["kind", "record_id", "tokens"]})
    count = 0
    for kind, record_id, tokens in indexed(session):
        _line(file, [kind, record_id.hex, tokens])
        count += 1
    return count


def _plain(value: Any) -> Any:
    match value:
        case UUID():
            return value.hex
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case bytes():
            return b64encode(value).decode()
        case Decimal():
            return str(value)
    return value


def restore(database: Database, source: IO[bytes], *, force: bool = False) -> int:
    """Put everything back, all of it or nothing; how many rows. Raises `Unfit`.

    Into a database that holds anything only by `force`, which takes the place of all that was there.
    """
    upgrade(database)
    try:
        with gzip.open(source, "rt", encoding="utf-8") as file:
            return database.run(lambda session: _restore(session, file, force=force))
    except (OSError, EOFError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise Unfit("That is not a whole backup of Parley; nothing was changed.") from error


def _restore(session: Session, file: Any, *, force: bool) -> int:
    about = json.loads(file.readline() or "null")
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise Unfit("That is not a backup of Parley; nothing was changed.")
    if about["revision"] != head():
        raise Unfit(
            f"That backup is of revision {about['revision']}, and this program makes {head()}. "
            "Restore it with the version that made it, then update."
        )
    _clear(session, force=force)
    known = {t.name: t for t in tables()}
    rows, batch = 0, []
    put: Put | None = None
    for line in file:
        value = json.loads(line)
        if isinstance(value, list):
            batch.append(value)
            rows += 1
        if batch and (isinstance(value, dict) or len(batch) == AT_ONCE):
            if put is None:
                raise Unfit("That is not a backup of Parley; nothing was changed.")
            put(session, batch)
            batch = []
        if isinstance(value, dict) and "table" in value:
            put = _putting(known, value)
        elif isinstance(value, dict):
            if value["rows"] != rows:
                raise Unfit("That backup is not whole; nothing was changed.")
            return rows
    raise Unfit("That backup was cut off; nothing was changed.")


def _clear(session: Session, *, force: bool) -> None:
    for table in reversed(tables()):
        if force:
            session.connection().execute(table.delete())
        elif session.connection().execute(select(table).limit(1)).first() is not None:
            raise Unfit("That database is not empty. Use --force to replace all that is in it.")
    session.connection().execute(text(f"DELETE FROM {INDEX}"))  # noqa: S608 - no input


def _putting(known: dict[str, Table], about: dict[str, Any]) -> Put:
    if about["table"] == INDEX:
        return _index
    table = known[about["table"]]
    columns = [table.columns[c] for c in about["columns"]]

    def put(session: Session, rows: list[list[Any]]) -> None:
        named = [{c.name: _parsed(c, v) for c, v in zip(columns, row, strict=True)} for row in rows]
        session.connection().execute(insert(table), named)

    return put


def _index(session: Session, rows: list[list[Any]]) -> None:
    put_tokens(session, [(kind, UUID(record_id), tokens) for kind, record_id, tokens in rows])


def _parsed(column: Column[Any], value: Any) -> Any:
    """A value as its column takes it."""
    if value is None:
        return None
    match column.type:
        case Uuid():
            return UUID(value)
        case LargeBinary():
            return b64decode(value)
        case UTCDateTime():
            return datetime.fromisoformat(value)
        case Date():
            return date.fromisoformat(value)
        case Amount():
            return Decimal(value)
    return value
