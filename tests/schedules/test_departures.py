"""What is queued leaves with the process that queued it, on the same terms as what is claimed."""

import asyncio
import threading
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, select

from bot.app import App
from schedules.courier import Courier
from schedules.delivery import CannotSend, Unreachable
from schedules.pacing import Pace
from storage.deliveries import Delivery, claim
from storage.inbox import conversation_of
from storage.outbox import enqueue
from storage.tables import Outbox
from storage.unit_of_work import UnitOfWork
from tests.bot.test_engine import say
from tests.schedules.test_courier import Platform, states
from tests.transcript import START


@dataclass
class Bag:
    """A carrier that only keeps what it is given."""

    platform: str = "here"
    space: int = 10
    at_once: int = 3
    given: list[str] = field(default_factory=list)
    calls: int = 0
    left: int = 0

    def room(self) -> int:
        return self.space

    def allows(self, place: str, private: bool) -> int:  # noqa: ARG002 - the protocol
        return self.at_once

    def lease(self) -> str:
        return "lease"

    def carry(self, deliveries: Sequence[Delivery], left: Set[UUID], lease: Any) -> None:
        assert lease == "lease"
        self.calls += 1
        self.left += len(left)
        self.given += [str(d.payload["reply"]["headline"]) for d in deliveries]


def put(uow: UnitOfWork, to: str, *words: str, platform: str = "here") -> None:
    place = conversation_of(uow.session, uow.workspace_id, platform, "", to, "", private=True)
    for one in words:
        payload = {"reply": {"headline": one, "lines": []}, "buttons": [], "to": to}
        enqueue(uow, place, one, payload, member_id=None, change_set_id=None, replaces=None, key=None)


def queue(app: App, to: str, *words: str, platform: str = "here") -> None:
    app.engine.work(lambda uow: put(uow, to, *words, platform=platform))


@pytest.fixture
def bag(app: App) -> Bag:
    app.clock.set(START)
    bag = Bag()
    app.engine.carriers.append(bag)
    return bag


def attempts(app: App) -> list[int]:
    return app.database.read(lambda s: list(s.exec(select(Outbox.attempts).order_by(col(Outbox.id)))))


def test_what_is_queued_is_leased_in_the_same_transaction(app: App, bag: Bag) -> None:
    queue(app, "ana", "one", "two")
    assert bag.given == ["one", "two"]
    assert states(app) == ["sending", "sending"]
    assert attempts(app) == [1, 1]
    assert claim(app.database, ["here"], START) == []


def test_as_many_as_there_is_room_for_and_as_the_place_allows(app: App, bag: Bag) -> None:
    bag.space, bag.at_once = 3, 2

    def work(uow: UnitOfWork) -> None:
        put(uow, "ana", "a1", "a2", "a3")
        put(uow, "bo", "b1", "b2", "b3")

    app.engine.work(work)
    assert len(bag.given) == 3
    assert [w for w in bag.given if w[0] == "a"] in (["a1", "a2"], ["a1"])
    assert sorted(states(app)) == ["pending"] * 3 + ["sending"] * 3


def test_none_overtakes_one_that_waits(app: App, bag: Bag) -> None:
    bag.space = 0
    queue(app, "ana", "one")
    bag.space = 10
    queue(app, "ana", "two")
    queue(app, "bo", "other")
    assert bag.given == ["other"]
    assert [d.payload["reply"]["headline"] for d in claim(app.database, ["here"], START)] == ["one"]


def test_an_answer_does_not_overtake_one_that_is_on_its_way(app: App, bag: Bag) -> None:
    bag.platform = "console"
    say(app, "hello", "e1")
    assert (len(bag.given), bag.left) == (1, 0)
    say(app, "thanks", "e2")
    assert (len(bag.given), bag.left, states(app)) == (1, 1, ["sending", "pending"])
    app.database.run(lambda s: [setattr(r, "state", "sent") for r in s.exec(select(Outbox))])
    say(app, "thanks", "e3")
    assert (len(bag.given), bag.left) == (2, 1)


def test_a_transaction_that_fails_carries_nothing(app: App, bag: Bag) -> None:
    def work(uow: UnitOfWork) -> None:
        put(uow, "ana", "one")
        uow.finish()
        raise LookupError

    with pytest.raises(LookupError):
        app.engine.work(work)
    assert (bag.given, bag.calls, states(app)) == ([], 0, [])


