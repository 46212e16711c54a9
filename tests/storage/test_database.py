"""Transactions: wholly or not at all, whoever else is at work."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from storage.database import Database
from storage.errors import Unavailable
from storage.journal import append, write
from storage.migrate import upgrade
from storage.queries.workspaces import only_workspace
from storage.tables import Company, Contact, Counter, Workspace
from storage.unit_of_work import UnitOfWork

WAIT = 30


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    upgrade(opened)
    yield opened
    opened.close()


@pytest.fixture
def workspace(database: Database) -> UUID:
    return only_workspace(database, "Test", zone="UTC", language="en", currency="USD")


def names(database: Database) -> list[str]:
    return database.read(lambda s: list(s.exec(select(Company.name).order_by(Company.name))))


def adding(workspace: UUID, name: str) -> Callable[[Session], None]:
    return lambda session: session.add(Company(workspace_id=workspace, name=name))


def orphan(workspace: UUID) -> Callable[[Session], None]:
    """Work whose fault shows only at the commit: a contact of a company that is not there."""
    return lambda s: s.add(Contact(workspace_id=workspace, name="Orphan", company_id=workspace))


def test_an_error_takes_everything_back(database: Database, workspace: UUID) -> None:
    def work(session: Session) -> None:
        session.add(Company(workspace_id=workspace, name="Lost"))
        session.flush()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        database.run(work)
    assert names(database) == []


def test_what_only_the_commit_finds_is_raised_and_nothing_kept(database: Database, workspace: UUID) -> None:
    def work(session: Session) -> None:
        adding(workspace, "Lost")(session)
        orphan(workspace)(session)

    with pytest.raises(IntegrityError):
        database.run(work)
    assert names(database) == []


def gathered(workspace: UUID, *numbers: int) -> Callable[[Session], None]:
    """Work that writes counters of the same name at its end, in one go."""

    def work(session: Session) -> None:
        for number in numbers:
            append(session, Counter, workspace_id=workspace, name="gathered", value=number)
        write(session)

    return work


def test_what_is_written_in_one_go_is_kept_or_raised(database: Database, workspace: UUID) -> None:
    database.run(gathered(workspace, 1))
    with pytest.raises(IntegrityError):
        database.run(gathered(workspace, 2))
    values = select(Counter.value).where(Counter.name == "gathered")
    assert database.read(lambda s: list(s.exec(values))) == [1]


def test_work_goes_on_after_a_commit_that_failed(database: Database, workspace: UUID) -> None:
    with pytest.raises(IntegrityError):
        database.run(orphan(workspace))
    database.run(adding(workspace, "Next"))
    assert names(database) == ["Next"]


def test_writes_of_many_threads_are_all_there(database: Database, workspace: UUID) -> None:
    def write(i: int) -> None:
        for j in range(5):
            database.run(adding(workspace, f"{i}-{j}"))

    run_threads([lambda i=i: write(i) for i in range(6)])  # type: ignore[misc]
    assert names(database) == sorted(f"{i}-{j}" for i in range(6) for j in range(5))


def run_threads(works: list[Callable[[], object]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
        assert not thread.is_alive()


def test_a_transaction_inside_another_is_refused(database: Database) -> None:
    if not database.sqlite:
        pytest.skip("PostgreSQL has connections enough")
    with pytest.raises(RuntimeError, match="inside another"):
        database.run(lambda _: database.run(lambda _: None))


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_read_sees_one_moment(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    if engine == "postgresql":
        url = request.getfixturevalue("postgres").fresh()
    else:
        url = f"sqlite:///{tmp_path}/read.db"
    database = Database(url)
    try:
        upgrade(database)
        workspace = only_workspace(database, "Test", zone="UTC", language="en", currency="USD")
        query = select(Company.name)

        def work(session: Session) -> tuple[list[str], list[str]]:
            before = list(session.exec(query))
            database.run(adding(workspace, "Meanwhile"))
            return before, list(session.exec(query))

        assert database.read(work) == ([], [])
        assert names(database) == ["Meanwhile"]
    finally:
        database.close()


def test_what_a_read_writes_is_not_kept(database: Database, workspace: UUID) -> None:
    def work(session: Session) -> None:
        adding(workspace, "Sneaked in")(session)
        session.flush()

    database.read(work)
    assert names(database) == []


LOCKER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[tuple[Database, "subprocess.Popen[bytes]"]]:
    """A SQLite file that another process holds for writing, until its input ends."""
    path = tmp_path / "locked.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    holder = subprocess.Popen(
        [sys.executable, "-c", LOCKER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout
    assert holder.stdout.readline() == b"held\n"
    yield database, holder
    let_go(holder)
    database.close()


def let_go(holder: "subprocess.Popen[bytes]") -> None:
    assert holder.stdin
    assert holder.stdout
    holder.stdin.close()
    holder.wait(WAIT)
    holder.stdout.close()


def test_a_locked_file_is_unavailable_within_its_timeout_and_read_all_the_same(
    locked: tuple[Database, "subprocess.Popen[bytes]"],
) -> None:
    database, holder = locked
    begun = time.monotonic()
    with pytest.raises(Unavailable, match="locked"):
        database.run(lambda s: s.connection())
    assert 4 < time.monotonic() - begun < 8
    assert names(database) == []
    let_go(holder)
    workspace = only_workspace(database, "Test", zone="UTC", language="en", currency="USD")
    database.run(adding(workspace, "After"))
    assert names(database) == ["After"]


def test_all_that_wait_for_a_locked_file_hear_of_it_within_the_timeout(
    locked: tuple[Database, "subprocess.Popen[bytes]"],
) -> None:
    database, _ = locked
    event.listen(database.engine, "connect", lambda c, _: c.execute("PRAGMA busy_timeout=500"))
    database.engine.dispose()
    took: list[float] = []

    def write() -> None:
        begun = time.monotonic()
        with pytest.raises(Unavailable):
            database.run(lambda s: s.connection())
        took.append(time.monotonic() - begun)

    run_threads([write] * 6)
    assert len(took) == 6
    assert max(took) < 1.8  # the group that is under way, and the next


# Repeated on PostgreSQL


@pytest.fixture
def postgresql(postgres: object) -> Iterator[tuple[Database, UUID]]:
    opened = Database(postgres.fresh())  # type: ignore[attr-defined]
    workspace = only_workspace(opened, "Test", zone="UTC", language="en", currency="USD")
    yield opened, workspace
    opened.close()


def side_by_side(database: Database, works: list[Callable[[Session, int], None]]) -> list[int]:
    """Run pieces of work that all have begun before any goes on; how often each was tried."""
    barrier = threading.Barrier(len(works))
    tries = [0] * len(works)

    def run(i: int) -> None:
        def work(session: Session) -> None:
            tries[i] += 1
            works[i](session, tries[i])

        database.run(work)

    def first_together(work: Callable[[Session, int], None]) -> Callable[[Session, int], None]:
        def waiting(session: Session, attempt: int) -> None:
            if attempt == 1:
                session.connection()
                barrier.wait(WAIT)
            work(session, attempt)

        return waiting

    works = [first_together(work) for work in works]
    run_threads([lambda i=i: run(i) for i in range(len(works))])  # type: ignore[misc]
    return tries


def test_a_serialization_failure_is_repeated(postgresql: tuple[Database, UUID]) -> None:
    database, workspace = postgresql

    def raise_by_one(session: Session, attempt: int) -> None:
        session.connection().execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        row = session.exec(
            select(Counter).where(Counter.workspace_id == workspace, Counter.name == "task")
        ).one()
        if attempt == 1:
            time.sleep(0.1)
        row.value += 1
        session.add(row)

    tries = side_by_side(database, [raise_by_one, raise_by_one])
    assert sorted(tries) == [1, 2]
    value = select(Counter.value).where(Counter.workspace_id == workspace, Counter.name == "task")
    assert database.read(lambda s: s.exec(value).one()) == 2


def test_a_deadlock_is_repeated(postgresql: tuple[Database, UUID]) -> None:
    database, workspace = postgresql

    def raising(first: str, second: str) -> Callable[[Session, int], None]:
        def work(session: Session, attempt: int) -> None:
            for name in (first, second):
                row = select(Counter).where(col(Counter.name) == name, Counter.workspace_id == workspace)
                counter = session.exec(row.with_for_update()).one()
                counter.value += 1
                session.add(counter)
                session.flush()
                if attempt == 1 and name == first:
                    time.sleep(0.2)

        return work

    tries = side_by_side(database, [raising("task", "order"), raising("order", "task")])
    assert sorted(tries) == [1, 2]
    values = select(Counter.value).where(col(Counter.name).in_(("task", "order")))
    assert database.read(lambda s: list(s.exec(values))) == [2, 2]


def test_a_unique_key_taken_by_another_is_repeated(postgresql: tuple[Database, UUID]) -> None:
    database, workspace = postgresql

    def make(session: Session, attempt: int) -> None:
        key = (workspace, "invoice")
        if session.get(Counter, key) is None:
            if attempt == 1:
                time.sleep(0.1)
            session.add(Counter(workspace_id=workspace, name="invoice", value=1))

    assert sorted(side_by_side(database, [make, make])) == [1, 2]


def test_a_connection_lost_while_writing_in_one_go_is_repeated(postgresql: tuple[Database, UUID]) -> None:
    database, workspace = postgresql
    tries = []

    def work(session: Session) -> None:
        tries.append(1)
        if len(tries) == 1:
            own = session.connection().execute(text("SELECT pg_backend_pid()")).scalar()
            with database.engine.connect() as other:
                other.execute(text("SELECT pg_terminate_backend(:own)"), {"own": own})
        gathered(workspace, 1)(session)

    database.run(work)
    assert len(tries) == 2
    values = select(Counter.value).where(Counter.name == "gathered")
    assert database.read(lambda s: list(s.exec(values))) == [1]


def test_what_fails_again_and_again_is_raised(postgresql: tuple[Database, UUID]) -> None:
    database, workspace = postgresql
    tries = []

    def work(session: Session) -> None:
        tries.append(1)
        session.add(Counter(workspace_id=workspace, name="task", value=1))

    with pytest.raises(IntegrityError):
        database.run(work)
    assert 1 < len(tries) < 10


def test_two_who_change_one_record_lose_nothing(postgresql: tuple[Database, UUID]) -> None:
    """Each adds to what it has read: without a lock or a check of versions one of the two would be lost."""
    database, workspace = postgresql
    database.run(lambda s: s.add(Company(workspace_id=workspace, name="Acme", notes="")))

    def add_note(session: Session, attempt: int) -> None:
        found = session.get(Workspace, workspace)
        assert found
        uow = UnitOfWork(session, found, datetime.now(UTC))
        company = session.exec(select(Company)).one()
        if attempt == 1:
            time.sleep(0.1)
        company.notes = f"{company.notes}x"
        uow.add(company)
        uow.finish()

    side_by_side(database, [add_note, add_note])
    kept = database.read(lambda s: s.exec(select(Company)).one())
    assert (kept.notes, kept.version) == ("xx", 3)


def test_a_server_that_is_gone_is_unavailable() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(Unavailable):
        database.run(lambda s: s.connection())
    with pytest.raises(Unavailable):
        database.ping()
    database.close()
