"""A promise to speak up is kept: once, at its time, in the right words, whoever was down meanwhile."""

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from bot.app import App, build
from schedules.ticker import Ticker
from storage.tables import Outbox, Reminder
from tests.plugin import settings_for
from tests.transcript import Player, Step

BERLIN = ZoneInfo("Europe/Berlin")


def say(player: Player, *lines: str) -> str:
    answers: list[str] = []
    for text in lines:
        answers = player.play(Step(text, 1))
    return "\n".join(answers)


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def told(app: App) -> list[tuple[str, str]]:
    """What reminders have said so far: to whom, and in which words."""
    query = select(Outbox).where(col(Outbox.key).like("reminder:%")).order_by(col(Outbox.id))
    rows = app.database.read(lambda s: list(s.exec(query)))
    return [(r.payload["to"], words(r)) for r in rows]


def words(row: Outbox) -> str:
    reply = row.payload["reply"]
    lines = [reply["headline"], *reply["lines"]]
    return "\n".join("".join(span["text"] for span in x["spans"]) for x in lines)


def reminder(app: App) -> Reminder:
    return app.database.read(lambda s: s.exec(select(Reminder)).one())


@contextmanager
def later(url: str, moment: datetime) -> Iterator[App]:
    """The program started anew at another time."""
    app = build(settings_for(url))
    app.clock.set(moment)
    try:
        yield app
    finally:
        app.close()


def test_it_fires_once_at_its_time(player: Player) -> None:
    say(player, "ana> remind me to call Dana tomorrow at 3pm")
    assert say(player, "-- 2026-03-03 14:59") == ""
    assert say(player, "-- 2026-03-03 15:00").split("\n")[0] == "| Reminder: call Dana"
    assert say(player, "-- 2026-03-03 15:01", "-- 2026-03-04 15:00") == ""
    assert told(player.console.app) == [("Ana", "Reminder: call Dana")]
    assert reminder(player.console.app).status == "sent"


def test_ticks_before_and_after_do_nothing_more(player: Player) -> None:
    say(player, "ana> remind me to call Dana tomorrow at 3pm")
    app = player.console.app
    fired = []
    for minutes in (-60, -1, 0, 0, 1, 600):
        app.clock.set(at("2026-03-03T15:00") + timedelta(minutes=minutes))
        fired.append(app.tick())
    assert fired == [0, 0, 1, 0, 0, 0]


def test_what_fell_due_while_the_program_was_down_is_told_late_with_its_time(
    player: Player, database_url: str
) -> None:
    say(player, "ana> remind me to call Dana tomorrow at 3pm")
    player.console.app.close()
    with later(database_url, at("2026-03-05T08:00")) as app:
        assert (app.tick(), app.tick()) == (1, 0)
        ((who, text),) = told(app)
        assert who == "Ana"
        headline, late = text.split("\n")
        assert headline == "Reminder: call Dana"
        assert "Tue 3 Mar, 15:00" in late


def test_a_few_minutes_are_not_called_late(player: Player, database_url: str) -> None:
    say(player, "ana> remind me to call Dana tomorrow at 3pm")
    player.console.app.close()
    with later(database_url, at("2026-03-03T15:04")) as app:
        app.tick()
        assert told(app) == [("Ana", "Reminder: call Dana")]


def test_a_repeating_one_that_was_missed_is_told_once_and_goes_on(player: Player, database_url: str) -> None:
    say(player, "ana> every day at 9 remind me to stretch")
    player.console.app.close()
    with later(database_url, at("2026-03-07T12:00")) as app:
        assert (app.tick(), app.tick()) == (1, 0)
        assert len(told(app)) == 1
        assert reminder(app).due_at == at("2026-03-08T09:00")
        for day in (8, 9):
            app.clock.set(at(f"2026-03-0{day}T09:00"))
            assert (app.tick(), app.tick()) == (1, 0)
        assert [text.count("\n") for _, text in told(app)] == [1, 0, 0]
        assert reminder(app).due_at == at("2026-03-10T09:00")


