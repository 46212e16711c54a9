"""Taking messages from the outbox to the platforms: claim, send, mark."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from storage.database import Database
from storage.outbox import Delivery, claim, failed, sent

log = logging.getLogger(__name__)
Send = Callable[[Delivery], str]


class CannotSend(Exception):
    """A platform did not take a message; `retry_after` in seconds where it said so."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


def deliver(database: Database, senders: Mapping[str, Send], now: Callable[[], datetime]) -> int:
    """Send all that is due on these platforms, oldest first; how many were sent.

    Each sender returns the platform's id of the message, or raises `CannotSend`: then it is tried again later.
    """
    count = 0
    while claimed := claim(database, list(senders), now()):
        for delivery in claimed:
            count += _deliver(database, senders[delivery.platform], delivery, now)
    return count


def _deliver(database: Database, send: Send, delivery: Delivery, now: Callable[[], datetime]) -> int:
    try:
        external_id = send(delivery)
    except CannotSend as error:
        again = failed(database, delivery, now(), retry_after=error.retry_after)
        log.warning("message %s not sent, %s", delivery.id, "again later" if again else "given up")
        return 0
    except Exception as error:  # noqa: BLE001 - whatever a platform's library raises, the others go on
        again = failed(database, delivery, now())
        outcome = "again later" if again else "given up"
        log.error("message %s not sent, %s, %s", delivery.id, type(error).__name__, outcome)  # noqa: TRY400 - texts may be personal
        return 0
    sent(database, delivery, external_id)
    return 1
