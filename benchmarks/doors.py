"""Slack through a fake workspace: how soon commands are acknowledged, and what a message costs beside an echo bot.

The fake, the library and the program share one process here, as they share one machine.
"""

import asyncio
import gc
import itertools
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any
from uuid import UUID

import aiohttp
from pydantic import SecretStr
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp, AsyncSay
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack import SlackDoor
from bot.app import App, build
from bot.doors import supervise
from bot.reception import Reception
from bot.settings import Settings
from bot.starting import collect_seldom
from schedules.courier import Courier
from schedules.pacing import Pace
from tests.fakes.slack import FakeSlack
from tests.fakes.slack.world import APP_TOKEN, BOT_TOKEN

MESSAGES, PEOPLE, AT_ONCE = 400, 20, 16
ROUNDS = 5
RATE, SECONDS, SLOWED = 10, 60, 1.0
WORDS = "thanks"


def settings(fake: FakeSlack, folder: str) -> Settings:
    tokens = {"slack_bot_token": SecretStr(BOT_TOKEN), "slack_app_token": SecretStr(APP_TOKEN)}
    return Settings(database_url=SecretStr(f"sqlite:///{folder}/p.db"), slack_api_url=fake.api_url, **tokens)  # type: ignore[arg-type]


class Parley:
    """A Parley on the fake, its courier without pacing."""

    def __init__(self, fake: FakeSlack, folder: str) -> None:
        self.app: App = build(settings(fake, folder))
        gc.freeze()  # as `parley serve` does
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.do(self._begin())
        wait(lambda: fake.delivering.connections > 0)

    def do(self, work: Any) -> Any:
        """Do something in the loop of the door."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(120)

    async def _begin(self) -> None:
        self.reception = Reception(self.app.engine)
        self.door = SlackDoor(self.app.settings, self.reception)
        self.courier = Courier(self.app.database, [self.door], self.app.clock.now, paces={"slack": Pace()})
        self.app.engine.carriers.extend(self.courier.routes)
        self.tasks = [asyncio.create_task(supervise(self.door)), asyncio.create_task(self.courier.run())]

    async def _end(self) -> None:
        self.tasks[0].cancel()
        await self.reception.drain()
        await self.courier.finish()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.door.close()

    def close(self) -> None:
        """Finish and let go."""
        self.do(self._end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.app.close()


class Echo:
    """The bare library, as its documentation writes a bot: one durable insert, one message back."""

    def __init__(self, fake: FakeSlack, folder: str) -> None:
        self.fake, self.db = fake, sqlite3.connect(f"{folder}/echo.db", check_same_thread=False)
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=FULL")
        self.db.execute("CREATE TABLE inbox (id TEXT PRIMARY KEY, text TEXT)")
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        asyncio.run_coroutine_threadsafe(self._begin(), self.loop).result(30)
        wait(lambda: fake.delivering.connections > 0)

    def _client(self) -> AsyncWebClient:
        return AsyncWebClient(BOT_TOKEN, base_url=self.fake.api_url)

    async def _begin(self) -> None:
        app = AsyncApp(client=self._client())
        app.event("message")(self._said)
        self.handler = AsyncSocketModeHandler(app, APP_TOKEN)
        await self.handler.connect_async()

    async def _said(self, event: dict[str, Any], say: AsyncSay) -> None:
        with self.db:
            self.db.execute("INSERT INTO inbox VALUES (?, ?)", (event["ts"], event["text"]))
        await say(event["text"])

    async def _end(self) -> None:
        await self.handler.close_async()

    def close(self) -> None:
        """Finish and let go."""
        asyncio.run_coroutine_threadsafe(self._end(), self.loop).result(30)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.db.close()


class Kept(Echo):
    """The same with a session of its own, so that one connection is kept: the library opens one for each message."""

    def _client(self) -> AsyncWebClient:
        self.session = aiohttp.ClientSession()
        return AsyncWebClient(BOT_TOKEN, base_url=self.fake.api_url, session=self.session)

    async def _end(self) -> None:
        await super()._end()
        await self.session.close()


def wait(reached: Callable[[], bool]) -> None:
    while not reached():
        time.sleep(0.01)


def said(fake: FakeSlack) -> int:
    """How many messages are answered, once as many were posted: each has one answer."""
    return sum(len(c.messages) for c in fake.world.channels.values()) // 2


def a_message(make: Callable[[FakeSlack, str], Any]) -> float:
    """Seconds a message, from saying it to its answer, many people at once."""
    with tempfile.TemporaryDirectory() as folder:
        fake = FakeSlack().start()
        bot = make(fake, folder)
        people = [fake.add_user(f"P{i}") for i in range(PEOPLE)]
        for one in people:
            fake.say(one, None, WORDS)
        wait(lambda: said(fake) >= PEOPLE)
        begun = time.perf_counter()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda i: fake.say(people[i % PEOPLE], None, WORDS), range(MESSAGES)))
        wait(lambda: said(fake) >= PEOPLE + MESSAGES)
        taken = time.perf_counter() - begun
        bot.close()
        fake.stop()
    return taken / MESSAGES


def acknowledged() -> list[float]:
    """Seconds until each command was acknowledged, every handler slowed by a second outside its transaction."""
    with tempfile.TemporaryDirectory() as folder:
        fake = FakeSlack().start()
        bot = Parley(fake, folder)
        people = [fake.add_user(f"P{i}") for i in range(PEOPLE)]
        for one in people:
            fake.slash(one, "/crm help")
        soon, handle = bot.app.engine.next_soon, bot.app.engine.handle

        def at_length(conversation: UUID) -> tuple[int, bool]:
            time.sleep(SLOWED)
            return handle(conversation), False

        def slowed(conversation: UUID, pool: Executor) -> "Future[tuple[int, bool]]":
            return pool.submit(at_length, conversation)

        bot.app.engine.next_soon = slowed  # type: ignore[method-assign]
        fake.delivering.times.clear()
        begun = time.perf_counter()
        with ThreadPoolExecutor(32) as pool:
            for i, one in zip(range(RATE * SECONDS), itertools.cycle(people), strict=False):
                time.sleep(max(0, begun + i / RATE - time.perf_counter()))
                pool.submit(fake.slash, one, f"/task add number {i}")
        times = sorted(fake.delivering.times)
        bot.app.engine.next_soon = soon  # type: ignore[method-assign]
        bot.close()
        fake.stop()
    return times


def main() -> None:
    collect_seldom()  # for both of them; `parley serve` does
    gc.freeze()
    rounds = [(a_message(Echo), a_message(Kept), a_message(Parley)) for _ in range(ROUNDS)]
    echo, kept, parley = (statistics.median(x) * 1000 for x in zip(*rounds, strict=True))
    print(
        f"a message: echo bot {echo:.1f} ms, Parley {parley:.1f} ms: {parley / echo:.1f} times"
        f" ({', '.join(f'{p / e:.1f}' for e, _, p in rounds)});"
        f" an echo bot that keeps its connection {kept:.1f} ms: {parley / kept:.1f} times"
    )
    times = acknowledged()
    at = [times[min(len(times) - 1, int(len(times) * q))] * 1000 for q in (0.5, 0.99, 0.999)]
    print(
        f"{len(times)} commands acknowledged in p50 {at[0]:.0f} ms, p99 {at[1]:.0f} ms, p99.9 {at[2]:.0f} ms"
    )


if __name__ == "__main__":
    main()
