"""Reminders due in the same second, workers killed and stopped at random: none is lost, none doubled but where nobody can tell.

`TORTURE=full` runs 10,000 reminders with 300 kills and 20 stops longer than the lease (about ten minutes); else a short
version. What happened is printed (`-s`).
"""

import random
import re
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.app import build
from handlers.post import post
from handlers.reply import Reply, line
from storage.inbox import conversation_of
from storage.tables import Member, Reminder
from storage.unit_of_work import UnitOfWork
from tests.plugin import settings_for
from tests.torture import worker
from tests.torture.crew import AMBIGUOUS, FULL, SEED, Crew
from tests.torture.platforms import FORGETS, REMEMBERS, Fake

LETTERS = 4  # for each person
_TEXT = re.compile(r"item-(\d+)")


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


def judge(fake: Fake, size: Size, logs: str) -> str:
    """Nothing lost; doubles only where they were announced; order kept."""
    announced = Counter(AMBIGUOUS.findall(logs))
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
    begun, chance = time.monotonic(), random.Random(SEED)
    blows = ["kill"] * how_much.kills + ["stop"] * how_much.stops
    chance.shuffle(blows)
    total = how_much.reminders + LETTERS * how_much.people
    with Fake((0.0, 0.04), 0.01, SEED).serving() as fake:
        given = (database_url, fake.url, how_much.lease, 6)
        crew = Crew(worker.reminding, given, tmp_path, how_much.processes, how_much.lease, chance)
        with crew.working():
            crew.torment(blows, lambda: len(fake.posted), total, database_url, how_much.limit)
        report = judge(fake, how_much, crew.logs())
    print(f"\n{report}; {how_much.kills} kills, {how_much.stops} stops, {time.monotonic() - begun:.0f} s")  # noqa: T201 - its figures


pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # of processes that were killed
