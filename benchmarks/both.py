"""What a message costs a process that is in Slack and in Telegram at once, half of them each, beside an echo bot in both.

The fakes, the libraries and the program share one process here, as they share one machine.
"""

import asyncio
import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pydantic import SecretStr

from benchmarks import doors, telegram
from benchmarks.telegram import Running, wait
from bot.adapters.slack import SlackDoor
from bot.adapters.telegram import TelegramDoor
from bot.app import App, build
from bot.doors import supervise
from bot.invite import invite
from bot.reception import Reception
from bot.starting import collect_seldom
from schedules.courier import Courier
from schedules.pacing import Pace
from tests.fakes.slack import FakeSlack
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.world import TOKEN

EACH, PEOPLE, AT_ONCE = 400, 20, 16
WORDS = "thanks"


class Parley(Running):
    """A Parley in both, its courier without pacing."""

    def __init__(self, slack: FakeSlack, other: FakeTelegram, folder: str) -> None:
        super().__init__()
        tokens = {"telegram_bot_token": SecretStr(TOKEN), "telegram_api_url": other.api_url}
        self.app: App = build(doors.settings(slack, folder).model_copy(update=tokens))
        gc.freeze()  # as `parley serve` does
        self.do(self._begin())
        wait(lambda: slack.delivering.connections > 0)

    def greeting(self) -> str:
        """What somebody says first in Telegram."""
        return "/start " + self.app.engine.work(lambda uow: invite(uow, "sales"))

    async def _begin(self) -> None:
        self.reception = Reception(self.app.engine)
        self.doors = [
            SlackDoor(self.app.settings, self.reception),
            TelegramDoor(self.app.settings, self.reception),
        ]
        paces = {"slack": Pace(), "telegram": Pace()}
        self.courier = Courier(self.app.database, self.doors, self.app.clock.now, paces=paces)
        self.app.engine.carriers.extend(self.courier.routes)
        self.listening = [asyncio.create_task(supervise(door)) for door in self.doors]
        self.delivering = asyncio.create_task(self.courier.run())

    async def _end(self) -> None:
        for task in self.listening:
            task.cancel()
        await self.reception.drain()
        await self.courier.finish()
        await asyncio.gather(*self.listening, self.delivering, return_exceptions=True)
        for door in self.doors:
            await door.close()

    def close(self) -> None:
        """Finish and let go."""
        self.do(self._end())
        self.end()
        self.app.close()


class Echo:
    """The bare libraries, each with one durable insert and one message back."""

    def __init__(self, slack: FakeSlack, other: FakeTelegram, folder: str) -> None:
        self.bots = [doors.Echo(slack, folder), telegram.Echo(other, tempfile.mkdtemp(dir=folder))]

    def greeting(self) -> str:
        """What somebody says first in Telegram."""
        return WORDS

    def close(self) -> None:
        """Finish and let go."""
        for bot in self.bots:
            bot.close()


def a_message(make: Callable[[FakeSlack, FakeTelegram, str], Any]) -> float:
    """Seconds a message, from the first of many to the last answer in either."""
    with tempfile.TemporaryDirectory() as folder:
        slack, other = FakeSlack().start(), FakeTelegram().start()
        bot = make(slack, other, folder)
        here = [slack.add_user(f"P{i}") for i in range(PEOPLE)]
        there = [other.add_user(f"P{i}") for i in range(PEOPLE)]
        for one, two in zip(here, there, strict=True):
            slack.say(one, None, WORDS)
            other.say(two, bot.greeting())
        wait(lambda: doors.said(slack) >= PEOPLE and telegram.said(other) >= PEOPLE)
        begun = time.perf_counter()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            pool.map(lambda i: slack.say(here[i % PEOPLE], None, WORDS), range(EACH))
            for i in range(EACH):
                other.say(there[i % PEOPLE], WORDS)
        every = PEOPLE + EACH
        wait(lambda: doors.said(slack) >= every and telegram.said(other) >= every)
        taken = time.perf_counter() - begun
        bot.close()
        slack.stop()
        other.stop()
    return taken / (2 * EACH)


def main() -> None:
    collect_seldom()  # for both of them; `parley serve` does
    gc.freeze()
    pairs = [(a_message(Echo), a_message(Parley)) for _ in range(5)]
    echo, parley = (statistics.median(x) for x in zip(*pairs, strict=True))
    print(
        f"a message: echo bot {echo * 1000:.1f} ms, Parley {parley * 1000:.1f} ms: {parley / echo:.1f} times"
        f" ({', '.join(f'{p / e:.1f}' for e, p in pairs)})"
    )


if __name__ == "__main__":
    main()
