"""Everybody talks at once in Slack and Telegram while the processes are killed: each message takes effect exactly once.

`TORTURE=full` says 10,000 messages and kills 50 times (some minutes for each database); else a short version. What
happened is printed (`-s`).
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlmodel import col, select

from bot.adapters.telegram.polling import HELD
from storage.database import Database
from storage.tables import Inbox, InboxState, Lease, Outbox, OutboxState, Task
from tests.databases import Postgres
from tests.torture import worker
from tests.torture.crew import AMBIGUOUS, FULL, SEED, Crew, left
from tests.torture.crowd import ITEM, Crowd


@dataclass(frozen=True)
class Size:
    """How much of it; times in seconds."""

    messages: int
    people: int
    kills: int
    lease: float
    limit: float


SIZE = Size(10_000, 200, 50, 6.0, 2400) if FULL else Size(160, 16, 2, 1.0, 180)


def test_every_message_takes_effect_once(database_url: str, tmp_path: Path) -> None:
    begun, chance = time.monotonic(), random.Random(SEED)
    processes = 1 if database_url.startswith("sqlite") else 2
    crowd = Crowd(database_url, SIZE.people, SIZE.messages, chance).start()
    try:
        given = (database_url, crowd.slack.api_url, crowd.telegram.api_url, SIZE.lease)
        crew = Crew(worker.talking, given, tmp_path, processes, SIZE.lease, chance)
        speaking = threading.Thread(target=crowd.speak)
        with crew.working():
            speaking.start()
            crew.torment(["kill"] * SIZE.kills, crowd.answered, SIZE.messages, database_url, SIZE.limit)
            speaking.join(60)
            # Doubled answers count among the answered, so the last ones may not have been read yet.
            wait(lambda: not crowd.telegram.world.updates and not waiting(database_url))
        report = judge(crowd, database_url, crew.logs())
    finally:
        crowd.stop()
    print(f"\n{report}; {SIZE.kills} kills, {processes} processes, {time.monotonic() - begun:.0f} s")  # noqa: T201 - its figures


def test_when_one_dies_another_polls(postgres: Postgres, tmp_path: Path) -> None:
    """As fast as it is shipped in the full version, else with shorter leases."""
    url, lease = postgres.fresh(), HELD if FULL else 2.0
    crowd = Crowd(url, 2, 2, random.Random(SEED)).start()
    try:
        given = (url, crowd.slack.api_url, crowd.telegram.api_url, lease)
        crew = Crew(worker.talking, given, tmp_path, 2, lease, random.Random(SEED))
        with crew.working():
            wait(lambda: polling(url) is not None)
            crew.lose(next(w for w in crew.workers if w.pid == polling(url)))
            begun = time.monotonic()
            crowd.speak()
            wait(lambda: crowd.answered() >= 2)
            taken = time.monotonic() - begun
    finally:
        crowd.stop()
    print(f"\nanother polls after {taken:.1f} s")  # noqa: T201 - its figure
    assert taken < 30


def waiting(url: str) -> int:
    """What is accepted and not answered."""
    database = Database(url)
    try:
        return left(database)
    finally:
        database.close()


def polling(url: str) -> int | None:
    """The process that polls."""
    database = Database(url)
    holder = database.read(lambda s: s.exec(select(Lease.holder)).first())
    database.close()
    return int(holder.split("/")[1]) if holder else None


def wait(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.05)


def judge(crowd: Crowd, url: str, logs: str) -> str:
    """Every effect once, every answer there, doubles only where nobody can look and where the log says so."""
    assert crowd.slack.delivering.unacknowledged == []
    kept = Kept(url)
    every = set(range(crowd.messages))
    assert Counter(kept.titles) == Counter(f"polish item {n}" for n in every)
    assert kept.failed == []
    assert crowd.slack.world.complaints == crowd.telegram.world.complaints == []
    heard = crowd.heard()
    assert {item for one in heard for item in one.items} == every, "an answer is missing"
    posted = Counter(one.outbox for one in heard if one.platform == "slack")
    assert set(posted.values()) == {1}, "Slack shows a message twice"
    announced = Counter(AMBIGUOUS.findall(logs))
    told = Counter(item for one in heard if one.platform == "telegram" for item in one.items)
    doubled = {item: times - 1 for item, times in told.items() if times > 1}
    for item, times in doubled.items():
        assert times <= announced[kept.answers[item]], "doubled without a word in the log"
    return (
        f"{len(kept.titles)} messages, each took effect once; {len(posted)} posted in Slack, each once; {sum(told.values())} "
        f"in Telegram, {sum(doubled.values())} of them twice, {sum(announced.values())} announced as ambiguous"
    )


class Kept:
    """What is in the database afterwards."""

    def __init__(self, url: str) -> None:
        database = Database(url)
        self.titles = database.read(lambda s: list(s.exec(select(Task.title))))
        failed = select(Inbox.id).where(Inbox.state == InboxState.FAILED)
        dead = select(Outbox.id).where(Outbox.state == OutboxState.DEAD)
        self.failed = database.read(lambda s: [*s.exec(failed), *s.exec(dead)])
        rows = database.read(lambda s: list(s.exec(select(Outbox).where(col(Outbox.platform) == "telegram"))))
        self.answers = {int(n): str(row.id) for row in rows for n in ITEM.findall(str(row.payload["reply"]))}
        database.close()


pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # of processes that were killed
