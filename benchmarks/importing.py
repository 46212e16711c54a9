"""Importing a file beside a bare `csv` + `executemany` of the same rows in the same transactions.

`python -m benchmarks.importing [ROWS] [URL …]`: rows a second of both, and how long messages of somebody else waited meanwhile.
"""

import csv
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import insert, text
from sqlmodel import SQLModel

from bot.adapters.console import Console, Line
from bot.app import App, build
from bot.settings import Settings
from schedules.imports import AT_ONCE
from storage.database import Database
from storage.search import _INSERT, indexed
from storage.tables import Change, ChangeSet, Company, Contact, ContactPoint, NameKey

TABLES = (ChangeSet, Company, Contact, ContactPoint, NameKey, Change)
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴", "伟芳娜敏静丽强磊军洋勇艳杰涛明超秀霞平刚"


def people(path: Path, count: int) -> None:
    """Half Chinese, half English names, ten to a company."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["Name", "Company", "Title", "Email", "Phone", "Notes"])
        for i in range(count):
            name = f"Person{i:x} Name{i * 7919 % 100_003:x}"
            if i % 2:
                name = SURNAMES[i % 10] + GIVEN[i // 10 % 20] + GIVEN[i // 200 % 20]
            writer.writerow(
                [name, f"Company {i // 10}", "Buyer", f"p{i}@x.example", f"+4930{i:07}", "met at the fair"]
            )


def opened(url: str) -> App:
    return build(Settings(database_url=SecretStr(url), timezone="Europe/Berlin", _env_file=None))


def imported(app: App, path: Path) -> tuple[float, float, list[float]]:
    """Seconds of the look and of the import, and of each message that somebody else sent meanwhile."""
    console = Console(app, lambda _: None, "Ana")
    console.take(Line(name="Ana", role="owner"))
    begun = time.perf_counter()
    console.take(Line(file=path))
    looked = time.perf_counter() - begun
    waits, over = [], threading.Event()
    other = threading.Thread(target=talk, args=(app, waits, over))
    other.start()
    begun = time.perf_counter()
    console.take(Line(say="yes"))
    taken = time.perf_counter() - begun
    over.set()
    other.join()
    return looked, taken, waits


def talk(app: App, waits: list[float], over: threading.Event) -> None:
    from bot.incoming import Incoming, Sender  # noqa: PLC0415

    sender = Sender("bob", "Bob", role="sales")
    number = 0
    while not over.wait(0.25):
        number += 1
        said = Incoming("bench", f"b{number}", sender, "bob", f"/task add Call {number}", vouched=True)
        begun = time.perf_counter()
        app.engine.handle(app.engine.accept(said)[0])
        waits.append(time.perf_counter() - begun)


def rows_of(database: Database) -> dict[str, list[dict[str, Any]]]:
    """All that the import has written."""

    def work(session: Any) -> dict[str, list[dict[str, Any]]]:
        found = {}
        for model in TABLES:
            table = SQLModel.metadata.tables[str(model.__tablename__)]
            ordered = table.select().order_by(table.c.get("id", table.c.get("key")))
            found[table.name] = [dict(r._mapping) for r in session.connection().execute(ordered)]
        found["change"] = [r for r in found["change"] if r["kind"] != "task"]  # of the import alone
        sets = {r["change_set_id"] for r in found["change"]}
        found["change_set"] = [r for r in found["change_set"] if r["id"] in sets]
        lite = database.sqlite
        found["index"] = [
            {"key": n, "kind": k, "id": i.hex if lite else i, "tokens": " ".join(t) if lite else t}
            for n, (k, i, t) in enumerate(indexed(session))
        ]
        return found

    return database.read(work)


def parts(rows: list[dict[str, Any]], count: int) -> Iterator[list[dict[str, Any]]]:
    """Rows in as many parts as there were transactions."""
    size, source = max(1, -(-len(rows) // count)), iter(rows)
    return (list(islice(source, size)) for _ in range(count))


def bare(url: str, path: Path, rows: dict[str, list[dict[str, Any]]], only: set[str] | None = None) -> float:
    """Seconds of reading the file by `csv` and writing the same rows by `executemany`, in as many transactions."""
    app = opened(url)
    begun = time.perf_counter()
    with path.open(encoding="utf-8", newline="") as file:
        count = -(-(sum(1 for _ in csv.DictReader(file))) // AT_ONCE)
    cut = {name: parts(r, count) for name, r in rows.items() if only is None or name in only}
    for _ in range(count):
        app.database.run(lambda session: put(session, {n: next(p) for n, p in cut.items()}, app.database))
    taken = time.perf_counter() - begun
    app.close()
    return taken


def put(session: Any, batch: dict[str, list[dict[str, Any]]], database: Database) -> None:
    connection = session.connection()
    for name, rows in batch.items():
        if not rows:
            continue
        if name == "index":
            connection.execute(text(_INSERT["sqlite" if database.sqlite else "postgresql"]), rows)
        else:
            connection.execute(insert(SQLModel.metadata.tables[name]), rows)


def measure(count: int, url: str, bare_url: str, second: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.csv"
        people(path, count)
        app = opened(url)
        looked, taken, waits = imported(app, path)
        rows = rows_of(app.database)
        app.close()
        same = bare(bare_url, path, rows)
        plain = bare(second, path, rows, {"company", "contact", "contact_point"})
    waits.sort()
    print(f"{url.split(':', maxsplit=1)[0]}: look {looked:.1f} s; import {count / taken:,.0f} rows/s")
    print(f"  bare, the same rows of all tables {count / same:,.0f} rows/s: {taken / same:.2f} times as long")
    print(f"  bare, the records alone {count / plain:,.0f} rows/s: {taken / plain:.2f} times as long")
    print(
        f"  {len(waits)} messages meanwhile: median {waits[len(waits) // 2] * 1000:.0f} ms, longest {waits[-1] * 1000:.0f} ms"
    )


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as folder:
        measure(count, *(f"sqlite:///{folder}/{name}.db" for name in "abc"))
    if os.environ.get("XDG_RUNTIME_DIR"):
        from tests.databases import Postgres  # noqa: PLC0415

        server = Postgres(durable=True)
        try:
            measure(count, *(server.empty() for _ in range(3)))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
