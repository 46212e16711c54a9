"""Taking messages from the outbox to the platforms: claim, send, mark; and what follows from an attempt that failed."""

import logging
import random
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Protocol

from storage.database import Database
from storage.deliveries import LEASE, Delivery, Outcome, claim, settle

log = logging.getLogger(__name__)
Send = Callable[[Delivery], str]

FIRST_RETRY = 2.0  # seconds; doubled with every attempt
LAST_RETRY = 600.0
PATIENCE = 150  # attempts at a platform that does not take messages for now: about a day
DOUBTS = 12  # attempts of which each may have arrived
SURPRISES = 5  # attempts that end in an error nobody foresaw
MARGIN = timedelta(seconds=20)  # of a lease: with less than this left nothing is sent any more


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


class LeaseLost(Exception):
    """The lease may have passed to another worker: the message is left to it."""


class Lease:
    """How much of a lease is left, whether this process ran, was stopped, or its machine slept."""

    def __init__(self, length: timedelta | None = None) -> None:
        self._length = (LEASE if length is None else length).total_seconds()
        self._begun = (time.monotonic(), time.time())

    @property
    def left(self) -> float:
        """Seconds in which a message may still be sent."""
        begun, wall = self._begun
        return self._length - MARGIN.total_seconds() - max(time.monotonic() - begun, abs(time.time() - wall))


held: ContextVar[Lease | None] = ContextVar("held", default=None)


def check_lease() -> None:
    """For senders, right before their request is written: raises `LeaseLost` when too little of the lease is left."""
    lease = held.get()
    if lease is not None and lease.left <= 0:
        raise LeaseLost


class Sender(Protocol):
    """Where messages of one platform go.

    A sender that can look messages up says so by an attribute `looks_up = True`; of others, what may arrive twice is
    logged, and marked for its reader.
    """

    platform: str

    async def send(self, delivery: Delivery) -> str:
        """Send a message (or edit the one it replaces): the platform's id for it.

        Raises `CannotSend`, `Refused`, `Unreachable` or `Ambiguous`.
        """

    async def sent_before(self, delivery: Delivery) -> str | None:
        """On a later attempt, before sending: the platform's id of the message if an earlier attempt did arrive.

        None where it did not arrive or where the platform cannot tell.
        """


def after(error: Exception, delivery: Delivery, now: datetime) -> Outcome:
    """What follows from an attempt that failed: another one later, ever more slowly, or none."""
    kind = type(error).__name__
    tries = (
        PATIENCE if isinstance(error, CannotSend) else DOUBTS if isinstance(error, Ambiguous) else SURPRISES
    )
    if isinstance(error, Refused) or delivery.attempts >= tries:
        log.error("message %s is given up after %d attempts: %s", delivery.id, delivery.attempts, kind)
        return Outcome(delivery, reason=f"{kind}: {error}"[:200] if isinstance(error, Refused) else kind)
    log.warning("message %s not sent, again later: %s", delivery.id, kind)
    doubtful = None if isinstance(error, CannotSend) else True
    return Outcome(delivery, again=now + timedelta(seconds=_wait(error, delivery)), doubtful=doubtful)


def _wait(error: Exception, delivery: Delivery) -> float:
    asked = error.retry_after if isinstance(error, CannotSend) else None
    grown = min(FIRST_RETRY * 2.0 ** min(delivery.attempts - 1, 30), LAST_RETRY)
    return max(asked, 0.0) if asked is not None else grown * random.uniform(0.75, 1.25)  # noqa: S311 - jitter, not a secret


def deliver(database: Database, senders: Mapping[str, Send], now: Callable[[], datetime]) -> int:
    """Send all that is due on these platforms, in order; how many were sent.

    Each sender returns the platform's id of the message, or raises what `Sender.send` may raise.
    """
    count = 0
    while claimed := claim(database, senders, now()):
        for delivery in claimed:
            outcome = _attempt(senders[delivery.platform], delivery, now)
            settle(database, [outcome])
            count += outcome.external_id is not None
    return count


def _attempt(send: Send, delivery: Delivery, now: Callable[[], datetime]) -> Outcome:
    try:
        return Outcome(delivery, external_id=send(delivery))
    except Exception as error:  # noqa: BLE001 - whatever a platform's library raises, the others go on
        return after(error, delivery, now())
