"""Asking Telegram for what is new: by one process at a time, and confirmed only once it is kept."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from uuid import uuid4

from telegram import Bot, Update
from telegram.error import RetryAfter

from bot.adapters.telegram.sending import seconds
from storage.database import Database
from storage.errors import Unavailable
from storage.leases import hold, let_go

KINDS = ["message", "edited_message", "callback_query", "my_chat_member"]
LONG = 10  # seconds that Telegram may wait for something new
HELD = 15.0  # seconds for which polling is ours; another process takes over after them
RENEWED = 4.0  # seconds between looks at the lease
AGAIN = 1.0  # seconds until an update that could not be kept is tried again


class Polling:
    """Polls while the lease is ours, and watches while it is another's."""

    def __init__(
        self,
        bot: Bot,
        take: Callable[[Update], Awaitable[None]],
        database: Database,
        *,
        held: float = HELD,
        renewed: float = RENEWED,
    ) -> None:
        self._bot, self._take, self._database = bot, take, database
        self._held, self._renewed = held, renewed
        self._me = f"{socket.gethostname()}/{os.getpid()}/{uuid4().hex[:8]}"
        self._task: asyncio.Task[None] | None = None

    @property
    def ours(self) -> bool:
        """Whether this process is the one that polls."""
        return self._task is not None

    async def run(self) -> None:
        """Take turns until cancelled. Raises what the library raises."""
        try:
            while True:
                if not await self._hold():
                    await self._end()
                elif self._task is None:
                    self._task = asyncio.create_task(self._poll())
                await self._pause()
        finally:
            await self._end()
            await self._let_go()

    async def _pause(self) -> None:
        """Until the lease is to be looked at; what ends polling comes up here."""
        if self._task is None:
            await asyncio.sleep(self._renewed)
        elif (await asyncio.wait([self._task], timeout=self._renewed))[0]:
            self._task.result()

    async def _poll(self) -> None:
        """Keep what there is, then ask for what comes after it, which confirms it."""
        offset: int | None = None
        while True:
            try:
                updates = await self._bot.get_updates(offset, timeout=LONG, allowed_updates=KINDS)
            except RetryAfter as asked:
                await asyncio.sleep(seconds(asked))
                continue
            if updates:
                await self._keep_all(updates)
                offset = updates[-1].update_id + 1

    async def _keep_all(self, updates: Sequence[Update]) -> None:
        """In order in each chat, side by side otherwise: a large file holds up nobody else."""
        chats: dict[int, list[Update]] = {}
        for update in updates:
            chats.setdefault(update.effective_chat.id if update.effective_chat else 0, []).append(update)
        await asyncio.gather(*(self._keep_some(some) for some in chats.values()))

    async def _keep_some(self, updates: Sequence[Update]) -> None:
        for update in updates:
            await self._keep(update)

    async def _keep(self, update: Update) -> None:
        """Keep an update, however long the database is away."""
        while True:
            try:
                await self._take(update)
                break
            except Unavailable:
                await asyncio.sleep(AGAIN)

    async def _hold(self) -> bool:
        try:
            return await asyncio.to_thread(partial(hold, self._database, self._lease, self._me, self._held))
        except Unavailable:
            return False

    async def _let_go(self) -> None:
        try:
            await asyncio.to_thread(let_go, self._database, self._lease, self._me)
        except Unavailable:
            return  # it ends by itself

    @property
    def _lease(self) -> str:
        return f"telegram/{self._bot.id}"

    async def _end(self) -> None:
        task, self._task = self._task, None
        if task and not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
