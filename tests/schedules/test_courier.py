"""Deliveries: in order, side by side, as often as needed and never more."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col, select

import schedules.delivery
from bot.app import App
from bot.background import Background
from bot.incoming import Incoming, Sender
from schedules.courier import Courier
from schedules.delivery import (
    Ambiguous,
    CannotSend,
    Lease,
    Refused,
    Unreachable,
    check_lease,
    held,
)
from storage.database import clock_of
from storage.deliveries import Delivery, claim
from storage.errors import Unavailable
from storage.inbox import conversation_of
from storage.outbox import enqueue
from storage.tables import Conversation, Outbox
from storage.unit_of_work import UnitOfWork
from tests.transcript import START


class Platform:
    """A sender that keeps what it was sent; `trouble` may raise for a message."""

    platform = "here"

    def __init__(self, trouble: Callable[[Delivery], object] = lambda _: None) -> None:
        self.sent: list[tuple[str, str]] = []
        self.lines: list[Any] = []
        self.known: dict[Any, str] = {}
        self.trouble = trouble
        self.most = self.now = 0

    async def send(self, delivery: Delivery) -> str:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.001)
        self.now -= 1
        done = self.trouble(delivery)
        if isinstance(done, Awaitable):
            await done
        reply = delivery.payload["reply"]
        self.sent.append((delivery.place, reply["headline"]))
        self.lines.append(reply["lines"])
        self.known[delivery.id] = f"x-{len(self.sent)}"
        return self.known[delivery.id]

    async def sent_before(self, delivery: Delivery) -> str | None:  # noqa: ARG002 - the protocol
        return None


class Remembering(Platform):
    looks_up = True

    async def sent_before(self, delivery: Delivery) -> str | None:
        return self.known.get(delivery.id)


def queue(app: App, to: str, *words: str) -> None:
    def work(uow: UnitOfWork) -> None:
        place = conversation_of(uow.session, uow.workspace_id, "here", "", to, "", private=True)
        for one in words:
            payload = {
                "reply": {"headline": one, "lines": []},
                "buttons": [],
                "to": to,
                "again": "Maybe twice.",
            }
            enqueue(uow, place, one, payload, member_id=None, change_set_id=None, replaces=None, key=None)

    app.engine.work(work)


def courier(app: App, sender: Platform, **more: Any) -> Courier:
    return Courier(app.database, [sender], app.clock.now, **more)


def finish(app: App, sender: Platform, **more: Any) -> None:
    asyncio.run(courier(app, sender, **more).finish())


def once(app: App, sender: Platform) -> None:
    """Claim and deliver a single time."""

    async def scene() -> None:
        route = courier(app, sender).routes[0]
        assert await route._start()
        await asyncio.gather(*route._tasks)

    asyncio.run(scene())


def rows(app: App) -> list[Outbox]:
    return app.database.read(lambda s: list(s.exec(select(Outbox).order_by(col(Outbox.id)))))


def states(app: App) -> list[str]:
    return [str(row.state) for row in rows(app)]


def lapse(app: App) -> None:
    now = app.database.run(clock_of)
    past = update(Outbox).values(lease_until=now - timedelta(seconds=1))
    app.database.run(lambda s: s.connection().execute(past))


@pytest.fixture(autouse=True)
def clock(app: App) -> None:
    app.clock.set(START)


def test_side_by_side_and_in_order_within_a_conversation(app: App) -> None:
    for who in ("ana", "bob", "cy"):
        queue(app, who, *(f"{who} {i}" for i in range(4)))
    sender = Platform()
    finish(app, sender)
    for who in ("ana", "bob", "cy"):
        assert [words for to, words in sender.sent if to == who] == [f"{who} {i}" for i in range(4)]
    assert sender.most > 1
    assert set(states(app)) == {"sent"}


def test_one_that_waits_for_its_retry_keeps_the_later_ones_waiting(app: App) -> None:
    queue(app, "ana", "first", "second")
    queue(app, "bob", "other")
    failures = [CannotSend("busy", 0.5)]

    def trouble(delivery: Delivery) -> None:
        if delivery.payload["reply"]["headline"] == "first" and failures:
            raise failures.pop()

    sender = Platform(trouble)
    finish(app, sender)
    assert sender.sent == [("bob", "other")]
    app.clock.set(START + timedelta(seconds=1))
    finish(app, sender)
    assert sender.sent == [("bob", "other"), ("ana", "first"), ("ana", "second")]


@pytest.mark.parametrize(
    ("error", "state", "reason"),
    [
        (Refused("no such channel"), "dead", "Refused: no such channel"),
        (CannotSend("busy"), "pending", None),
        (Ambiguous(), "pending", None),
        (ZeroDivisionError(), "pending", None),
    ],
)
def test_what_becomes_of_an_attempt_that_failed(
    app: App, error: Exception, state: str, reason: str | None
) -> None:
    queue(app, "ana", "first")

    def trouble(_: Delivery) -> None:
        raise error

    finish(app, Platform(trouble))
    (row,) = rows(app)
    assert (row.state, row.reason, row.attempts) == (state, reason, 1)
    assert row.doubtful == isinstance(error, Ambiguous | ZeroDivisionError)


def test_after_a_death_a_platform_that_remembers_is_asked_first(app: App) -> None:
    queue(app, "ana", "arrived", "not yet")
    sender = Remembering()
    (delivery,) = claim(app.database, ["here"], START)
    asyncio.run(sender.send(delivery))  # and then the process died
    lapse(app)
    finish(app, sender)
    assert sender.sent == [("ana", "arrived"), ("ana", "not yet")]
    assert states(app) == ["sent", "sent"]


def test_after_a_death_a_platform_that_forgets_may_double_and_both_log_and_reader_are_told(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    queue(app, "ana", "first")
    (delivery,) = claim(app.database, ["here"], START)
    lapse(app)
    sender = Platform()
    with caplog.at_level(logging.WARNING):
        finish(app, sender)
    assert f"message {delivery.id} is ambiguous" in caplog.text
    assert sender.lines == [[{"spans": [{"text": "Maybe twice.", "strong": False}]}]]


def test_with_little_of_the_lease_left_nothing_is_sent(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a stop or a sleep between the claim and the send: the message is handed back untried."""
    queue(app, "ana", "first")
    monkeypatch.setattr(schedules.delivery, "MARGIN", timedelta(seconds=61))
    sender = Platform()
    once(app, sender)
    assert sender.sent == []
    (row,) = rows(app)
    assert (row.state, row.attempts, row.doubtful) == ("pending", 0, False)


