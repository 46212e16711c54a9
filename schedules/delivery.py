"""Taking messages from the outbox to the platforms: claim, send, mark."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from storage.database import Database
from storage.outbox import Delivery, claim, failed, sent

log = logging.getLogger(__name__)
Send = Callable[[Delivery], str]


class CannotSend(Exception):
    """A platform did not take a message for now; `retry_after` in seconds where it said so."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Refused(Exception):
    """A platform will never take this message: it is given up at once, and why is in the log."""


class Unreachable(Refused):
    """The person has blocked Parley or is gone."""


class Ambiguous(Exception):
    """Nobody can tell whether the message arrived (a reply was lost); it is sent again, and logged as maybe doubled."""


class Sender(Protocol):
    """Where messages of one platform go."""

    platform: str

    async def send(self, delivery: Delivery) -> str:
        """Send a message (or edit the one it replaces): the platform's id for it.

        Raises `CannotSend`, `Refused`, `Unreachable` or `Ambiguous`.
        """

    async def sent_before(self, delivery: Delivery) -> str | None:
        """On a later attempt, before sending: the platform's id of the message if an earlier attempt did arrive.

        None where it did not arrive or where the platform cannot tell.
        """


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
