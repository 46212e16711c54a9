"""The courier: takes messages from the outbox to the platforms, side by side, in order within each conversation."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from schedules import metrics
from schedules.delivery import (
    Ambiguous,
    CannotSend,
    Lease,
    LeaseLost,
    Sender,
    Unreachable,
    after,
    check_lease,
    held,
)
from schedules.pacing import PACES, Pace, Pacer
from storage.database import Database
from storage.deliveries import Delivery, Outcome, claim, hand_back, settle
from storage.errors import Unavailable

T = TypeVar("T")
PAUSE = 0.3  # seconds between looks at an outbox in which other processes may have put something
BREATH = 0.02  # seconds that a look which found nothing is good for
MOMENT = 0.25  # seconds at most for which those who queue much wait for what is on its way
AGAIN = 0.5  # seconds until a database that was away is tried again
GRACE = 2.0  # seconds after its return in which workers first mark what they had sent
SLOTS = 1000  # messages that are leased to us, on their way to one platform
CONNECTIONS = 200  # of these, how many are being sent
QUEUE = 5.0  # seconds for which a message waits for its turn under its lease
DRAIN = 10.0  # seconds that a shutdown waits for what is due
log = logging.getLogger(__name__)


class Courier:
    """One `Route` for each sender; a platform that is slow or down holds up no other.

    `unreachable` is called, in a thread, for a message whose reader is gone.
    """

    def __init__(
        self,
        database: Database,
        senders: Sequence[Sender],
        now: Callable[[], datetime],
        *,
        paces: Mapping[str, Pace] = PACES,
        slots: int = SLOTS,
        unreachable: Callable[[Delivery], None] = lambda _: None,
    ) -> None:
        self.routes = [
            Route(database, sender, now, Pacer(paces.get(sender.platform, Pace())), slots, unreachable)
            for sender in senders
        ]

    async def run(self) -> None:
        """Deliver until told to finish; a database that is away is waited for."""
        async with asyncio.TaskGroup() as group:
            for route in self.routes:
                group.create_task(route.run())

    def wait_for_room(self) -> None:
        """For threads that queue much at once: wait a moment for what was queued before to get away."""
        end = time.monotonic() + MOMENT
        while any(route.is_busy for route in self.routes) and time.monotonic() < end:
            time.sleep(MOMENT / 50)

    async def finish(self) -> None:
        """Send what is due and nothing more, within reason; what is under way is finished."""
        await asyncio.gather(*(route.finish() for route in self.routes))


class Route:
    """The way to one platform: takes along what is queued, claims the rest, sends it, and marks many at once."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        now: Callable[[], datetime],
        pacer: Pacer,
        slots: int,
        unreachable: Callable[[Delivery], None],
    ) -> None:
        self.database, self.sender, self.now, self.pacer = database, sender, now, pacer
        self._slots, self._unreachable = slots, unreachable
        self._tasks: set[asyncio.Task[None]] = set()
        self._in_hand = 0  # messages that are leased to us
        self._arrived = 0  # of these, how many only wait to be marked: their connections are free
        self._connections = asyncio.Semaphore(CONNECTIONS)
        self._under_way: set[UUID] = set()  # conversations with a message on its way
        self._behind: set[UUID] = set()  # of these, where others may wait behind it
        self._full = False  # whether the last look had no room
        self._wake = asyncio.Event()
        self._marks: list[tuple[Outcome, asyncio.Future[bool]]] = []
        self._marking: asyncio.Task[None] | None = None
        self._running = self._stopping = False
        self._threads = ThreadPoolExecutor(3, f"courier-{sender.platform}")
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def platform(self) -> str:
        """Where it leads."""
        return self.sender.platform

    # Taken along, from whatever thread

    def room(self) -> int:
        """How many messages may set out at this moment."""
        return self._room() if self._running and not self._stopping else 0

    def allows(self, place: str, private: bool) -> int:
        """How many messages for a place may go at this moment, one after another."""
        return self.pacer.allows(place, private=private)

    @property
    def is_busy(self) -> bool:
        """Whether more than half of what may be on its way is."""
        return self._in_hand > self._slots // 2

    def lease(self) -> Lease:
        """A lease that begins now."""
        return Lease()

    def carry(self, deliveries: Sequence[Delivery], left: Set[UUID], lease: Lease) -> None:
        """Send what was leased to us as it was queued, and look for what was not as soon as it may go."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has ended: what was leased is left to others
                self._loop.call_soon_threadsafe(self._carried, deliveries, left, lease)

    # Claimed

    async def run(self) -> None:
        """Deliver until told to finish."""
        self._loop, self._running = asyncio.get_running_loop(), True
        try:
            while not self._stopping:
                self._wake.clear()
                if not await self._claimed():
                    await self._pause()
        finally:
            self._running = False

    async def finish(self) -> None:
        """End `run`, then send what is due."""
        self._stopping = True
        while self._running:
            self._wake.set()
            await asyncio.sleep(0.01)
        end = time.monotonic() + DRAIN
        while time.monotonic() < end and (await self._start() or self._tasks):
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.gather(*self._tasks)
        self._stopping = False

    async def _claimed(self) -> int:
        try:
            return await self._start()
        except Unavailable:
            await self._away()
        except Exception as error:  # noqa: BLE001 - one bad look must not end delivery
            log.error("nothing could be claimed: %s", type(error).__name__)  # noqa: TRY400 - texts may be personal
            await asyncio.sleep(GRACE)
        return 0

    async def _away(self) -> None:
        """Wait until the database answers, and then until all workers have marked what they had sent."""
        while not self._stopping:
            await asyncio.sleep(AGAIN)
            with suppress(Unavailable):
                await self._thread(self.database.ping)
                break
        await asyncio.sleep(GRACE)

    async def _pause(self) -> None:
        await asyncio.sleep(BREATH)
        try:
            await asyncio.wait_for(self._wake.wait(), PAUSE)
        except TimeoutError:
            return

    async def _start(self) -> int:
        """Claim what may go now and send it in the background; how many messages that is."""
        room = self._room()
        self._full = not room
        if not room:
            return 0
        lease = Lease()
        claimed = await self._thread(
            claim, self.database, [self.platform], self.now(), room, self.pacer.resting()
        )
        self._set_out(claimed, lease)
        self._behind.update(d.conversation_id for d in claimed)  # only the first was claimed
        return len(claimed)

    def _room(self) -> int:
        return self.pacer.room(self._slots - self._in_hand + min(self._arrived, self._slots))

    def _carried(self, deliveries: Sequence[Delivery], left: Set[UUID], lease: Lease) -> None:
        self._set_out(deliveries, lease)
        self._behind |= left & self._under_way
        if left - self._under_way:
            self._wake.set()

    def _set_out(self, deliveries: Sequence[Delivery], lease: Lease) -> None:
        runs: dict[UUID, list[Delivery]] = {}
        for delivery in deliveries:
            runs.setdefault(delivery.conversation_id, []).append(delivery)
        for conversation, run in runs.items():
            task = asyncio.get_running_loop().create_task(self._deliver(run, lease))
            self._tasks.add(task)
            self._under_way.add(conversation)
            task.add_done_callback(partial(self._ended, conversation))
        self._in_hand += len(deliveries)

    def _ended(self, conversation: UUID, task: asyncio.Task[None]) -> None:
        """A run is over: look for more where more is known to wait; what others queue is found in time."""
        self._tasks.discard(task)
        self._under_way.discard(conversation)
        if self._full or self._stopping or conversation in self._behind:
            self._wake.set()
        self._behind.discard(conversation)
        if not task.cancelled() and (error := task.exception()):
            log.error("a delivery broke off: %s", type(error).__name__)

    async def _deliver(self, run: Sequence[Delivery], lease: Lease) -> None:
        """Send messages of one conversation, one after another; where one has to wait, so do those behind it."""
        held.set(lease)
        marks: list[tuple[Delivery, asyncio.Future[bool]]] = []
        for delivery in run:
            outcome = await self._attempt(delivery, lease)
            if outcome is not None:
                _count(outcome)
                marks.append((delivery, self._mark_soon(outcome)))
            if outcome is None or outcome.again:
                break
        if untried := run[len(marks) :]:
            self._in_hand -= len(untried)
            await self._again(hand_back, self.database, untried)
        for delivery, mark in marks:
            if not await mark:
                log.warning("message %s passed to another worker while it was sent", delivery.id)

    async def _attempt(self, delivery: Delivery, lease: Lease) -> Outcome | None:
        """What became of sending a message; None where it has to be left: too far in the queue, or too late for the lease."""
        wait = self.pacer.book(delivery.place, private=delivery.private, most=QUEUE)
        if wait is None:
            return None
        if wait:
            await asyncio.sleep(wait)
            if self.pacer.rests(delivery.place):  # another was told so meanwhile
                return None
        try:
            async with self._connections, asyncio.timeout(max(lease.left, 0.01)):
                check_lease()
                return Outcome(delivery, external_id=await self._send(delivery))
        except LeaseLost:
            metrics.attempts.labels(delivery.platform, "left").inc()
            log.warning("message %s is left to another worker: too little of the lease was left", delivery.id)
            return None
        except TimeoutError:  # the platform was too slow for the lease
            return await self._failed(delivery, Ambiguous("no answer in time"))
        except Exception as error:  # noqa: BLE001 - whatever a platform's library raises, the others go on
            return await self._failed(delivery, error)

    async def _send(self, delivery: Delivery) -> str:
        if not delivery.doubtful:
            return await self.sender.send(delivery)
        if known := await self.sender.sent_before(delivery):
            return known
        check_lease()
        if getattr(self.sender, "looks_up", False):
            return await self.sender.send(delivery)
        log.warning("message %s is ambiguous: it is sent again and may arrive twice", delivery.id)
        return await self.sender.send(_marked(delivery))

    async def _failed(self, delivery: Delivery, error: Exception) -> Outcome:
        if isinstance(error, CannotSend) and error.retry_after:
            self.pacer.rest(delivery.place, error.retry_after)
        if isinstance(error, Unreachable):
            try:
                await self._again(self._unreachable, delivery)
            except Exception as other:  # noqa: BLE001 - the message is settled all the same
                log.error("nobody was told of one who is unreachable: %s", type(other).__name__)  # noqa: TRY400 - texts may be personal
        return after(error, delivery, self.now())

    def _mark_soon(self, outcome: Outcome) -> asyncio.Future[bool]:
        """Mark a message; False when it was no longer ours. Those that wait for a commit share the next one."""
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._marks.append((outcome, future))
        self._arrived += 1
        if self._in_hand >= self._slots:
            self._wake.set()
        if self._marking is None:
            self._marking = asyncio.create_task(self._mark())
        return future

    async def _mark(self) -> None:
        while self._marks:
            batch, self._marks = self._marks, []
            outcomes = [outcome for outcome, _ in batch]
            try:
                marked = await self._again(settle, self.database, outcomes)
            except Exception as error:  # noqa: BLE001 - handed to whoever waits
                for _, future in batch:
                    future.set_exception(error)
            else:
                for outcome, future in batch:
                    future.set_result(outcome.delivery.id in marked)
            self._arrived -= len(batch)
            self._in_hand -= len(batch)
        self._marking = None

    async def _again(self, work: Callable[..., T], *given: Any) -> T:
        """Do what must be done, however long the database is away."""
        while True:
            try:
                return await self._thread(work, *given)
            except Unavailable:
                await asyncio.sleep(AGAIN)

    async def _thread(self, work: Callable[..., T], *given: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: work(*given))


def _count(outcome: Outcome) -> None:
    platform = outcome.delivery.platform
    metrics.attempts.labels(platform, "again" if outcome.again else str(outcome.state)).inc()
    if outcome.external_id is not None:
        took = datetime.now(UTC) - outcome.delivery.created_at
        metrics.delivery.labels(platform).observe(max(took.total_seconds(), 0.0))


def _marked(delivery: Delivery) -> Delivery:
    """The message with the line that says it may have come before, where it was given one."""
    words = delivery.payload.get("again")
    if not words:
        return delivery
    reply = delivery.payload["reply"]
    lines = [*reply["lines"], {"spans": [{"text": words, "strong": False}]}]
    return replace(delivery, payload={**delivery.payload, "reply": {**reply, "lines": lines}})