def test_a_platform_that_is_too_slow_for_the_lease_leaves_a_doubt(app: App) -> None:
    """It is no surprise, of which a few would be the end of the message."""

    def slow(_: Delivery) -> None:
        raise TimeoutError

    queue(app, "ana", "one")
    for attempt in range(schedules.delivery.SURPRISES + 1):
        app.clock.set(START + attempt * timedelta(hours=1))
        once(app, Platform(slow))
    assert states(app) == ["pending"]
    assert rows(app)[0].doubtful


def test_a_sender_can_check_its_lease_right_before_it_writes(app: App) -> None:
    def trouble(_: Delivery) -> None:
        held.set(Lease(timedelta(0)))
        check_lease()

    queue(app, "ana", "first")
    sender = Platform(trouble)
    once(app, sender)
    assert (sender.sent, states(app)) == ([], ["pending"])


def test_it_wakes_up_as_soon_as_something_is_committed(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schedules.courier.PAUSE", 60.0)

    async def scene() -> None:
        arrived = asyncio.Event()
        sender = Platform(lambda _: arrived.set())
        one = courier(app, sender)
        app.engine.carriers.extend(one.routes)
        running = asyncio.create_task(one.run())
        await asyncio.sleep(0.1)  # it has looked, found nothing, and waits
        await asyncio.to_thread(queue, app, "ana", "hello")
        await asyncio.wait_for(arrived.wait(), 10)
        await one.finish()
        await running
        assert states(app) == ["sent"]

    asyncio.run(scene())


def test_a_database_that_is_away_while_marking_is_waited_for(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schedules.courier.AGAIN", 0.01)
    queue(app, "ana", "hello")
    failures = [Unavailable("gone"), Unavailable("gone")]
    from schedules import courier as module  # noqa: PLC0415 - to be patched

    whole = module.settle

    def settle(*given: Any) -> Any:
        if failures:
            raise failures.pop()
        return whole(*given)

    monkeypatch.setattr(module, "settle", settle)
    sender = Platform()
    finish(app, sender)
    assert (sender.sent, states(app)) == ([("ana", "hello")], ["sent"])


def say(app: App, who: str, platform: str, place: str, text: str = "hi") -> None:
    sender = Sender(who.casefold(), who, "en", "Europe/Berlin", None if who == "Ana" else "sales")
    conversation, _ = app.engine.accept(
        Incoming(platform, f"{platform}-{who}-{text}", sender, place, text, vouched=True)
    )
    app.engine.handle(conversation)


def test_one_who_blocked_the_bot_is_marked_and_the_owner_told_once(app: App) -> None:
    say(app, "Ana", "console", "ana")
    say(app, "Bob", "here", "bob")
    queue(app, "bob", "one", "two")

    def trouble(_: Delivery) -> None:
        raise Unreachable("blocked")

    background = Background(app, [])
    finish(app, Platform(trouble), unreachable=background._unreachable)
    told = [r.payload["reply"]["headline"]["spans"] for r in rows(app) if r.platform == "console"][1:]
    assert ["".join(s["text"] for s in spans) for spans in told] == [
        "I can no longer reach Bob on Here. What is for them there waits under “undelivered messages”."
    ]
    where = select(Conversation.unreachable_at).where(Conversation.platform == "here")
    assert app.database.read(lambda s: s.exec(where).one()) is not None
    say(app, "Bob", "here", "bob", "back again")
    assert app.database.read(lambda s: s.exec(where).one()) is None


def test_what_is_for_one_who_blocked_one_door_goes_to_their_other(app: App) -> None:
    say(app, "Bob", "there", "bob")
    say(app, "Bob", "here", "bob")
    before = len(rows(app))

    def trouble(_: Delivery) -> None:
        raise Unreachable("blocked")

    finish(app, Platform(trouble), unreachable=Background(app, [])._unreachable)
    added = rows(app)[before:]
    assert [r.platform for r in added] == ["there"]