def test_only_ones_own_platform(app: App, bag: Bag) -> None:
    queue(app, "ana", "one", platform="there")
    assert (bag.given, bag.calls, states(app)) == ([], 0, ["pending"])


def test_what_was_carried_and_not_sent_is_claimed_once_its_lease_has_ended(app: App, bag: Bag) -> None:
    queue(app, "ana", "one")
    app.database.run(lambda s: [setattr(r, "lease_until", START) for r in s.exec(select(Outbox))])
    (delivery,) = claim(app.database, ["here"], START)
    assert (delivery.attempts, delivery.doubtful) == (2, True)
    assert bag.given == ["one"]


def played(app: App, sender: Platform, *words: str, paces: dict[str, Pace] | None = None) -> None:
    """Queue from another thread while a courier runs, and wait until nothing is under way."""

    async def scene() -> None:
        courier = Courier(app.database, [sender], app.clock.now, paces=paces or {})
        app.engine.carriers.extend(courier.routes)
        running = asyncio.create_task(courier.run())
        await asyncio.sleep(0.05)
        await asyncio.to_thread(queue, app, "ana", *words)
        await asyncio.sleep(0.1)
        await courier.finish()
        await running

    asyncio.run(scene())


def test_a_courier_sends_them_without_a_claim(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    app.clock.set(START)
    monkeypatch.setattr("schedules.courier.claim", lambda *_: [])
    sender = Platform()
    played(app, sender, "one", "two", "three")
    assert [words for _, words in sender.sent] == ["one", "two", "three"]
    assert states(app) == ["sent"] * 3


def test_where_one_has_to_wait_those_behind_it_are_handed_back_untried(app: App) -> None:
    app.clock.set(START)
    tried = []

    def trouble(delivery: Delivery) -> None:
        tried.append(delivery.payload["reply"]["headline"])
        if tried[-1] == "two":
            raise CannotSend("not now", 60)

    sender = Platform(trouble)
    played(app, sender, "one", "two", "three")
    assert tried == ["one", "two"]
    assert states(app) == ["sent", "pending", "pending"]
    assert attempts(app) == [1, 1, 0]


def test_the_pace_of_a_platform_is_kept(app: App) -> None:
    app.clock.set(START)
    sender = Platform()
    played(app, sender, "one", "two", "three", paces={"here": Pace(private=((2, 30.0),))})
    assert [words for _, words in sender.sent] == ["one", "two"]
    assert states(app) == ["sent", "sent", "pending"]


def test_a_courier_that_does_not_run_carries_nothing(app: App) -> None:
    app.clock.set(START)
    app.engine.carriers.extend(Courier(app.database, [Platform()], app.clock.now).routes)
    queue(app, "ana", "one")
    assert states(app) == ["pending"]


def test_many_threads_queue_for_one_courier_and_each_message_arrives_once(app: App) -> None:
    app.clock.set(START)
    sender = Platform()

    async def scene() -> None:
        courier = Courier(app.database, [sender], app.clock.now, slots=5)
        app.engine.carriers.extend(courier.routes)
        running = asyncio.create_task(courier.run())
        work = [
            threading.Thread(target=lambda n=n: [queue(app, f"p{n}", f"{n}.{i}") for i in range(10)])
            for n in range(4)
        ]
        for one in work:
            one.start()
        for one in work:
            await asyncio.to_thread(one.join)
        await courier.finish()
        await running

    asyncio.run(scene())
    assert sorted(sender.sent) == sorted((f"p{n}", f"{n}.{i}") for n in range(4) for i in range(10))
    for n in range(4):
        assert [w for place, w in sender.sent if place == f"p{n}"] == [f"{n}.{i}" for i in range(10)]


def test_what_waits_behind_one_that_is_sent_follows_at_once(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether that one was carried or claimed: nobody waits for the next look at the outbox."""
    app.clock.set(START)
    monkeypatch.setattr("schedules.courier.PAUSE", 20.0)
    queue(app, "bo", "b1", "b2", "b3")  # nobody carries them
    left, all_sent = iter(range(6)), asyncio.Event()

    async def slowly(_: Delivery) -> None:
        await asyncio.sleep(0.1)
        if next(left) == 5:
            all_sent.set()

    sender = Platform(slowly)

    async def scene() -> None:
        courier = Courier(app.database, [sender], app.clock.now, paces={"here": Pace()})
        app.engine.carriers.extend(courier.routes)
        running = asyncio.create_task(courier.run())
        await asyncio.sleep(0.05)
        for word in ("a1", "a2", "a3"):
            await asyncio.to_thread(queue, app, "ana", word)
        await asyncio.wait_for(all_sent.wait(), 10)
        await courier.finish()
        await running

    asyncio.run(scene())
    for who in "ab":
        assert [words for _, words in sender.sent if words[0] == who] == [f"{who}{n}" for n in (1, 2, 3)]


def test_it_looks_no_more_often_for_what_it_has_carried(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = []
    monkeypatch.setattr("schedules.courier.claim", lambda *_: looks.append(1) or [])
    monkeypatch.setattr("schedules.courier.PAUSE", 20.0)
    sender = Platform()

    async def scene() -> None:
        courier = Courier(app.database, [sender], app.clock.now, paces={"here": Pace()})
        app.engine.carriers.extend(courier.routes)
        running = asyncio.create_task(courier.run())
        await asyncio.sleep(0.1)
        before = len(looks)
        for who in "abcdef":
            await asyncio.to_thread(queue, app, who, "one")
            await asyncio.sleep(0.05)
        assert len(looks) == before
        await courier.finish()
        await running

    asyncio.run(scene())
    assert len(sender.sent) == 6


def test_it_looks_seldom_while_there_is_nothing_to_find(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = []
    monkeypatch.setattr("schedules.courier.claim", lambda *_: looks.append(1) or [])

    async def scene() -> None:
        courier = Courier(app.database, [Platform()], app.clock.now)
        running = asyncio.create_task(courier.run())
        await asyncio.sleep(0.5)
        seen = len(looks)
        await courier.finish()
        await running
        assert 1 <= seen <= 4

    asyncio.run(scene())


def test_conversations_of_one_place_share_its_pace(app: App, bag: Bag) -> None:
    """As the threads of a channel do."""

    def work(uow: UnitOfWork) -> None:
        for thread in ("a", "b", "c"):
            place = conversation_of(uow.session, uow.workspace_id, "here", "", "room", thread, private=False)
            for word in ("1", "2"):
                payload = {"reply": {"headline": thread + word, "lines": []}, "buttons": [], "to": None}
                enqueue(
                    uow, place, word, payload, member_id=None, change_set_id=None, replaces=None, key=None
                )

    app.engine.work(work)
    assert len(bag.given) == bag.at_once


def test_one_whose_turn_is_far_off_is_not_waited_for_under_its_lease(app: App) -> None:
    app.clock.set(START)
    sender = Platform()

    async def scene() -> None:
        paces = {"here": Pace(private=((1, 3600.0),))}
        courier = Courier(app.database, [sender], app.clock.now, paces=paces)
        route = courier.routes[0]
        route.pacer.book("ana", private=True)
        route.pacer.resting = list  # type: ignore[method-assign]  # as if it were booked right after the claim
        queue(app, "ana", "one")
        assert await route._start() == 1
        await asyncio.gather(*route._tasks)
        assert (route._in_hand, route._arrived) == (0, 0)

    asyncio.run(scene())
    assert (sender.sent, states(app), attempts(app)) == ([], ["pending"], [0])


def test_nothing_is_sent_to_a_place_that_was_told_to_wait_meanwhile(app: App) -> None:
    app.clock.set(START)
    sender = Platform()

    async def scene() -> None:
        courier = Courier(app.database, [sender], app.clock.now, paces={"here": Pace(private=((1, 0.2),))})
        route = courier.routes[0]
        route.pacer.book("ana", private=True)
        route.pacer.resting = list  # type: ignore[method-assign]  # as if it were booked right after the claim
        queue(app, "ana", "one")
        await route._start()
        await asyncio.sleep(0.05)
        route.pacer.rest("ana", 60)
        await asyncio.gather(*route._tasks)

    asyncio.run(scene())
    assert (sender.sent, states(app)) == ([], ["pending"])


def test_a_message_is_settled_even_if_nobody_can_be_told_of_its_reader(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    app.clock.set(START)

    def gone(_: Delivery) -> None:
        raise Unreachable("gone")

    def broken(_: Delivery) -> None:
        raise LookupError

    async def scene() -> None:
        courier = Courier(app.database, [Platform(gone)], app.clock.now, unreachable=broken)
        queue(app, "ana", "one", "two")
        await courier.finish()
        assert courier.routes[0]._in_hand == 0

    asyncio.run(scene())
    assert states(app) == ["dead", "dead"]
    assert "nobody was told" in caplog.text
