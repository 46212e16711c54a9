"""Messages a second through the engine, beside the same rows by plain SQLAlchemy in the same number of commits."""

import gc
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import Connection, Engine, event, insert, select, update
from sqlmodel import Session, SQLModel

from bot.app import App, build
from bot.incoming import Incoming, Sender
from bot.settings import Settings
from storage.database import Database
from storage.migrate import upgrade
from storage.search import index, text_tokens
from storage.tables import Counter, Dialogue, Inbox
from tests.databases import Postgres

MESSAGES = 480
ROUNDS = 5  # one beside the other, since a shared machine is never the same for long
NOBODY = {"counter": "task", "dialogue": UUID(int=1), "inbox": UUID(int=1)}
Rows = list[tuple[Any, dict[str, Any]]]


def settings(url: str) -> Settings:
    return Settings(database_url=SecretStr(url), timezone="Europe/Berlin")


def say(app: App, who: str, i: int, text: str) -> None:
    incoming = Incoming("console", f"{who}-{i}", Sender(who, who, role="sales"), who, text, vouched=True)
    conversation, _ = app.engine.accept(incoming)
    app.engine.handle(conversation)


def in_threads(count: int, work: Callable[[int], None]) -> float:
    threads = [threading.Thread(target=work, args=(i,)) for i in range(count)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - begun


def commits(engine: Engine) -> list[int]:
    counted: list[int] = []
    event.listen(engine, "commit", lambda _: counted.append(1))
    return counted


def snapshot(database: Database) -> dict[Any, list[dict[str, Any]]]:
    with database.engine.connect() as connection:
        return {
            table: [dict(r._mapping) for r in connection.execute(select(table).order_by(*table.primary_key))]
            for table in SQLModel.metadata.sorted_tables
        }


def through_engine(url: str, conversations: int) -> tuple[float, int, Rows]:
    """Seconds, commits, and the rows that were written by the measured messages."""
    app = build(settings(url))
    for c in range(conversations):
        say(app, f"p{c}", -1, "hello")
    gc.freeze()  # as `parley serve` does
    before = {
        t: {tuple(r[c.name] for c in t.primary_key) for r in rows}
        for t, rows in snapshot(app.database).items()
    }
    counted = commits(app.database.engine)
    each = MESSAGES // conversations

    def talk(c: int) -> None:
        for i in range(each):
            say(app, f"p{c}", i, f"add a task: polish the item number {i} by friday")

    seconds = in_threads(conversations, talk)
    number = len(counted)
    rows = [
        (table, row)
        for table, found in snapshot(app.database).items()
        for row in found
        if tuple(row[c.name] for c in table.primary_key) not in before[table]
    ]
    app.close()
    return seconds, number, rows


def plain(url: str, threads: int, number: int, rows: Rows) -> float:
    """Seconds for the same rows by plain SQLAlchemy Core, dealt out over as many commits."""
    database = Database(url)
    upgrade(database)
    if database.sqlite:  # runs after our own settings of a connection
        event.listen(
            database.engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=OFF")
        )
        database.engine.dispose()
    tables = sorted({t for t, _ in rows}, key=lambda t: t.name)
    shares: list[Rows] = [[] for _ in range(max(1, number))]
    for table in tables:
        own = [row for t, row in rows if t is table]
        for i, row in enumerate(own):
            shares[i * len(shares) // len(own)].append((table, row))

    def write(thread: int) -> None:
        for share in shares[thread::threads]:
            with database.engine.begin() as connection:
                for table, row in share:
                    connection.execute(insert(table).values(row))
                    if table.name == "task":
                        also_written(connection, row)

    for table in tables:  # the rows are whole, their parents are not: only the writing is compared
        _without_references(database, table.name)
    seconds = in_threads(threads, write)
    database.close()
    return seconds


def also_written(connection: Connection, task: dict[str, Any]) -> None:
    """What the engine changes with a task beside new rows: its number, the talk's state, the inbox, the index."""
    workspace = task["workspace_id"]
    for model, values in (
        (Counter, {"value": 1}),
        (Dialogue, {"state": {"a": "b" * 400}}),
        (Inbox, {"attempts": 1}),
    ):
        table = model.__table__
        other = table.primary_key.columns[1]
        connection.execute(
            update(table).where(table.c.workspace_id == workspace, other == NOBODY[table.name]).values(values)
        )
    index(Session(connection), 1, "task", task["id"], text_tokens(task["title"]))


def _without_references(database: Database, table: str) -> None:
    with database.engine.begin() as connection:
        if database.sqlite:
            return
        connection.exec_driver_sql(f'ALTER TABLE "{table}" DISABLE TRIGGER ALL')


def one_round(kind: str, conversations: int, server: Postgres) -> tuple[float, float, float, float]:
    """Seconds through the engine and by plain SQLAlchemy; commits and rows a message."""
    with tempfile.TemporaryDirectory() as folder:
        urls = [f"sqlite:///{folder}/{x}.db" if kind == "SQLite" else server.fresh() for x in "ab"]
        seconds, number, rows = through_engine(urls[0], conversations)
        bare = plain(urls[1], 1 if kind == "SQLite" else conversations, number, rows)
    return seconds, bare, number / MESSAGES, len(rows) / MESSAGES


def main() -> None:
    server = Postgres(durable=True)
    heads = ("engine", "plain", "ratio", "from", "to", "commits", "rows a message")
    print(f"{'':16}" + "".join(f"{head:>16}" for head in heads))
    for conversations in (1, 16):
        for kind in ("SQLite", "PostgreSQL"):
            rounds = [one_round(kind, conversations, server) for _ in range(ROUNDS)]
            seconds, bare, number, rows = (statistics.median(column) for column in zip(*rounds, strict=True))
            ratios = sorted(r[0] / r[1] for r in rounds)
            print(
                f"{f'{kind}, {conversations}':16}{MESSAGES / seconds:>14.0f}/s{MESSAGES / bare:>14.0f}/s"
                f"{statistics.median(ratios):>16.2f}{ratios[0]:>16.2f}{ratios[-1]:>16.2f}{number:>16.2f}{rows:>16.1f}"
            )
    server.stop()


if __name__ == "__main__":
    main()
