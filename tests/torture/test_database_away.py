"""The database is restarted, or away for longer than a lease, in the middle of it: nothing is lost, nothing doubled."""

import asyncio
import logging
import os
import shlex
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import schedules.delivery
import storage.deliveries
from bot.app import build
from bot.background import Background
from tests.databases import Postgres
from tests.plugin import settings_for
from tests.torture.crew import FULL, left
from tests.torture.platforms import FORGETS, REMEMBERS, Fake, HttpSender
from tests.torture.test_reminders import LETTERS, Size, prepare

SIZE = Size(200, 20, 0, 0, 1, 1.5, 60)
AWAY = 60.0 if FULL else 3.0


class Switch:
    """Turns a server off, the hard way, and on again."""

    def __init__(self, server: Postgres) -> None:
        self._folder = server._folder / "data"
        self._command = shlex.split((self._folder / "postmaster.opts").read_text())
        self.process: subprocess.Popen[bytes] | None = None
        self._uid = Path(self._folder).stat().st_uid

    def off(self) -> None:
        pid = int((self._folder / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGQUIT)  # "immediate": as if the machine had failed
        until(lambda: not (self._folder / "postmaster.pid").exists())

    def on(self) -> None:
        nowhere = subprocess.DEVNULL
        self.process = subprocess.Popen(self._command, user=self._uid, stdout=nowhere, stderr=nowhere)


@pytest.fixture
def server() -> Iterator[tuple[Postgres, Switch]]:
    """A server of its own, since the others' must not fall over."""
    server = Postgres()
    switch = Switch(server)
    yield server, switch
    if switch.process:
        switch.off()
        switch.process.wait(60)
    server.stop()


def until(reached: object) -> None:
    end = time.monotonic() + 60
    while not reached():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_database_that_falls_over_and_comes_back(
    server: tuple[Postgres, Switch], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    lease = timedelta(seconds=SIZE.lease)
    for module in (storage.deliveries, schedules.delivery):
        monkeypatch.setattr(module, "LEASE", lease)
    monkeypatch.setattr(schedules.delivery, "MARGIN", lease / 3)
    url, switch = server[0].fresh(), server[1]
    prepare(url, SIZE, datetime.now(UTC))
    app = build(settings_for(url))
    with caplog.at_level(logging.WARNING), Fake((0.0, 0.1)).serving() as fake:
        asyncio.run(scene(Background(app, senders := both(fake), paces={}, slots=4), senders, fake, switch))
        assert left(app.database) == 0
    app.close()
    arrived = Counter((p.place, p.words) for p in fake.posted)
    assert len(arrived) == SIZE.reminders + LETTERS * SIZE.people
    kept = Counter((p.place, p.words) for p in fake.posted if p.kind == REMEMBERS)
    assert set(kept.values()) == {1}
    again = sum(n - 1 for n in arrived.values())  # what was in flight, where nobody can look it up
    assert again <= sum("may arrive twice" in r.message for r in caplog.records)
    said = [r.message for r in caplog.records if r.name == "storage.database" and "database" in r.message]
    assert [m for m in said if "does not answer" in m] == said[::2]
    assert said[1::2] == ["the database answers again"] * (len(said) // 2)
    assert len(said) <= 4  # while it starts it may refuse for another moment


def both(fake: Fake) -> list[HttpSender]:
    return [HttpSender(kind, fake.url) for kind in (REMEMBERS, FORGETS)]


async def scene(background: Background, senders: list[HttpSender], fake: Fake, switch: Switch) -> None:
    total = SIZE.reminders + LETTERS * SIZE.people
    background.start()
    await asyncio.to_thread(until, lambda: len(fake.posted) > total / 4)
    await asyncio.to_thread(switch.off)
    await asyncio.sleep(AWAY)
    switch.on()
    await asyncio.to_thread(until, lambda: len(fake.posted) >= total)
    await background.stop()
    for sender in senders:
        await sender.close()
