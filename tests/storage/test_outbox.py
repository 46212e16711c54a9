"""What is to be sent leaves once, whoever sends it and whoever dies of it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from bot.app import App
from schedules.delivery import LAST_RETRY, PATIENCE, Ambiguous, CannotSend, Refused, after, deliver
from storage.database import clock_of
from storage.deliveries import LEASE, Delivery, Outcome, claim, hand_back, settle
from storage.inbox import conversation_of
from storage.outbox import enqueue
from storage.tables import Message, Outbox
from storage.unit_of_work import UnitOfWork
from tests.transcript import START

HERE = ["here"]


def queue(app: App, words: str, key: str | None = None, platform: str = "here", to: str = "ana") -> None:
    def work(uow: UnitOfWork) -> None:
        place = conversation_of(uow.session, uow.workspace_id, platform, "", to, "", private=True)
        enqueue(
            uow, place, words, {"reply": words}, member_id=None, change_set_id=None, replaces=None, key=key
        )

    app.engine.work(work)


@pytest.fixture
def post(app: App) -> App:
    """One message waits."""
    app.clock.set(START)
    queue(app, "hello")
    return app


def get(app: App, now: datetime = START) -> list[Delivery]:
    return claim(app.database, HERE, now)


def sent(app: App, delivery: Delivery, external_id: str) -> None:
    settle(app.database, [Outcome(delivery, external_id)])


def failed(app: App, delivery: Delivery, now: datetime, error: Exception | None = None) -> Outcome:
    outcome = after(error or CannotSend("not now"), delivery, now)
    settle(app.database, [outcome])
    return outcome


def row(app: App) -> Outbox:
    return app.database.read(lambda s: s.exec(select(Outbox)).one())


def external_ids(app: App) -> list[str | None]:
    return app.database.read(lambda s: list(s.exec(select(Message.external_id).order_by(col(Message.id)))))


def set_row(app: App, **values: Any) -> None:
    app.database.run(lambda s: s.connection().execute(update(Outbox).values(**values)))


def run_out(app: App) -> None:
    """Let every lease have ended a second ago, by the database's clock."""
    now = app.database.run(clock_of)
    set_row(app, lease_until=now - timedelta(seconds=1))


def test_a_claim_is_a_lease_for_a_minute(post: App) -> None:
    (delivery,) = get(post)
    now = post.database.run(clock_of)
    kept = row(post)
    assert (kept.state, kept.attempts, delivery.attempts) == ("sending", 1, 1)
    assert kept.lease_until
    assert LEASE - timedelta(seconds=10) < kept.lease_until - now <= LEASE


def test_a_second_claim_gets_nothing(post: App) -> None:
    assert len(get(post)) == 1
    assert get(post) == []
    assert get(post, START + timedelta(days=1)) == []


def test_a_lease_that_ran_out_is_claimed_again(post: App) -> None:
    (first,) = get(post)
    run_out(post)
    (second,) = get(post)
    assert (second.id, second.attempts) == (first.id, first.attempts + 1)
    assert get(post) == []


def test_what_is_sent_is_not_claimed_again(post: App) -> None:
    (delivery,) = get(post)
    sent(post, delivery, "a-1")
    assert (row(post).state, row(post).lease_until, external_ids(post)) == ("sent", None, ["a-1"])
    run_out(post)
    assert get(post, START + timedelta(days=30)) == []


def test_messages_come_oldest_first_and_of_the_asked_platforms_alone(post: App) -> None:
    queue(post, "elsewhere", platform="there")
    queue(post, "again", to="bob")
    assert [d.payload["reply"] for d in get(post)] == ["hello", "again"]


def test_none_overtakes_an_earlier_one_of_its_conversation(post: App) -> None:
    """However it waits: under a lease, for its next attempt, or under a lease that ran out."""
    queue(post, "second")
    queue(post, "other", to="bob")
    first, other = get(post)
    assert (first.payload["reply"], other.payload["reply"]) == ("hello", "other")
    assert get(post) == []
    again = failed(post, first, START).again
    assert again is not None
    assert get(post) == []
    (retried,) = get(post, again)
    assert retried.payload["reply"] == "hello"
    run_out(post)
    assert {d.payload["reply"] for d in get(post, again)} == {"hello", "other"}
    sent(post, retried, "late")  # fenced off: the message is somebody else's by now
    assert get(post, again) == []


def test_what_was_given_up_lets_the_next_pass(post: App) -> None:
    queue(post, "second")
    (first,) = get(post)
    failed(post, first, START, Refused("never"))
    assert [d.payload["reply"] for d in get(post)] == ["second"]


def test_what_waits_for_its_own_time_holds_nothing_up(post: App) -> None:
    set_row(post, not_before=START + timedelta(hours=8))
    queue(post, "now")
    assert [d.payload["reply"] for d in get(post)] == ["now"]


def test_resting_places_are_passed_over(post: App) -> None:
    queue(post, "to Bob", to="bob")
    claimed = claim(post.database, HERE, START, resting=["ana"])
    assert [d.payload["reply"] for d in claimed] == ["to Bob"]