def test_a_repeating_one_keeps_its_wall_time_over_the_change_of_clocks(player: Player) -> None:
    say(player, "-- 2026-03-27 10:00", "ana> every day at 9 remind me to stretch")
    app, due = player.console.app, []
    for _ in range(4):
        due.append(reminder(app).due_at)
        app.clock.set(due[-1])
        assert app.tick() == 1
    assert [f"{d:%d %H:%M}" for d in due] == ["28 08:00", "29 07:00", "30 07:00", "31 07:00"]


def test_snoozing_one_that_repeats_moves_that_time_alone(player: Player) -> None:
    say(player, "ana> every day at 9 remind me to stretch", "-- 2026-03-03 09:00", "ana> [1 h]")
    assert "Reminder: stretch" in say(player, "-- 2026-03-03 10:00")
    assert say(player, "-- 2026-03-04 08:59") == ""
    assert "Reminder: stretch" in say(player, "-- 2026-03-04 09:00")


@pytest.mark.parametrize("how", ["cancel the reminder about Dana", "undo", "[Undo]"])
def test_what_was_canceled_or_undone_is_silent(player: Player, how: str) -> None:
    say(player, "ana> remind me to call Dana tomorrow at 3pm", f"ana> {how}")
    assert say(player, "-- 2026-03-05 10:00") == ""
    assert told(player.console.app) == []


def test_the_owner_is_told_in_their_language_and_zone(player: Player, database_url: str) -> None:
    say(player, "ana> hi", "-- Wang: sales, zh-Hans, Asia/Shanghai", "wang> 你好")
    say(player, "ana> remind Wang to send the samples tomorrow at 3pm")
    player.console.app.close()
    with later(database_url, at("2026-03-04T09:00", ZoneInfo("Asia/Shanghai"))) as app:
        app.tick()
        ((who, text),) = told(app)
    assert who == "Wang"
    assert "Ana" in text
    assert "send the samples" in text
    assert "提醒" in text
    assert "15:00" in text  # by Wang's own clock


def test_several_at_once_come_in_their_order(player: Player) -> None:
    say(player, "ana> hi", "-- Bob: sales, en", "bob> hi")
    say(player, "ana> remind me tomorrow at 11 to eat", "ana> remind Bob tomorrow at 10 to drink")
    say(player, "ana> remind me tomorrow at 9 to rise")
    app = player.console.app
    app.clock.set(at("2026-03-04T00:00"))
    assert app.tick() == 3
    assert [text.split("\n")[0].rsplit(" ", 1)[1] for _, text in told(app)] == ["rise", "drink", "eat"]


def test_after_a_long_sleep_what_was_missed_comes_in_one_message(player: Player, database_url: str) -> None:
    """A laptop that slept two days: each once, late, with its own time, and the answer can point at one of them."""
    for when, what in (("at 11", "eat"), ("at 12", "drink"), ("at 13", "rest")):
        say(player, f"ana> remind me tomorrow {when} to {what}")
    say(player, "ana> every day at 9 remind me to stretch")
    player.console.app.close()
    with later(database_url, at("2026-03-05T10:00")) as app:
        assert (app.tick(), app.tick()) == (4, 0)
        ((who, text),) = told(app)
        assert who == "Ana"
        assert text.split("\n") == [
            "While I was not running, 4 reminders fell due",
            "1. stretch · Tue 3 Mar, 09:00",
            "2. eat · Tue 3 Mar, 11:00",
            "3. drink · Tue 3 Mar, 12:00",
            "4. rest · Tue 3 Mar, 13:00",
        ]
        again = Player(app)
        app.clock.set(at("2026-03-05T10:00"))
        assert "Moved to today 11:00: drink." in say(again, "ana> snooze the third for an hour")


