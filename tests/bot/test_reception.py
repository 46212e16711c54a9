"""Events that doors hand in: kept, handled, and who waits is told so."""

import asyncio
import time
from concurrent.futures import Executor, Future
from uuid import UUID

import pytest

from bot import reception as module
from bot.app import App
from bot.reception import Reception
from tests.bot.test_engine import answers, message, titles

SHORT = 0.5


@pytest.fixture(autouse=True)
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has a second."""
    monkeypatch.setattr(module, "PATIENCE", SHORT)


class Told:
    """What somebody was told of the work on their messages."""

    def __init__(self) -> None:
        self.said: list[bool] = []

    async def __call__(self, under_way: bool) -> None:
        self.said.append(under_way)


def slowed(app: App, monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Every message waits this long before it is handled."""
    handle = app.engine.handle

    def soon(conversation: UUID, pool: Executor) -> "Future[tuple[int, bool]]":
        def work() -> tuple[int, bool]:
            time.sleep(seconds)
            return handle(conversation), False

        return pool.submit(work)

    monkeypatch.setattr(app.engine, "next_soon", soon)


def test_who_waits_long_is_told_so_and_told_when_it_is_over(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    slowed(app, monkeypatch, 2 * SHORT)
    told = Told()

    async def scene() -> None:
        reception = Reception(app.engine)
        await reception.take(message("add a task: water the plants", "e1"), told)
        await reception.drain()

    asyncio.run(scene())
    assert told.said == [True, False]
    assert titles(app) == ["water the plants"]


def test_a_lively_talk_is_not_told_that_it_takes_long(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each message is answered in time, though one is being handled at any moment."""
    slowed(app, monkeypatch, SHORT / 5)
    told = Told()

    async def scene() -> None:
        reception = Reception(app.engine)
        for i in range(10):
            conversation = await reception.take(message(f"add a task: number {i}", f"e{i}"), told)
            assert conversation
            await reception.handled(conversation)
        await reception.drain()

    asyncio.run(scene())
    assert told.said == []
    assert titles(app) == [f"number {i}" for i in range(10)]


def test_what_needs_more_than_one_transaction_is_begun_anew(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[UUID] = []
    handle = app.engine.handle

    def noted(conversation: UUID) -> int:
        begun.append(conversation)
        return handle(conversation)

    monkeypatch.setattr(app.engine, "handle", noted)

    async def scene() -> None:
        reception = Reception(app.engine)
        await reception.take(message("add Dana Whitfield from Acme", "e1"))
        await reception.drain()
        assert not begun
        again = Reception(app.engine)
        await again.take(message("/contact duplicates", "e2"))
        await again.drain()

    asyncio.run(scene())
    assert len(begun) == 1
    assert len(answers(app)) == 2


def test_who_goes_away_takes_no_work_with_them(app: App) -> None:
    """A door that is closed while it hands something in: others after it are handled all the same."""

    async def scene() -> None:
        reception = Reception(app.engine)
        taking = asyncio.ensure_future(reception.take(message("add a task: water the plants", "e1")))
        await asyncio.sleep(0)
        taking.cancel()
        await reception.take(message("add a task: feed the cat", "e2"))
        await reception.drain()

    asyncio.run(scene())
    assert titles(app)[-1] == "feed the cat"
