"""What is to be sent leaves once, whoever sends it and whoever dies of it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from bot.app import App
from schedules.delivery import CannotSend, deliver
from storage.inbox import conversation_of
from storage.outbox import ATTEMPTS, LAST_RETRY, LEASE, Delivery, claim, clock_of, enqueue, failed, sent
from storage.tables import Message, Outbox
from storage.unit_of_work import UnitOfWork
from tests.transcript import START

HERE = ["here"]


def queue(app: App, words: str, key: str | None = None, platform: str = "here") -> None:
    def work(uow: UnitOfWork) -> None:
        place = conversation_of(uow.session, uow.workspace_id, platform, "", "ana", "", private=True)
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
    sent(post.database, delivery, "a-1")
    assert (row(post).state, row(post).lease_until, external_ids(post)) == ("sent", None, ["a-1"])
    run_out(post)
    assert get(post, START + timedelta(days=30)) == []


def test_messages_come_oldest_first_and_of_the_asked_platforms_alone(post: App) -> None:
    queue(post, "elsewhere", platform="there")
    queue(post, "again")
    assert [d.payload["reply"] for d in get(post)] == ["hello", "again"]


def test_not_before_its_time(post: App) -> None:
    assert get(post, START - timedelta(seconds=1)) == []
    assert len(get(post)) == 1


def test_a_fenced_off_worker_marks_nothing(post: App) -> None:
    (slow,) = get(post)
    run_out(post)
    (quick,) = get(post)
    sent(post.database, slow, "slow-1")
    assert row(post).state == "sending"
    failed(post.database, slow, START)
    assert row(post).state == "sending"
    sent(post.database, quick, "quick-1")
    sent(post.database, slow, "slow-2")
    failed(post.database, slow, START)
    assert row(post).state == "sent"


def test_a_fenced_off_worker_leaves_the_messages_id_alone(post: App) -> None:
    (slow,) = get(post)
    run_out(post)
    (quick,) = get(post)
    sent(post.database, quick, "quick-1")
    sent(post.database, slow, "slow-1")
    assert external_ids(post) == ["quick-1"]


def test_what_failed_waits_twice_as_long_each_time_and_is_given_up_in_the_end(post: App) -> None:
    now, waits = START, []
    for attempt in range(1, ATTEMPTS + 1):
        (delivery,) = get(post, now)
        assert delivery.attempts == attempt
        again = failed(post.database, delivery, now)
        assert again == (attempt < ATTEMPTS)
        if again:
            waits.append((row(post).not_before - now).total_seconds())
            assert get(post, row(post).not_before - timedelta(milliseconds=1)) == []
            now = row(post).not_before
    assert waits[:4] == [2, 4, 8, 16]
    assert max(waits) == waits[-1] == LAST_RETRY
    assert row(post).state == "dead"
    assert get(post, now + timedelta(days=1)) == []


def test_a_platform_says_when_to_come_back(post: App) -> None:
    (delivery,) = get(post)
    assert failed(post.database, delivery, START, retry_after=37)
    assert row(post).not_before == START + timedelta(seconds=37)


def test_a_key_is_there_once(post: App) -> None:
    queue(post, "the ninth", key="reminder:9")
    with pytest.raises(IntegrityError):
        queue(post, "the ninth again", key="reminder:9")
    assert [d.payload["reply"] for d in get(post)] == ["hello", "the ninth"]


def test_delivery_goes_on_after_a_message_that_cannot_be_sent(post: App) -> None:
    queue(post, "bad")
    queue(post, "good")
    seen: list[str] = []

    def send(delivery: Delivery) -> str:
        seen.append(delivery.payload["reply"])
        if delivery.payload["reply"] == "bad":
            raise CannotSend("not today")
        return f"x-{len(seen)}"

    assert deliver(post.database, {"here": send}, lambda: START) == 2
    assert seen == ["hello", "bad", "good"]
    assert deliver(post.database, {"here": send}, lambda: START) == 0
    assert deliver(post.database, {"here": send}, lambda: START + timedelta(seconds=2)) == 0
    assert seen == ["hello", "bad", "good", "bad"]
    assert external_ids(post) == ["x-1", None, "x-3"]


def test_a_sender_that_breaks_holds_nothing_else_up(post: App) -> None:
    queue(post, "good")

    def send(delivery: Delivery) -> str:
        if delivery.payload["reply"] == "hello":
            raise ConnectionResetError
        return "x-2"

    try:
        deliver(post.database, {"here": send}, lambda: START)
    except ConnectionResetError:
        deliver(post.database, {"here": send}, lambda: START)
    assert external_ids(post) == [None, "x-2"]