def test_more_than_one_tick_takes_are_told_by_the_next(player: Player) -> None:
    say(player, "ana> remind me tomorrow at 9 to rise")
    app = player.console.app
    first = reminder(app)

    def copy(uow: object) -> None:
        for _ in range(500):
            values = first.model_dump(exclude={"id"})
            uow.add(Reminder.model_validate(values))  # type: ignore[attr-defined]

    app.engine.work(copy)
    app.clock.set(at("2026-03-04T00:00"))
    assert (app.tick(), app.tick(), app.tick()) == (500, 1, 0)


def test_someone_who_has_joined_and_not_spoken_is_told(player: Player) -> None:
    say(player, "ana> hi", "-- Bob: sales, en", "ana> remind Bob to call Dana tomorrow at 3pm")
    assert "Reminder from Ana" in say(player, "-- 2026-03-03 15:00") or told(player.console.app)


def test_one_who_has_left_is_told_nothing(player: Player) -> None:
    say(player, "-- Bob: sales, en", "bob> remind me to call Dana tomorrow at 3pm")
    app = player.console.app

    def leave(uow: object) -> None:
        from storage.tables import Member  # noqa: PLC0415

        row = uow.first(Member, Member.name == "Bob")  # type: ignore[attr-defined]
        row.status = "removed"
        uow.add(row)  # type: ignore[attr-defined]

    app.engine.work(leave)
    app.clock.set(at("2026-03-03T15:00"))
    app.tick()
    assert told(app) == []
    assert reminder(app).status == "failed"


def test_two_programs_on_one_database_do_not_double(player: Player, database_url: str) -> None:
    say(player, "ana> every day at 9 remind me to stretch", "ana> remind me to call Dana tomorrow at 9am")
    app = player.console.app
    with later(database_url, at("2026-03-03T09:00")) as other:
        for day in (3, 4, 5):
            fired: list[int] = []
            for one in (app, other):
                one.clock.set(at(f"2026-03-0{day}T09:00"))
            threads = [
                threading.Thread(target=lambda one, fired: fired.append(one.tick()), args=(one, fired))
                for one in (app, other, app, other)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(30)
            assert len(fired) == 4
            assert sum(fired) == (2 if day == 3 else 1)
    assert sorted(text for _, text in told(app)) == ["Reminder: call Dana"] + ["Reminder: stretch"] * 3


def test_what_is_bad_for_one_reminder_is_not_bad_for_all(player: Player) -> None:
    """A row that cannot be told, whatever put it there, must not keep the others from being told."""
    say(player, "ana> every day at 9 remind me to stretch")
    app = player.console.app

    def spoil(uow: object) -> None:
        row = uow.first(Reminder)  # type: ignore[attr-defined]
        row.repeat = "FREQ=NEVER"
        uow.add(row)  # type: ignore[attr-defined]

    app.engine.work(spoil)
    say(player, "ana> remind me to call Dana tomorrow at 3pm")
    app.clock.set(at("2026-03-03T15:00"))
    try:
        app.tick()
    except Exception:  # noqa: BLE001 - what is shown is what becomes of the others
        app.tick()
    assert ("Ana", "Reminder: call Dana") in told(app)


def test_the_ticker_ticks_and_stops() -> None:
    ticked = threading.Semaphore(0)
    ticker = Ticker(ticked.release, seconds=0.02)
    ticker.start()
    try:
        assert all(ticked.acquire(timeout=5) for _ in range(3))
    finally:
        ticker.stop()
    while ticked.acquire(blocking=False):
        pass
    assert not ticked.acquire(timeout=0.1)


def test_the_ticker_is_there_when_something_falls_due() -> None:
    """Not at its next second: what was said to be due in a moment is done in that moment."""
    times: list[float] = []
    enough = threading.Event()

    def tick() -> timedelta:
        times.append(time.monotonic())
        if len(times) == 3:
            enough.set()
        return timedelta(seconds=0.1)

    ticker = Ticker(tick, seconds=60)
    ticker.start()
    try:
        assert enough.wait(20)
    finally:
        ticker.stop()
    assert all(later - earlier >= 0.1 for earlier, later in itertools.pairwise(times[:3]))
