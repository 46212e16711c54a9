"""Reminders due in the same second, workers killed and stopped at random: none is lost, none doubled but where nobody can tell.

`TORTURE=full` runs 10,000 reminders with 300 kills and 20 stops longer than the lease (about ten minutes); else a short
version. What happened is printed (`-s`).
"""

import multiprocessing
import os
import random
import re
import signal
import time
from collections import Counter, defaultdict
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, func, select

from bot.app import build
from handlers.post import post
from handlers.reply import Reply, line
from storage.database import Database
from storage.inbox import conversation_of
from storage.outbox import OPEN
from storage.tables import Member, Outbox, Reminder, ReminderStatus
from storage.unit_of_work import UnitOfWork
from tests.plugin import settings_for
from tests.torture import worker
from tests.torture.platforms import FORGETS, REMEMBERS, Fake

FULL = os.environ.get("TORTURE") == "full"
LETTERS = 4  # for each person
SEED = int(os.environ.get("TORTURE_SEED", "11"))
_TEXT = re.compile(r"item-(\d+)")
_AMBIGUOUS = re.compile(r"message (\S+) is ambiguous")


@dataclass(frozen=True)
class Size:
    """How much of it."""

    reminders: int
    people: int
    kills: int
    stops: int
    processes: int
    lease: float
    limit: float


def size(database_url: str) -> Size:
    processes = 1 if database_url.startswith("sqlite") else 3
    if FULL:
        return Size(10_000, 200, 300, 20, processes, 3.0, 1800)
    return Size(240, 24, 12, 1, processes, 1.5, 60)


def prepare(url: str, size: Size, due: datetime) -> None:
    """People, half of them on each kind of platform, letters for them that wait in order, and their reminders."""
    app = build(settings_for(url))

    def fill(uow: UnitOfWork) -> None:
        people = []
        for number in range(size.people):
            member = uow.add(Member(workspace_id=uow.workspace_id, name=f"P{number}", role="sales"))
            kind = (REMEMBERS, FORGETS)[number % 2]
            place = conversation_of(uow.session, uow.workspace_id, kind, "", f"p{number}", "", private=True)
            place.member_id = member.id
            people.append(member)
            for letter in range(LETTERS):
                post(uow, place, Reply(line(f"letter-{letter}")), member=member)
        wall = due.replace(tzinfo=None).isoformat()
        for number in range(size.reminders):
            uow.session.add(
                Reminder(
                    workspace_id=uow.workspace_id,
                    text=f"item-{number}",
                    due_at=due,
                    wall=wall,
                    starts=wall,
                    zone="UTC",
                    owner_id=people[number % size.people].id,
                )
            )

    app.engine.work(fill)
    app.close()


@dataclass
class Crew:
    """Workers that come back when they are killed."""

    url: str
    fake: Fake
    folder: Path
    size: Size
    chance: random.Random
    workers: list[multiprocessing.process.BaseProcess] = field(default_factory=list)
    stopped: dict[int, float] = field(default_factory=dict)
    started: int = 0

    def start(self) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tests.torture.worker"])
        self.started += 1
        log = str(self.folder / f"{self.started}.log")
        given = (self.url, self.fake.url, log, self.size.lease, 6)
        process = context.Process(target=worker.main, args=given, daemon=True)
        process.start()
        self.workers.append(process)

    def kill(self) -> None:
        """End one without warning, and start another in its place."""
        victim = self.workers.pop(self.chance.randrange(len(self.workers)))
        victim.kill()
        victim.join()
        self.stopped.pop(victim.pid or 0, None)
        self.start()

    def stop(self) -> None:
        """Hold one for longer than its lease."""
        victim = self.chance.choice(self.workers)
        if victim.pid and victim.pid not in self.stopped:
            os.kill(victim.pid, signal.SIGSTOP)
            self.stopped[victim.pid] = time.monotonic() + self.size.lease * 1.5

    def wake(self) -> None:
        for pid in [p for p, until in self.stopped.items() if until < time.monotonic()]:
            del self.stopped[pid]
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def end(self) -> None:
        for process in self.workers:
            process.kill()
            process.join()

    @contextmanager
    def working(self):  # type: ignore[no-untyped-def]
        for _ in range(self.size.processes):
            self.start()
        try:
            yield self
        finally:
            self.end()


def left(database: Database) -> int:
    """Reminders that have not been told, and messages that have not been sent."""
    waiting = select(func.count()).select_from(Reminder).where(Reminder.status == ReminderStatus.SCHEDULED)
    unsent = select(func.count()).select_from(Outbox).where(col(Outbox.state).in_(OPEN))
    return database.read(lambda s: s.exec(waiting).one() + s.exec(unsent).one())


def torment(crew: Crew, size: Size) -> None:
    """Kill and stop workers as the work proceeds, until all is done."""
    plan = ["kill"] * size.kills + ["stop"] * size.stops
    crew.chance.shuffle(plan)
    total = size.reminders + LETTERS * size.people
    each = total / (len(plan) + 1)
    database, end, done = Database(crew.url), time.monotonic() + size.limit, 0
    try:
        while time.monotonic() < end:
            crew.wake()
            if plan and len(crew.fake.posted) >= done * each:
                getattr(crew, plan.pop())()
                done += 1
            elif not plan and not crew.stopped and len(crew.fake.posted) >= total and not left(database):
                return
            time.sleep(crew.chance.uniform(0.0, 0.03))
    finally:
        database.close()
    raise TimeoutError(f"{len(crew.fake.posted)} posted, {len(plan)} blows left")


def judge(fake: Fake, size: Size, folder: Path) -> str:
    """Nothing lost; doubles only where they were announced; order kept."""
    logs = "\n".join(p.read_text("utf-8") for p in folder.glob("*.log"))
    announced = Counter(_AMBIGUOUS.findall(logs))
    arrived = Counter((p.kind, p.id) for p in fake.posted)
    told = {number for p in fake.posted for number in _TEXT.findall(p.words)}
    assert told == {str(n) for n in range(size.reminders)}, f"{size.reminders - len(told)} lost"
    doubled = {key: n - 1 for key, n in arrived.items() if n > 1}
    assert not [key for key in doubled if key[0] == REMEMBERS], "doubled where it could have been looked up"
    assert all(n <= announced[key[1]] for key, n in doubled.items()), "doubled without a word in the log"
    order: dict[str, list[str]] = defaultdict(list)
    for one in fake.posted:
        if one.words.startswith("letter-"):
            order[one.place].append(one.words.split("\n")[0])
    letters = [f"letter-{n}" for n in range(LETTERS)]
    assert [list(dict.fromkeys(o)) for o in order.values()] == [letters] * size.people, "one overtook another"
    return (
        f"{len(told)} reminders, {len(arrived)} messages, 0 lost; doubled: 0 of those that can be looked up, "
        f"{sum(doubled.values())} of the others, {sum(announced.values())} announced as ambiguous"
    )


def test_none_is_lost_and_none_doubled(database_url: str, tmp_path: Path) -> None:
    how_much = size(database_url)
    prepare(database_url, how_much, datetime.now(UTC) + timedelta(seconds=1))
    begun = time.monotonic()
    with Fake((0.0, 0.04), 0.01, SEED).serving() as fake:
        crew = Crew(database_url, fake, tmp_path, how_much, random.Random(SEED))
        with crew.working():
            torment(crew, how_much)
        report = judge(fake, how_much, tmp_path)
    print(f"\n{report}; {how_much.kills} kills, {how_much.stops} stops, {time.monotonic() - begun:.0f} s")  # noqa: T201 - its figures


pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # of processes that were killed
