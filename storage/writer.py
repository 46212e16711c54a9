"""The one thread that writes to SQLite: first come, first served, several pieces of work to a commit."""

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from storage.following import Call, following

T = TypeVar("T")
BATCH = 16


class Failed(Exception):
    """A piece of work failed among others."""


@dataclass
class Job:
    """A piece of work, its outcome, and who waits for it."""

    work: Callable[[Session], Any]
    future: "Future[Any]" = field(default_factory=Future)
    result: Any = None
    error: BaseException | None = None
    after: Sequence[Call] = ()

    def alone(self, engine: Engine) -> None:
        """Run in a transaction of its own."""
        self.result = self.error = None
        try:
            with Session(engine, expire_on_commit=False) as session:
                self._run(session)
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits
            self.error = error

    def among(self, connection: Connection) -> None:
        """Run in a transaction that is shared; raises `Failed` where the work does."""
        try:
            with Session(
                connection, expire_on_commit=False, join_transaction_mode="rollback_only"
            ) as session:
                self._run(session)
        except BaseException as error:
            raise Failed from error

    def _run(self, session: Session) -> None:
        self.result = self.work(session)
        session.commit()
        self.after = following(session)

    def settle(self, answering: Callable[[], AbstractContextManager[None]]) -> None:
        """Once the outcome is on disk: do what follows, and wake whoever waits."""
        try:
            self._follow(answering)
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits
            self.future.set_exception(error)
        else:
            self.future.set_result(self.result)

    def _follow(self, answering: Callable[[], AbstractContextManager[None]]) -> None:
        with answering():
            if self.error is not None:
                raise self.error
        for call in self.after:
            call()


class Writer:
    """A FIFO of writes; SQLite's own lock polling is unfair under load.

    `answering` turns the errors of a database that is away into one.
    """

    def __init__(self, engine: Engine, answering: Callable[[], AbstractContextManager[None]]) -> None:
        self._engine, self._answering = engine, answering
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._loop, name="sqlite-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Session], T]) -> "Future[T]":
        """Queue `work`; the future is done when its commit is on disk."""
        if threading.current_thread() is self._thread:
            raise RuntimeError("a transaction cannot be opened inside another")
        job = Job(work)
        job.future.set_running_or_notify_cancel()  # who waits may go; the work is done all the same
        self._queue.put(job)
        return job.future

    def close(self) -> None:
        """Finish the queue, then stop."""
        self._queue.put(None)
        self._thread.join()

    def _loop(self) -> None:
        open_ = True
        while open_:
            jobs: list[Job] = []
            job = self._queue.get()
            while job is not None:
                jobs.append(job)
                if len(jobs) == BATCH or self._queue.empty():
                    break
                job = self._queue.get()
            open_ = job is not None
            if jobs:
                self._commit(jobs)

    def _commit(self, jobs: list[Job]) -> None:
        try:
            self._together(jobs)
        except OperationalError as error:  # locked or full: each by itself would only wait again
            for job in jobs:
                job.error = error
        except BaseException:  # noqa: BLE001 - each by itself: what fails takes nothing else with it
            for job in jobs:
                job.alone(self._engine)
        for job in jobs:
            job.settle(self._answering)

    def _together(self, jobs: list[Job]) -> None:
        if len(jobs) == 1:
            jobs[0].alone(self._engine)
            return
        with self._engine.begin() as connection:
            for job in jobs:
                job.among(connection)
