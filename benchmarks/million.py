"""Finding among a million contacts, half of them Chinese, and what a message costs there beside one among a thousand.

`python -m benchmarks.million [COUNT] [sqlite|postgresql]`
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from statistics import median

from benchmarks.crowd import Person, fill
from benchmarks.throughput import settings
from bot.app import App, build
from bot.asking import ask
from bot.incoming import Incoming, Sender
from handlers.cards import contact_card
from handlers.context import Context
from storage.queries.duplicates import duplicates
from storage.queries.members import members
from storage.search import CREATE
from storage.tables import Contact
from tests.databases import Postgres

ASKED = 500
MESSAGES, WARM = 240, 20
MIXED = (
    "who is {name}?",
    "had a call with {name}, she wants a demo",
    "add a task: polish item {n} by friday",
    "note on {name}: likes tea",
)


def incoming(n: int, text: str) -> Incoming:
    return Incoming("console", f"e{n}", Sender("ana", "Ana", role="owner"), "ana", text, vouched=True)


def say(app: App, n: int, text: str) -> None:
    conversation, _ = app.engine.accept(incoming(n, text))
    app.engine.handle(conversation)


def filled(url: str, count: int) -> tuple[App, list[Person]]:
    """An app on a database with so many contacts."""
    app = build(settings(url))
    say(app, 0, "hello")
    member = app.engine.read(lambda uow: members(uow)[0].id)
    begun = time.perf_counter()
    if not app.database.sqlite:
        _statement(app, "DROP INDEX ix_search_index_tokens")
    people = fill(app.database, app.engine.workspace_id, count, member)
    if not app.database.sqlite:
        _statement(app, CREATE["postgresql"][1])
        _statement(app, "ANALYZE")
    print(f"  {count} contacts in {time.perf_counter() - begun:.0f} s", flush=True)
    return app, people


def _statement(app: App, sql: str) -> None:
    with app.database.engine.begin() as connection:
        connection.exec_driver_sql(sql)


@dataclass
class Timing:
    """Seconds of each question by the clock and of this program's processor, in order of length; the share found."""

    wall: list[float]
    work: list[float]
    found: float


def timed(app: App, asked: Iterable[str], do: Callable[[Context, str], bool]) -> Timing:
    """Ask all of them, one after another."""
    took: list[float] = []
    busy: list[float] = []
    found = 0

    def look(ctx: Context) -> None:
        nonlocal found
        for said in asked:
            begun, worked = time.perf_counter(), time.thread_time()
            hit = do(ctx, said)
            took.append(time.perf_counter() - begun)
            busy.append(time.thread_time() - worked)
            ctx.uow.session.expunge_all()
            found += hit

    ask(app.engine, incoming(0, ""), look)
    return Timing(sorted(took), sorted(busy), found / len(took))


def mistyped(word: str, chance: random.Random) -> str:
    """One letter left out, doubled, replaced, or two in the wrong order, but for the first."""
    at = chance.randrange(1, len(word) - 1)
    return chance.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + chance.choice("abcdefghijklmnopqrstuvwxyz") + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
    )


def questions(people: list[Person], chance: random.Random) -> dict[str, list[tuple[str, str]]]:
    """What is asked, and the name that should be among the answers."""
    western, chinese = people[::2], people[1::2]
    some = [chance.choice(western) for _ in range(ASKED)]
    return {
        "part of a name": [
            (p.name.split()[1][chance.randrange(3) :][:6], p.name) for p in some if len(p.name.split()[1]) > 5
        ],
        "phone in another format": [
            (f"(0{p.phone[3:5]}) {p.phone[5:9]}-{p.phone[9:]}", p.name) for p in some
        ],
        "two-character Chinese name": [
            (p.name[-2:], p.name) for p in (chance.choice(chinese) for _ in range(ASKED))
        ],
        "typing error": [
            (f"{first} {mistyped(last, chance)}", p.name) for p in some for first, last in [p.name.split()]
        ],
    }


def find(ctx: Context, said: str, wanted: dict[str, str]) -> bool:
    """Whether the one that is meant is found, or where many have those letters, others that have them."""
    name, matches = wanted[said], ctx.search(Contact, said)
    part = said.lower() in name.lower()
    return any(m.name == name or (part and said.lower() in m.name.lower()) for m in matches)


def p99(took: list[float]) -> float:
    return took[min(len(took) - 1, int(len(took) * 0.99))] * 1000


def shown(kind: str, timing: Timing) -> None:
    print(
        f"  {kind:28} p50 {median(timing.wall) * 1000:7.2f} ms  p99 {p99(timing.wall):7.2f} ms"
        f"  (program {median(timing.work) * 1000:6.2f}, {p99(timing.work):6.2f})  found {timing.found:.1%}",
        flush=True,
    )


def finding(app: App, people: list[Person]) -> None:
    """The time of each kind of question, and how much was found."""
    for kind, asked in questions(people, random.Random(7)).items():
        wanted = dict(asked)
        look = partial(find, wanted=wanted)
        timed(app, list(wanted)[:50], look)
        shown(kind, timed(app, wanted, look))
    chance = random.Random(5)
    ids = [str(chance.choice(people).id) for _ in range(ASKED)]
    timed(app, ids[:50], card)
    shown("card", timed(app, ids, card))
    shown(
        "likely duplicates", timed(app, ["x"], lambda ctx, _: bool(duplicates(ctx.uow, ctx.scope(Contact))))
    )


def card(ctx: Context, record_id: str) -> bool:
    return bool(contact_card(ctx, ctx.find(Contact, f"id:{record_id}")).fields)


def costs(*apps: tuple[App, list[Person]]) -> list[tuple[float, float]]:
    """Milliseconds of a message by the clock and of the processor, medians of a mixed lot, the apps taking turns."""
    chance = random.Random(3)
    wall: list[list[float]] = [[] for _ in apps]
    work: list[list[float]] = [[] for _ in apps]
    for n in range(MESSAGES):
        for at, (app, people) in enumerate(apps):
            text = MIXED[n % len(MIXED)].format(name=chance.choice(people[::2]).name, n=n)
            begun, busy = time.perf_counter(), time.process_time()
            say(app, n + 1, text)
            if n >= WARM:
                wall[at].append(time.perf_counter() - begun)
                work[at].append(time.process_time() - busy)
    return [(median(w) * 1000, median(b) * 1000) for w, b in zip(wall, work, strict=True)]


def measure(kind: str, fresh: Callable[[], str], count: int) -> None:
    print(kind, flush=True)
    few, many = filled(fresh(), 1000), filled(fresh(), count)
    finding(*many)
    (a, busy_a), (b, busy_b) = costs(few, many)
    print(f"  a message: {a:.1f} ms among 1000, {b:.1f} ms among {count}: {b / a:.2f}")
    print(f"  of this, the program: {busy_a:.1f} ms, {busy_b:.1f} ms: {busy_b / busy_a:.2f}", flush=True)
    for app in (few[0], many[0]):
        app.close()


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    kinds = sys.argv[2:] or ["sqlite", "postgresql"]
    with tempfile.TemporaryDirectory() as folder:
        if "sqlite" in kinds:
            measure("SQLite", lambda: f"sqlite:///{folder}/{time.time()}.db", count)
    if "postgresql" in kinds:
        server = Postgres(durable=True)
        try:
            measure("PostgreSQL", server.fresh, count)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
