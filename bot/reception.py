"""Where doors hand in what they receive: kept before it is acknowledged, then handled in the background."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

from bot.albums import PAUSE, Albums
from bot.engine import Engine
from bot.incoming import Incoming
from storage.errors import Unavailable

THREADS = 8
SWEEP = 5.0  # seconds between looks for messages that another process kept and did not live to handle
STALE = timedelta(seconds=15)  # how long a message has waited then
PATIENCE = 1.0  # seconds until somebody is told that it takes longer
AGAIN = 2.0  # seconds until a conversation is tried again after the database was away
Slow = Callable[[bool], Awaitable[None]]
log = logging.getLogger(__name__)


class Reception:
    """Keeps events and sees that each conversation is handled, one message at a time.

    `take` returns once the event is on disk: then the platform may be told so.
    """

    def __init__(self, engine: Engine, *, threads: int = THREADS, pause: float = PAUSE) -> None:
        self.engine = engine
        self.albums = Albums(self.attend, pause)
        self._pool = ThreadPoolExecutor(threads, "handle")
        self._keep = ThreadPoolExecutor(threads, "keep")
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self._more: set[UUID] = set()
        self._slow: dict[UUID, Slow] = {}
        self._telling: set[asyncio.Future[None]] = set()

    async def take(self, incoming: Incoming, slow: Slow | None = None) -> UUID | None:
        """Keep an event; its conversation, if it is new. Raises `Unavailable`: then it must not be acknowledged.

        `slow` tells the person that it is being worked on, once that has taken a second, and that it is over.
        """
        conversation, new = await asyncio.wrap_future(self.engine.accept_soon(incoming, self._keep))
        if not new:
            return None
        if slow:
            self._slow[conversation] = slow
        if incoming.album:
            self.albums.wait(incoming.album, conversation)
        else:
            self.attend(conversation)
        return conversation

    async def handled(self, conversation: UUID) -> None:
        """Wait until what is being handled in a conversation is."""
        while task := self._tasks.get(conversation):
            await asyncio.wait([task])
            await asyncio.sleep(0)

    def attend(self, conversation: UUID, *, again: bool = False) -> None:
        """See that what waits in a conversation is handled; `again` where it was left behind."""
        if conversation in self._tasks:
            self._more.add(conversation)
            return
        loop = asyncio.get_running_loop()
        task = self._tasks[conversation] = loop.create_task(self._handle(conversation, again))
        telling = loop.call_later(PATIENCE, self._tell_slow, conversation)
        task.add_done_callback(lambda _: self._done(conversation, telling))

    async def sweep(self) -> None:
        """Look after what was left behind, now and until cancelled: any process can, and none is special."""
        waited = timedelta(0)
        while True:
            with contextlib.suppress(Unavailable):
                await self._look_around(waited)
                waited = STALE
            await asyncio.sleep(SWEEP)

    async def _look_around(self, waited: timedelta) -> None:
        fresh, begun = await asyncio.get_running_loop().run_in_executor(
            self._keep, self.engine.left_behind, [*self._tasks, *self.albums.conversations], waited
        )
        for conversation in fresh:
            self.attend(conversation, again=True)
        for conversation in begun:  # one by one: whichever ends the process does not take others with it
            self.attend(conversation, again=True)
            await self.handled(conversation)

    async def drain(self) -> None:
        """Finish what is under way."""
        self.albums.end()
        while self._tasks:
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        await asyncio.gather(*self._telling, return_exceptions=True)
        self._pool.shutdown(wait=True)
        self._keep.shutdown(wait=True)

    @property
    def at_work(self) -> bool:
        """Whether anything is being handled, or will be by itself."""
        return bool(self._tasks or self.albums.conversations)

    def busy(self, conversation: UUID) -> bool:
        """Whether a conversation is being handled."""
        return conversation in self._tasks

    def _tell_slow(self, conversation: UUID) -> None:
        if slow := self._slow.get(conversation):
            task = asyncio.ensure_future(self._telling_of(conversation, slow))
            self._telling.add(task)
            task.add_done_callback(self._told)

    async def _telling_of(self, conversation: UUID, slow: Slow) -> None:
        await slow(True)
        await self.handled(conversation)
        await slow(False)

    def _told(self, task: asyncio.Future[None]) -> None:
        self._telling.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.info("could not tell that it takes longer: %s", type(error).__name__)

    async def _handle(self, conversation: UUID, again: bool) -> None:
        try:
            if again:
                await self._at_length(self.engine.handle_again, conversation)
            else:
                await self._answer(conversation)
        except Unavailable:
            self._more.add(conversation)
            await asyncio.sleep(AGAIN)

    async def _answer(self, conversation: UUID) -> None:
        """Most messages are one transaction and hold up no thread; whatever is not is begun anew in one."""
        more = True
        try:
            while more:
                _, more = await asyncio.wrap_future(self.engine.next_soon(conversation, self._pool))
        except Unavailable:
            raise
        except Exception:  # noqa: BLE001 - what it was about is found out, and told, by whoever does it anew
            await self._at_length(self.engine.handle, conversation)

    async def _at_length(self, handle: Callable[[UUID], int], conversation: UUID) -> None:
        await asyncio.get_running_loop().run_in_executor(self._pool, handle, conversation)

    def _done(self, conversation: UUID, telling: asyncio.TimerHandle) -> None:
        telling.cancel()
        del self._tasks[conversation]
        if conversation in self._more:
            self._more.discard(conversation)
            self.attend(conversation)
        else:
            self._slow.pop(conversation, None)
