"""Processes of Parley that come back when they are killed."""

import multiprocessing
import os
import random
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from sqlmodel import col, func, select

from storage.database import Database
from storage.deliveries import OPEN
from storage.tables import Inbox, InboxState, Outbox, Reminder, ReminderStatus

FULL = os.environ.get("TORTURE") == "full"
SEED = int(os.environ.get("TORTURE_SEED", "11"))
AMBIGUOUS = re.compile(r"message (\S+) is ambiguous")


@dataclass
class Crew:
    """`processes` of `main`, each given the path of its log and then `given`."""

    main: Callable[..., None]
    given: tuple[Any, ...]
    folder: Path
    processes: int
    lease: float
    chance: random.Random
    workers: list[BaseProcess] = field(default_factory=list)
    stopped: dict[int, float] = field(default_factory=dict)
    started: int = 0

    def start(self) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tests.torture.worker"])
        self.started += 1
        log = str(self.folder / f"{self.started}.log")
        process = context.Process(target=self.main, args=(log, *self.given), daemon=True)
        process.start()
        self.workers.append(process)

    def kill(self) -> None:
        """End one without warning, and start another in its place."""
        self.lose(self.chance.choice(self.workers))
        self.start()

    def lose(self, victim: BaseProcess) -> None:
        """End one without warning."""
        self.workers.remove(victim)
        victim.kill()
        victim.join()
        self.stopped.pop(victim.pid or 0, None)

    def stop(self) -> None:
        """Hold one for longer than its lease."""
        victim = self.chance.choice(self.workers)
        if victim.pid and victim.pid not in self.stopped:
            os.kill(victim.pid, signal.SIGSTOP)
            self.stopped[victim.pid] = time.monotonic() + self.lease * 1.5

    def wake(self) -> None:
        for pid in [p for p, until in self.stopped.items() if until < time.monotonic()]:
            del self.stopped[pid]
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def end(self) -> None:
        for process in list(self.workers):
            self.lose(process)

    @contextmanager
    def working(self) -> Iterator["Crew"]:
        for _ in range(self.processes):
            self.start()
        try:
            yield self
        finally:
            self.end()

    def logs(self) -> str:
        """What all of them have logged."""
        return "\n".join(p.read_text("utf-8") for p in self.folder.glob("*.log"))

    def torment(self, blows: list[str], done: Callable[[], int], total: int, url: str, limit: float) -> None:
        """Deal the blows (`kill`, `stop`) as the work proceeds, until all is done and nothing waits any more."""
        each, dealt = total / (len(blows) + 1), 0
        database, end = Database(url), time.monotonic() + limit
        try:
            while time.monotonic() < end:
                self.wake()
                if blows and done() >= dealt * each:
                    getattr(self, blows.pop())()
                    dealt += 1
                elif not blows and not self.stopped and done() >= total and not left(database):
                    return
                time.sleep(self.chance.uniform(0.0, 0.03))
        finally:
            database.close()
        raise TimeoutError(f"{done()} of {total} done, {len(blows)} blows left")


def left(database: Database) -> int:
    """Messages not handled, reminders not told, answers not sent."""
    waiting = (
        select(func.count()).select_from(Inbox).where(Inbox.state == InboxState.PENDING),
        select(func.count()).select_from(Reminder).where(Reminder.status == ReminderStatus.SCHEDULED),
        select(func.count()).select_from(Outbox).where(col(Outbox.state).in_(OPEN)),
    )
    return database.read(lambda s: sum(s.exec(query).one() for query in waiting))
