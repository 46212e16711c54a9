"""A process of Parley for the tests that kill it: `bot.background.run` with a short lease and the fake platform."""

import asyncio
import logging
from datetime import timedelta
from pathlib import Path

import schedules.delivery
import storage.outbox
from bot.app import build
from bot.background import run
from bot.reception import Reception
from tests.plugin import settings_for
from tests.torture.platforms import FORGETS, REMEMBERS, HttpSender


def main(url: str, platform: str, log: str, lease: float, slots: int) -> None:
    """Work until killed or told to stop."""
    logging.basicConfig(filename=Path(log), level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    storage.outbox.LEASE = schedules.delivery.LEASE = timedelta(seconds=lease)
    schedules.delivery.MARGIN = timedelta(seconds=lease / 3)
    app = build(settings_for(url))
    senders = [HttpSender(kind, platform) for kind in (REMEMBERS, FORGETS)]

    async def work() -> None:
        await run(app, Reception(app.engine), senders, paces={}, slots=slots)
        for sender in senders:
            await sender.close()

    try:
        asyncio.run(work())
    finally:
        app.close()
