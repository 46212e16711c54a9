"""A Parley with doors, running in a thread, which can be waited for until it is quiet."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import uvicorn
from sqlmodel import col, select
from starlette.applications import Starlette

from bot.app import App
from bot.doors import Door, supervise
from bot.reception import Reception
from schedules.courier import Courier
from storage.outbox import Outbox, OutboxState

T = TypeVar("T")
PATIENCE = 30.0
PAUSE = 0.1  # seconds after which an album is whole


class Running:
    """Runs doors on an app; nothing is sent but in `settle`, so that a test decides when."""

    def __init__(self, app: App, make: Callable[[App, Reception], Door]) -> None:
        self.app = app
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="parley", daemon=True)
        self._thread.start()
        self.reception, self.door = self.run(self._made(make))
        self.courier = Courier(app.database, [self.door], app.clock.now, paces={})
        self._task: asyncio.Task[None] | None = None
        self._server: uvicorn.Server | None = None

    async def _made(self, make: Callable[[App, Reception], Door]) -> tuple[Reception, Door]:
        reception = Reception(self.app.engine, pause=PAUSE)
        return reception, make(self.app, reception)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something in the loop of the doors and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def start(self) -> "Running":
        """Begin to receive."""

        async def begin() -> None:
            self._task = asyncio.get_running_loop().create_task(supervise(self.door, _soon))

        self.run(begin())
        until(lambda: self.door.up)
        return self

    def serve(self) -> str:
        """Serve the routes of the door; the address."""
        config = uvicorn.Config(
            Starlette(routes=self.door.routes), port=0, log_level="critical", lifespan="off"
        )
        self._server = uvicorn.Server(config)

        async def begin() -> None:
            self._serving = asyncio.get_running_loop().create_task(self._server.serve())

        self.run(begin())
        until(lambda: self._server.started)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    def stop(self) -> None:
        """Finish what is under way and stop."""

        async def end() -> None:
            if self._server:
                self._server.should_exit = True
                await self._serving
            if self._task:
                self._task.cancel()
                await asyncio.gather(self._task, return_exceptions=True)
            await self.reception.drain()
            await self.door.close()

        self.run(end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def settle(self) -> None:
        """Wait until all that came in is handled, and all that is due is sent."""

        async def quiet() -> None:
            while self.reception.at_work or await asyncio.to_thread(self._due):
                await self.courier.finish()
                await asyncio.sleep(0.005)

        self.run(asyncio.wait_for(quiet(), PATIENCE))

    def quiet(self) -> None:
        """Wait for what goes on behind an acknowledgement: forms, the home, prompts."""

        async def done() -> None:
            desk = getattr(self.door, "_desk", None)
            while desk and desk._background:
                await asyncio.gather(*desk._background, return_exceptions=True)

        self.run(done())

    def settle_in_time(self, reached: Callable[[], bool]) -> None:
        """Settle again and again, until something is there that was to be tried later."""

        def look() -> bool:
            self.settle()
            return reached()

        until(look)

    def _due(self) -> int:
        """How many messages may leave now: of each conversation its oldest, unless that waits for another attempt."""
        now = self.app.clock.now()
        waiting = (OutboxState.PENDING, OutboxState.SENDING)
        query = select(Outbox).where(col(Outbox.state).in_(waiting), Outbox.platform == self.door.platform)
        rows = self.app.database.read(lambda s: s.exec(query.order_by(col(Outbox.id))).all())
        heads = {r.conversation_id: r for r in reversed(rows) if r.attempts or r.not_before <= now}
        return sum(r.not_before <= now for r in heads.values())


async def _soon(_seconds: float) -> None:
    await asyncio.sleep(0.02)


def until(reached: Callable[[], bool]) -> None:
    """Wait for something that happens in another thread."""
    end = time.monotonic() + PATIENCE
    while not reached():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.005)
