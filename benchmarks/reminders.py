"""How late reminders are: 10,000 due at once, and a steady stream, beside APScheduler's own job store; and a million pending.

`python -m benchmarks.reminders` takes some minutes; `--pending N` sets how many pend in the last part.
"""

import argparse
import asyncio
import gc
import itertools
import multiprocessing
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import insert

from bot.app import App, build
from bot.background import Background
from bot.starting import collect_seldom
from storage.database import Database
from storage.deliveries import Delivery
from storage.inbox import conversation_of
from storage.migrate import upgrade
from storage.tables import Member, Reminder, new_id
from storage.unit_of_work import UnitOfWork
from tests.databases import Postgres
from tests.plugin import settings_for

AT_ONCE, PEOPLE = 10_000, 500
STEADY, A_SECOND = 300, 10
FEW, PENDING = 1_000, 1_000_000


class Arrivals:
    """A platform without a network: it notes how late each message is."""

    platform, looks_up = "here", True

    def __init__(self) -> None:
        self.at: dict[str, float] = {}

    async def send(self, delivery: Delivery) -> str:  # noqa: D102 - the interface
        spans = delivery.payload["reply"]["headline"]["spans"]
        self.at["".join(s["text"] for s in spans).split()[-1]] = time.time()
        return str(len(self.at))

    async def sent_before(self, _delivery: Delivery) -> str | None:  # noqa: D102 - the interface
        return None


def people(app: App) -> list[Member]:
    def add(uow: UnitOfWork) -> list[Member]:
        found = []
        for number in range(PEOPLE):
            member = uow.add(Member(workspace_id=uow.workspace_id, name=f"P{number}", role="sales"))
            place = conversation_of(uow.session, uow.workspace_id, "here", "", f"p{number}", "", private=True)
            place.member_id = member.id
            found.append(member)
        return found

    return app.engine.work(add)


def remind(app: App, who: list[Member], due: list[datetime]) -> None:
    """Reminders that say their own number, as plain rows, many to a statement."""
    base = {"workspace_id": app.engine.workspace_id, "zone": "UTC", "version": 1, "custom": {}}
    rows = (
        {
            **base,
            "id": new_id(),
            "created_at": moment,
            "owner_id": who[number % len(who)].id,
            "text": f"n{number}",
            "due_at": moment,
            "wall": moment.replace(tzinfo=None).isoformat(),
            "starts": moment.replace(tzinfo=None).isoformat(),
            "status": "scheduled",
            "after_done": False,
        }
        for number, moment in enumerate(due)
    )
    while batch := list(itertools.islice(rows, 5000)):
        app.database.run(lambda s, batch=batch: s.connection().execute(insert(Reminder), batch))  # type: ignore[misc]


def lateness(url: str, due: list[datetime]) -> list[float]:
    """Seconds from due to sent, by Parley."""
    app = build(settings_for(url))
    gc.freeze()  # as `parley serve` does
    remind(app, people(app), due)
    arrivals = Arrivals()

    async def scene() -> None:
        background = Background(app, [arrivals], paces={})
        background.start()
        while len(arrivals.at) < len(due):  # noqa: ASYNC110 - watched from outside
            await asyncio.sleep(0.05)
        await background.stop()

    asyncio.run(asyncio.wait_for(scene(), 600))
    app.close()
    return [arrivals.at[f"n{n}"] - moment.timestamp() for n, moment in enumerate(due)]


FIRED: dict[str, float] = {}


def fire(number: str) -> None:
    FIRED[number] = time.time()


def apscheduler_lateness(url: str, due: list[datetime], give_up: float) -> list[float]:
    """The same by one job a reminder in APScheduler's own store, with no limit to its lateness."""
    FIRED.clear()
    scheduler = BackgroundScheduler(jobstores={"default": SQLAlchemyJobStore(url)}, timezone="UTC")
    scheduler.start(paused=True)
    for number, moment in enumerate(due):
        scheduler.add_job(fire, "date", run_date=moment, args=[f"n{number}"], misfire_grace_time=None)
    scheduler.resume()
    end = time.monotonic() + give_up
    while len(FIRED) < len(due) and time.monotonic() < end:
        time.sleep(0.05)
    scheduler.shutdown(wait=False)
    return [FIRED[f"n{n}"] - moment.timestamp() for n, moment in enumerate(due) if f"n{n}" in FIRED]


