"""The courier: takes messages from the outbox to the platforms, side by side, in order within each conversation."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import groupby

from schedules.delivery import Ambiguous, CannotSend, Refused, Sender
from storage.database import Database
from storage.errors import Unavailable
from storage.outbox import Delivery, claim, failed, sent

PAUSE = 0.3  # seconds between looks at an empty outbox
log = logging.getLogger(__name__)


class Courier:
    """Claims what is due for its senders, sends it, and marks it; until it is cancelled."""

    def __init__(self, database: Database, senders: Sequence[Sender], now: Callable[[], datetime]) -> None:
        self.database, self.now = database, now
        self.senders = {s.platform: s for s in senders}

    async def run(self) -> None:
        """Deliver until cancelled; a database that is away is waited for."""
        while True:
            try:
                count = await self.round()
            except Unavailable:
                log.warning("the database is away; delivery waits")
                count = 0
            if not count:
                await asyncio.sleep(PAUSE)

    async def round(self) -> int:
        """Deliver what is due now; how many messages were claimed."""
        if not self.senders:
            return 0
        claimed = await asyncio.to_thread(claim, self.database, list(self.senders), self.now())
        claimed.sort(key=_place)
        await asyncio.gather(*(self._in_order(list(some)) for _, some in groupby(claimed, key=_place)))
        return len(claimed)

    async def finish(self) -> None:
        """Send what is due and nothing more."""
        while await self.round():
            pass

    async def _in_order(self, deliveries: Iterable[Delivery]) -> None:
        for delivery in deliveries:
            await self._deliver(delivery)

    async def _deliver(self, delivery: Delivery) -> None:
        sender = self.senders[delivery.platform]
        try:
            known = await sender.sent_before(delivery) if delivery.attempts > 1 else None
            external_id = known or await sender.send(delivery)
        except Refused as error:
            log.error("message %s is given up: %s", delivery.id, type(error).__name__)  # noqa: TRY400 - texts may be personal
            await asyncio.to_thread(failed, self.database, delivery, self.now(), dead=True)
        except (CannotSend, Ambiguous) as error:
            log.warning("message %s: %s, again later", delivery.id, type(error).__name__)
            wait = error.retry_after if isinstance(error, CannotSend) else None
            await asyncio.to_thread(failed, self.database, delivery, self.now(), retry_after=wait)
        except Exception as error:  # noqa: BLE001 - whatever a platform's library raises, the others go on
            log.error("message %s not sent: %s", delivery.id, type(error).__name__)  # noqa: TRY400 - texts may be personal
            await asyncio.to_thread(failed, self.database, delivery, self.now())
        else:
            await asyncio.to_thread(sent, self.database, delivery, external_id)


def _place(delivery: Delivery) -> tuple[str, str, str, str]:
    return delivery.platform, delivery.account, delivery.place, delivery.thread