def test_what_may_have_arrived_is_doubtful_until_it_is_settled(post: App) -> None:
    (first,) = get(post)
    assert not first.doubtful
    run_out(post)
    (second,) = get(post)
    assert second.doubtful
    again = failed(post, second, START, CannotSend("not now")).again
    assert again
    (third,) = get(post, again)
    assert third.doubtful


def test_what_certainly_did_not_arrive_is_not_doubtful_and_a_lost_answer_is(post: App) -> None:
    (delivery,) = get(post)
    again = failed(post, delivery, START, CannotSend("not now")).again
    assert again
    (delivery,) = get(post, again)
    assert not delivery.doubtful
    again = failed(post, delivery, again, Ambiguous()).again
    assert again
    (delivery,) = get(post, again)
    assert delivery.doubtful


def test_handed_back_it_is_as_if_it_had_not_been_claimed(post: App) -> None:
    (delivery,) = get(post)
    hand_back(post.database, [delivery])
    (again,) = get(post)
    assert (again.attempts, again.doubtful) == (1, False)


def test_many_are_marked_at_once_and_each_under_its_own_id(post: App) -> None:
    queue(post, "to Bob", to="bob")
    queue(post, "to Cy", to="cy")
    ana, bob, cy = get(post)
    run_out(post)
    (ana_again, *_) = get(post)
    marked = settle(
        post.database,
        [Outcome(ana, "old"), Outcome(ana_again, "a-1"), Outcome(bob, "b-1"), Outcome(cy, again=START)],
    )
    assert marked == {ana_again.id}  # the others' leases have passed on as well
    assert external_ids(post) == ["a-1", None, None]


def test_not_before_its_time(post: App) -> None:
    assert get(post, START - timedelta(seconds=1)) == []
    assert len(get(post)) == 1


def test_a_fenced_off_worker_marks_nothing(post: App) -> None:
    (slow,) = get(post)
    run_out(post)
    (quick,) = get(post)
    sent(post, slow, "slow-1")
    assert row(post).state == "sending"
    failed(post, slow, START)
    assert row(post).state == "sending"
    sent(post, quick, "quick-1")
    sent(post, slow, "slow-2")
    failed(post, slow, START)
    assert row(post).state == "sent"


def test_a_fenced_off_worker_leaves_the_messages_id_alone(post: App) -> None:
    (slow,) = get(post)
    run_out(post)
    (quick,) = get(post)
    sent(post, quick, "quick-1")
    sent(post, slow, "slow-1")
    assert external_ids(post) == ["quick-1"]


def test_what_failed_waits_longer_each_time_and_is_given_up_in_the_end(post: App) -> None:
    now, waits = START, []
    for attempt in range(1, PATIENCE + 1):
        (delivery,) = get(post, now)
        assert delivery.attempts == attempt
        outcome = failed(post, delivery, now)
        assert (outcome.again is None) == (attempt == PATIENCE)
        if outcome.again:
            waits.append((outcome.again - now).total_seconds())
            assert get(post, outcome.again - timedelta(milliseconds=1)) == []
            now = outcome.again
    for wait, expected in zip(waits, [2, 4, 8, 16], strict=False):
        assert expected * 0.75 <= wait <= expected * 1.25
    assert max(waits) <= LAST_RETRY * 1.25
    assert sum(waits) > timedelta(hours=20).total_seconds()
    assert (row(post).state, row(post).reason) == ("dead", "CannotSend")
    assert get(post, now + timedelta(days=1)) == []


def test_a_platform_says_when_to_come_back(post: App) -> None:
    (delivery,) = get(post)
    assert failed(post, delivery, START, CannotSend("busy", 37)).again == START + timedelta(seconds=37)


def test_a_key_is_there_once(post: App) -> None:
    queue(post, "the ninth", key="reminder:9", to="bob")
    with pytest.raises(IntegrityError):
        queue(post, "the ninth again", key="reminder:9", to="cy")
    assert [d.payload["reply"] for d in get(post)] == ["hello", "the ninth"]


def test_delivery_goes_on_after_a_message_that_cannot_be_sent(post: App) -> None:
    queue(post, "bad", to="bob")
    queue(post, "good", to="cy")
    seen: list[str] = []

    def send(delivery: Delivery) -> str:
        seen.append(delivery.payload["reply"])
        if delivery.payload["reply"] == "bad":
            raise CannotSend("not today")
        return f"x-{len(seen)}"

    assert deliver(post.database, {"here": send}, lambda: START) == 2
    assert seen == ["hello", "bad", "good"]
    assert deliver(post.database, {"here": send}, lambda: START) == 0
    assert deliver(post.database, {"here": send}, lambda: START + timedelta(seconds=3)) == 0
    assert seen == ["hello", "bad", "good", "bad"]
    assert external_ids(post) == ["x-1", None, "x-3"]


def test_a_sender_that_breaks_holds_nothing_else_up(post: App) -> None:
    queue(post, "good", to="bob")

    def send(delivery: Delivery) -> str:
        if delivery.payload["reply"] == "hello":
            raise ConnectionResetError
        return "x-2"

    try:
        deliver(post.database, {"here": send}, lambda: START)
    except ConnectionResetError:
        deliver(post.database, {"here": send}, lambda: START)
    assert external_ids(post) == [None, "x-2"]