def shown(name: str, found: list[float], of: int) -> None:
    cut = statistics.quantiles(found, n=100) if len(found) > 1 else [0.0] * 99
    print(
        f"{name:44} p50 {cut[49]:7.2f} s  p99 {cut[98]:7.2f} s  max {max(found):7.2f} s  {len(found)}/{of} fired"
    )


def at_once(lead: float) -> list[datetime]:
    return [datetime.now(UTC) + timedelta(seconds=lead)] * AT_ONCE


def steadily(lead: float) -> list[datetime]:
    begin = datetime.now(UTC) + timedelta(seconds=lead)
    return [begin + timedelta(seconds=n / A_SECOND) for n in range(STEADY)]


@contextmanager
def database(kind: str) -> Iterator[Callable[[], str]]:
    """Fresh databases of a kind."""
    if kind == "SQLite":
        folder = Path(tempfile.mkdtemp())
        numbers = itertools.count()
        yield lambda: f"sqlite:///{folder}/{next(numbers)}.db"
        return
    server = Postgres(durable=True)
    yield server.fresh
    server.stop()


def pending(url: str, count: int) -> None:
    """A million that are not due: how soon the first that is gets claimed, what it costs to hold, what a tick costs."""
    app = build(settings_for(url))
    far = datetime.now(UTC) + timedelta(days=30)
    who = people(app)
    begun = time.perf_counter()
    remind(app, who, [far + timedelta(seconds=n) for n in range(FEW)])
    few = ticks(app, who)
    remind(app, who, [far + timedelta(seconds=n) for n in range(FEW, count)])
    app.database.run(lambda s: s.connection().exec_driver_sql("ANALYZE"))
    many = ticks(app, who)
    print(f"{count} pending, written in {time.perf_counter() - begun:.0f} s")
    for name, before, after in zip(("nothing", "one reminder"), few, many, strict=True):
        print(
            f"  a tick with {name} due: {before * 1e3:.2f} ms with {FEW} pending, {after * 1e3:.2f} ms with all: "
            f"{after / before:.2f}"
        )
    remind(app, who, [datetime.now(UTC)])
    app.close()
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=first_claim, args=(url, sender))
    process.start()
    seconds, memory = receiver.recv()
    process.join()
    print(f"  start to first claim: {seconds:.2f} s after the imports, {memory / 1024:.0f} MB")


def ticks(app: App, who: list[Member], count: int = 200) -> tuple[float, float]:
    """Seconds for a tick with nothing due, and for one that fires a reminder: the median of many."""
    idle, firing = [], []
    for _ in range(count):
        idle.append(_timed(app.tick))
        remind(app, who[:1], [datetime.now(UTC)])
        firing.append(_timed(app.tick))
    return statistics.median(idle), statistics.median(firing)


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def first_claim(url: str, pipe: Any) -> None:
    """In a process of its own: from opening the database to the first message that is sent."""
    begun = time.perf_counter()
    app = build(settings_for(url))
    arrivals = Arrivals()

    async def scene() -> None:
        background = Background(app, [arrivals], paces={})
        background.start()
        while not arrivals.at:  # noqa: ASYNC110 - watched from outside
            await asyncio.sleep(0.01)
        pipe.send((time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
        await background.stop()

    asyncio.run(scene())
    app.close()


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("--pending", type=int, default=PENDING)
    given.add_argument("--only", choices=("at-once", "steady", "pending"))
    asked = given.parse_args()
    collect_seldom()  # as `parley serve` does
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp())
    for kind in ("SQLite", "PostgreSQL"):
        with database(kind) as fresh:
            for name, due in (("at-once", at_once), ("steady", steadily)):
                if asked.only in (None, name):
                    count = AT_ONCE if name == "at-once" else STEADY
                    shown(f"{kind}, {name}: Parley", lateness(fresh(), due(15)), count)
                    url = Database(fresh()).url
                    upgrade(Database(url))
                    shown(
                        f"{kind}, {name}: APScheduler's store",
                        apscheduler_lateness(url, due(120 if name == "at-once" else 10), 300),
                        count,
                    )
            if asked.only in (None, "pending"):
                pending(fresh(), asked.pending)


if __name__ == "__main__":
    main()
