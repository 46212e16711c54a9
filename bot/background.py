"""What happens by itself while a process runs: ticks, and deliveries through its doors."""

import asyncio
import logging
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta

from bot.app import App
from bot.engine import outline
from bot.reception import Reception
from schedules.courier import SLOTS, Courier
from schedules.delivery import Sender
from schedules.notices import unreachable
from schedules.pacing import PACES, Pace
from schedules.ticker import Ticker
from storage.deliveries import Delivery
from storage.errors import Unavailable

log = logging.getLogger(__name__)


class Background:
    """Ticks and delivers; every process may, and none is special."""

    def __init__(
        self,
        app: App,
        senders: Sequence[Sender],
        paces: Mapping[str, Pace] = PACES,
        *,
        ticks: bool = True,
        slots: int = SLOTS,
    ) -> None:
        self._app, self._ticks = app, ticks
        self._ticker = Ticker(self._tick)
        self._jobs = Ticker(self._work_off)
        self._courier = Courier(
            app.database, senders, app.clock.now, paces=paces, slots=slots, unreachable=self._unreachable
        )
        app.engine.carriers.extend(self._courier.routes)
        self._leaving = False
        self._delivering: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, in the running loop."""
        self._delivering = asyncio.create_task(self._courier.run())
        if self._ticks:
            self._ticker.start()
            self._jobs.start()

    async def stop(self) -> None:
        """Finish the tick under way, send what is due, and stop."""
        self._leaving = True
        if self._ticks:
            self._app.desk().leave()
            await asyncio.to_thread(self._ticker.stop)
            await asyncio.to_thread(self._jobs.stop)
        with suppress(Unavailable):
            await self._courier.finish()
        if self._delivering is not None:
            await self._delivering

    def _tick(self) -> timedelta | None:
        """Do all that is due, and say in how long there is more; what goes wrong is tried again by the next tick."""
        try:
            while self._app.tick() and not self._leaving:
                self._courier.wait_for_room()
            return self._app.until_due()
        except Unavailable:
            return None
        except Exception as error:  # noqa: BLE001 - time goes on
            log.error("a tick failed: %s", outline(error))  # noqa: TRY400 - texts may be personal
            return None

    def _work_off(self) -> None:
        with suppress(Unavailable):  # the job stands where it stood
            while self._app.work_off():
                pass

    def _unreachable(self, delivery: Delivery) -> None:
        self._app.engine.work(lambda uow: unreachable(uow, self._app.engine.parts.book, delivery))


async def run(
    app: App,
    reception: Reception,
    senders: Sequence[Sender],
    paces: Mapping[str, Pace] = PACES,
    slots: int = SLOTS,
) -> None:
    """A process of its own for what happens by itself, until it is told to stop; it picks up what others left as well."""
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    background = Background(app, senders, paces, slots=slots)
    sweeping = asyncio.create_task(reception.sweep())
    background.start()
    await stopped.wait()
    sweeping.cancel()
    await reception.drain()
    await background.stop()
