"""One database, SQLite or PostgreSQL, and the only way into a transaction."""

import logging
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event, func, make_url, select, text
from sqlalchemy.exc import DBAPIError, OperationalError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session

from storage.errors import Unavailable
from storage.following import following
from storage.writer import Writer

__all__ = ["Database", "Session"]

T = TypeVar("T")
log = logging.getLogger(__name__)

# What many transactions write to one page is copied into the file once, every 32 MB.
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "wal_autocheckpoint=8000")
ATTEMPTS = 6
LOOK = 0.003  # seconds between two looks whether another process still holds the file
GAP = 0.01  # seconds at least for which long work lets go of the file
GIVEN = 0.15  # and which part of the time that a piece took
TRANSACTIONS = 6  # at once, in one process
# PostgreSQL errcodes: serialization failure, deadlock, and a unique key that someone else took a moment earlier.
RETRIED_STATES = {"40001", "40P01", "23505"}


def normalise(url: str) -> str:
    """The URL with the driver that Parley uses: `postgres://` and `postgresql://` mean psycopg 3."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def _sqlite_engine(url: str, *, memory: bool) -> Engine:
    options: dict[str, Any] = {"connect_args": {"timeout": 5, "check_same_thread": False}}
    engine = create_engine(
        url, hide_parameters=True, **options, **({"poolclass": StaticPool} if memory else {})
    )

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        driver: Any = connection.connection.dbapi_connection
        if driver.in_transaction:  # a commit that failed leaves its transaction open
            driver.rollback()
        if connection.get_execution_options().get("reading", False):
            connection.exec_driver_sql("BEGIN")
        else:
            _begin_writing(connection, driver)

    @event.listens_for(engine, "checkin")
    def _let_go(connection: Any, _record: Any) -> None:
        if connection is not None and connection.in_transaction:
            connection.rollback()

    return engine


def _begin_writing(connection: Connection, driver: sqlite3.Connection) -> None:
    """Begin as soon as no other process writes; SQLite's own waiting looks ever more seldom, and would miss short gaps."""
    (patience,) = driver.execute("PRAGMA busy_timeout").fetchone()  # milliseconds
    until = time.monotonic() + patience / 1000
    driver.execute("PRAGMA busy_timeout=0")
    try:
        while not _begun(connection, last=time.monotonic() > until):
            time.sleep(LOOK)
    finally:
        driver.execute(f"PRAGMA busy_timeout={patience}")


def _begun(connection: Connection, *, last: bool) -> bool:
    """Whether the file is ours to write; raises for any other reason, and where this is the last look."""
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except OperationalError as error:
        held: Any = error.orig
        if last or held.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


def _postgres_engine(url: str) -> Engine:
    # Prepared statements turn generic plans of searches into scans of the whole table. More transactions at once
    # than these only wait for each other, with locks in hand. A connection that was lost is found by its first use,
    # and the work is repeated on a new one.
    return create_engine(
        url,
        hide_parameters=True,
        pool_size=TRANSACTIONS,
        max_overflow=0,
        pool_timeout=60,
        connect_args={"prepare_threshold": None},
    )


def ends_transaction(error: BaseException) -> bool:
    """Whether the database itself broke off: what is left of the transaction cannot go on without what failed."""
    return isinstance(error, OperationalError | PendingRollbackError | StaleDataError) or (
        isinstance(error, DBAPIError) and _worth_repeating(error)
    )


def _worth_repeating(error: Exception) -> bool:
    if isinstance(error, StaleDataError | PendingRollbackError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) in RETRIED_STATES


class Database:
    """Runs functions in transactions. On SQLite all writes go, in order, through one thread."""

    def __init__(self, url: str) -> None:
        self.url = normalise(url)
        self.sqlite = self.url.startswith("sqlite")
        path = make_url(self.url).database if self.sqlite else None
        self.memory = self.sqlite and path in (None, "", ":memory:")
        if path and not self.memory:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self.engine = (
            _sqlite_engine(self.url, memory=self.memory) if self.sqlite else _postgres_engine(self.url)
        )
        self._writer = Writer(self.engine, self._answering) if self.sqlite else None
        self._away, self._noting = False, threading.Lock()

    def run(self, work: Callable[[Session], T]) -> T:
        """Run `work` in one transaction and commit it; repeat it whole when the engine says so.

        What `work` adds it must make itself: a row from outside would not be new any more when it is repeated.
        Raises whatever `work` raises, with nothing kept, or `Unavailable`.
        """
        if self._writer:
            return self._writer.submit(work).result()
        with self._answering():
            return self._repeat(self._once, work)

    def submit(self, work: Callable[[Session], T], pool: Executor) -> "Future[T]":
        """`run` for those who go on meanwhile: SQLite's writer does it, else a thread of `pool`."""
        return self._writer.submit(work) if self._writer else pool.submit(self.run, work)

    def read(self, work: Callable[[Session], T]) -> T:
        """Run `work` on a consistent view, without waiting for writers; it must not write."""
        if self.memory:
            return self.run(work)
        with self._answering():
            return self._look(work) if self.sqlite else self._repeat(self._look, work)

    def _look(self, work: Callable[[Session], T]) -> T:
        with self.engine.connect() as bare:
            options = {"reading": True} if self.sqlite else {"isolation_level": "REPEATABLE READ"}
            return work(Session(bare.execution_options(**options)))

    def give_way(self, worked: float) -> None:
        """Let other processes write, after so many seconds of a long work: SQLite has no queue for them."""
        if self.sqlite and not self.memory:
            time.sleep(max(GAP, worked * GIVEN))

    def ping(self) -> None:
        """Raise `Unavailable` unless the database answers."""
        self.read(lambda session: session.connection().execute(text("SELECT 1")))

    def close(self) -> None:
        """Finish what is queued and let go of the connections."""
        if self._writer:
            self._writer.close()
        self.engine.dispose()

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """`Unavailable` for whatever says that the database does not answer; the log hears of it once, and of its return."""
        try:
            yield
        except (OperationalError, PoolTimeout) as error:
            cause = error.orig if isinstance(error, OperationalError) else error
            if self._turned(away=True):
                log.error(  # noqa: TRY400 - one line, not a page, for what will be repeated until it is over
                    "the database does not answer: %s; what there is to do waits", type(cause).__name__
                )
            raise Unavailable(str(cause)) from error
        if self._away and self._turned(away=False):
            log.warning("the database answers again")

    def _turned(self, *, away: bool) -> bool:
        """Note whether the database is away; whether that is news. Many threads may find out at once."""
        with self._noting:
            news, self._away = self._away != away, away
        return news

    def _repeat(self, once: Callable[[Callable[[Session], T]], T], work: Callable[[Session], T]) -> T:
        for attempt in range(1, ATTEMPTS):
            try:
                return once(work)
            except (DBAPIError, PendingRollbackError, StaleDataError) as error:
                if not _worth_repeating(error):
                    raise
                log.warning("transaction repeated after %s", type(error).__name__)
                time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 - jitter, not a secret
        return once(work)

    def _once(self, work: Callable[[Session], T]) -> T:
        with Session(self.engine, expire_on_commit=False) as session:
            result = work(session)
            session.commit()
        for call in following(session):
            call()
        return result


def clock_of(session: Session) -> datetime:
    """The database's time, which is this machine's where the database is a file; the domain's may stand still."""
    if session.get_bind().dialect.name == "sqlite":
        return datetime.now(UTC)
    moment: datetime = session.connection().execute(select(func.clock_timestamp())).scalar_one()
    return moment
