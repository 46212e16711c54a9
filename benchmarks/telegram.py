"""What a message in Telegram costs, end to end through a fake Bot API, beside an echo bot of the bare library.

The fake, the library and the program share one process here, as they share one machine.
"""

import asyncio
import gc
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from typing import Any

from pydantic import SecretStr
from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from bot.adapters.telegram import TelegramDoor
from bot.app import App, build
from bot.doors import supervise
from bot.invite import invite
from bot.reception import Reception
from bot.settings import Settings
from bot.starting import collect_seldom
from schedules.courier import Courier
from schedules.pacing import Pace
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.world import BOT_ID, TOKEN

MESSAGES, PEOPLE = 400, 20
WORDS = "thanks"


class Running:
    """Something that runs in a loop of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()

    def do(self, work: Any) -> Any:
        """Do something in the loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(120)

    def end(self) -> None:
        """Stop the loop."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


class Parley(Running):
    """A Parley on the fake, its courier without pacing; everybody is of the team."""

    def __init__(self, fake: FakeTelegram, folder: str) -> None:
        super().__init__()
        settings = Settings(database_url=SecretStr(f"sqlite:///{folder}/p.db"), _env_file=None)  # type: ignore[call-arg]
        tokens = {"telegram_bot_token": SecretStr(TOKEN), "telegram_api_url": fake.api_url}
        self.app: App = build(settings.model_copy(update=tokens))
        gc.freeze()  # as `parley serve` does
        self.do(self._begin())

    def greeting(self) -> str:
        """What somebody says first."""
        return "/start " + self.app.engine.work(lambda uow: invite(uow, "sales"))

    async def _begin(self) -> None:
        self.reception = Reception(self.app.engine)
        self.door = TelegramDoor(self.app.settings, self.reception)
        self.courier = Courier(self.app.database, [self.door], self.app.clock.now, paces={"telegram": Pace()})
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
        self.end()
        self.app.close()


class Echo(Running):
    """The bare library: one durable insert, one message back."""

    def __init__(self, fake: FakeTelegram, folder: str) -> None:
        super().__init__()
        self.db = sqlite3.connect(f"{folder}/echo.db", check_same_thread=False)
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=FULL")
        self.db.execute("CREATE TABLE inbox (id INTEGER PRIMARY KEY, text TEXT)")
        self.do(self._begin(fake))

    def greeting(self) -> str:
        """What somebody says first."""
        return WORDS

    async def _begin(self, fake: FakeTelegram) -> None:
        made = Application.builder().token(TOKEN).base_url(f"{fake.api_url}/bot").concurrent_updates(True)
        self.bot = made.build()
        self.bot.add_handler(MessageHandler(filters.TEXT, self._said))
        await self.bot.initialize()
        await self.bot.start()
        await self.bot.updater.start_polling()  # type: ignore[union-attr]

    async def _said(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        message = update.effective_message
        if message is None:
            return
        with self.db:
            self.db.execute("INSERT INTO inbox VALUES (?, ?)", (message.message_id, message.text))
        await message.reply_text(message.text)

    async def _end(self) -> None:
        await self.bot.updater.stop()  # type: ignore[union-attr]
        await self.bot.stop()
        await self.bot.shutdown()

    def close(self) -> None:
        """Finish and let go."""
        self.do(self._end())
        self.end()
        self.db.close()


def said(fake: FakeTelegram) -> int:
    return sum(m["from"]["id"] == BOT_ID for c in fake.world.chats.values() for m in c.said())


def wait(reached: Callable[[], bool]) -> None:
    while not reached():
        time.sleep(0.01)


def a_message(make: Callable[[FakeTelegram, str], Any]) -> float:
    """Seconds a message, from the first of many to the last answer."""
    with tempfile.TemporaryDirectory() as folder:
        fake = FakeTelegram().start()
        bot = make(fake, folder)
        people = [fake.add_user(f"P{i}") for i in range(PEOPLE)]
        for one in people:
            fake.say(one, bot.greeting())
        wait(lambda: said(fake) >= PEOPLE)
        begun = time.perf_counter()
        for i in range(MESSAGES):
            fake.say(people[i % PEOPLE], WORDS)
        wait(lambda: said(fake) >= PEOPLE + MESSAGES)
        taken = time.perf_counter() - begun
        bot.close()
        fake.stop()
    return taken / MESSAGES


def main() -> None:
    collect_seldom()  # for both of them; `parley serve` does
    pairs = [(a_message(Echo), a_message(Parley)) for _ in range(3)]
    echo, parley = (statistics.median(x) for x in zip(*pairs, strict=True))
    print(
        f"a message: echo bot {echo * 1000:.1f} ms, Parley {parley * 1000:.1f} ms: {parley / echo:.1f} times"
    )


if __name__ == "__main__":
    main()
