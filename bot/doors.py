"""Doors: the platforms that Parley listens and speaks on, each looked after by itself."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from starlette.routing import BaseRoute

from schedules.delivery import Sender

log = logging.getLogger(__name__)
FIRST_WAIT, LAST_WAIT = 1.0, 60.0


class DoorDown(Exception):
    """A door cannot work; `reason` says why and what to do, without secrets."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Door(Sender, Protocol):
    """A platform: it receives until it is cancelled, and sends what the outbox has for it.

    `run` connects, sets `up`, and receives; it raises `DoorDown` when it cannot go on. `routes` are mounted on the
    HTTP application where the platform calls in.
    """

    up: bool
    routes: Sequence[BaseRoute]

    async def run(self) -> None:
        """Connect and receive until cancelled. Raises `DoorDown`."""

    async def close(self) -> None:
        """Let go of connections."""


async def supervise(door: Door, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
    """Keep a door running: what stops it is said once and tried again, ever more slowly, without touching the others."""
    wait = FIRST_WAIT
    said = ""
    while True:
        try:
            return await door.run()
        except DoorDown as down:
            reason = down.reason
        except Exception as error:  # noqa: BLE001 - whatever a platform's library raises, the door is tried again
            reason = type(error).__name__
        wait = FIRST_WAIT if door.up else min(wait * 2, LAST_WAIT)
        door.up = False
        if reason != said:
            log.error("%s is down: %s", door.platform, reason)
            said = reason
        await sleep(wait)
