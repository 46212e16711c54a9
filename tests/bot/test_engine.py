"""Exactly once, in order, and nothing half-written."""

import asyncio
import threading
from datetime import timedelta

import pytest
from sqlmodel import select

from bot.app import App, build
from bot.incoming import Incoming, Sender
from bot.reception import Reception
from handlers import contacts
from storage.find import Scope
from storage.queries.duplicates import Pair, duplicates
from storage.queries.people import speaker_of
from storage.tables import Contact, Inbox, InboxState, Message, Outbox, Task
from storage.unit_of_work import UnitOfWork
from tests.plugin import settings_for
from tests.transcript import Player, Step


def message(text: str, event_id: str, who: str = "Ana", place: str | None = None) -> Incoming:
    sender = Sender(who.casefold(), who)
    return Incoming("console", event_id, sender, place or who.casefold(), text, vouched=True)


def say(app: App, text: str, event_id: str, who: str = "Ana") -> bool:
    conversation, new = app.engine.accept(message(text, event_id, who))
    app.engine.handle(conversation)
    return new


def titles(app: App) -> list[str]:
    return app.database.read(lambda s: [t.title for t in s.exec(select(Task).order_by(Task.number))])


def answers(app: App) -> list[str]:
    query = select(Message).where(Message.direction == "out").order_by(Message.id)
    return app.database.read(lambda s: [m.text for m in s.exec(query)])


def test_one_message_delivered_twice_takes_effect_once(app: App) -> None:
    assert say(app, "add a task: water the plants", "e1")
    assert not say(app, "add a task: water the plants", "e1")
    assert titles(app) == ["water the plants"]
    assert len(answers(app)) == 1


def test_messages_of_a_conversation_are_answered_in_order(app: App) -> None:
    for i in range(5):
        conversation, _ = app.engine.accept(message(f"add a task: number {i}", f"e{i}"))
    assert app.engine.handle(conversation) == 5
    assert titles(app) == [f"number {i}" for i in range(5)]


def test_conversations_side_by_side(app: App) -> None:
    def talk(who: str) -> None:
        for i in range(5):
            say(app, f"add a task: {who} {i}", f"{who}-{i}", who)

    say(app, "hi", "first")
    roles = {"Bea": "sales", "Cy": "sales", "Di": "sales"}
    for who, role in roles.items():
        sender = Sender(who.casefold(), who, role=role)
        conversation, _ = app.engine.accept(
            Incoming("console", f"join-{who}", sender, who.casefold(), "hi", vouched=True)
        )
        app.engine.handle(conversation)
    threads = [threading.Thread(target=talk, args=(who,)) for who in roles]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = titles(app)
    assert len(done) == 15
    for who in roles:
        assert [t for t in done if t.startswith(who)] == [f"{who} {i}" for i in range(5)]


def test_two_workers_on_one_conversation_do_not_double(app: App) -> None:
    for i in range(8):
        conversation, _ = app.engine.accept(message(f"add a task: number {i}", f"e{i}"))
    threads = [threading.Thread(target=app.engine.handle, args=(conversation,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert titles(app) == [f"number {i}" for i in range(8)]


def test_what_was_accepted_is_answered_after_a_restart(app: App) -> None:
    app.engine.accept(message("add a task: survive", "e1"))
    app.engine.recover()
    assert titles(app) == ["survive"]


def test_a_message_that_fails_leaves_nothing_but_a_reference(app: App, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    say(app, "hi", "e0")
    monkeypatch.setattr("handlers.tasks._tell", broken)
    say(app, "add a task: fail", "e1")
    assert titles(app) == []
    assert "reference" in answers(app)[-1]
    states = app.database.read(lambda s: [r.state for r in s.exec(select(Inbox).order_by(Inbox.id))])
    assert states == [InboxState.DONE, InboxState.FAILED]
    monkeypatch.undo()
    say(app, "add a task: work", "e2")
    assert titles(app) == ["work"]


def test_a_message_that_kills_the_process_is_given_up_after_some_starts(app: App) -> None:
    app.engine.accept(message("add a task: poison", "e1"))
    app.engine.handle = lambda _: 0  # type: ignore[method-assign] - as if the process died each time
    for _ in range(4):
        app.engine.recover()
    state = app.database.read(lambda s: s.exec(select(Inbox.state)).one())
    assert state == InboxState.FAILED
    assert titles(app) == []


def test_a_failing_part_of_a_message_takes_the_rest_back(player: Player) -> None:
    answered = player.play(Step("ana> add Dana from Acme and give task 99 to Bob", 1))
    assert any("99" in a for a in answered)
    rows = player.console.app.database.read(lambda s: s.exec(select(Contact)).all())
    assert rows == []


def test_a_stranger_is_answered_and_gets_nothing(app: App) -> None:
    say(app, "add a task: secret plan", "e1")
    stranger = Incoming("slack", "x1", Sender("U1", "Mallory"), "U1", "what tasks are there")
    conversation, _ = app.engine.accept(stranger)
    app.engine.handle(conversation)
    assert "secret" not in answers(app)[-1]
    assert app.engine.read(lambda uow: speaker_of(uow, "slack", "", "U1")) is None


def test_undo_withdraws_what_has_not_been_sent(app: App) -> None:
    say(app, "hi", "a0")
    bob = Incoming("console", "b0", Sender("bob", "Bob", role="sales"), "bob", "hi", vouched=True)
    conversation, _ = app.engine.accept(bob)
    app.engine.handle(conversation)
    say(app, "Bob should clean up", "a1")
    say(app, "undo", "a2")
    assert "will not be sent" in answers(app)[-1]
    withdrawn = app.database.read(
        lambda s: [o.state for o in s.exec(select(Outbox)) if o.state == "withdrawn"]
    )
    assert len(withdrawn) == 1


def test_a_question_survives_a_restart(database_url: str) -> None:
    before = build(settings_for(database_url))
    Player(before).play(Step("ana> remind me to water the plants", 1))
    before.close()
    after = build(settings_for(database_url))
    answered = Player(after).play(Step("ana> tonight", 1))
    after.close()
    assert answered[0] == "| I will remind you today 20:00: water the plants."


NOW = timedelta(0)


def test_what_a_dead_process_left_is_handled_by_another_and_given_up_in_the_end(app: App) -> None:
    """A message that kills whoever handles it is not handed on for ever."""
    conversation, _ = app.engine.accept(message("add a task: poison", "e1"))
    assert app.engine.left_behind([], timedelta(seconds=1)) == ([], [])
    assert app.engine.left_behind([conversation], NOW) == ([], [])
    assert app.engine.left_behind([], NOW) == ([conversation], [])
    app.engine.handle = lambda _: 0  # type: ignore[method-assign] - as if the process died each time
    for _ in range(3):
        app.engine.handle_again(conversation)
        assert app.engine.left_behind([], NOW) == ([], [conversation])
    app.engine.handle_again(conversation)
    states = app.database.read(lambda s: list(s.exec(select(Inbox.state))))
    assert states == [InboxState.FAILED]


def test_a_message_that_only_waited_is_never_given_up(app: App) -> None:
    """Processes come and go, killed by something else: nobody has begun with it."""
    conversation, _ = app.engine.accept(message("add a task: survive", "e1"))
    for _ in range(9):
        assert app.engine.left_behind([], NOW) == ([conversation], [])
    app.engine.handle_again(conversation)
    assert titles(app) == ["survive"]


def test_a_reception_handles_what_was_left_behind(app: App) -> None:
    app.engine.accept(message("add a task: survive", "e1"))

    async def scene() -> None:
        reception = Reception(app.engine)
        await reception._look_around(NOW)
        await reception.drain()

    asyncio.run(scene())
    assert titles(app) == ["survive"]


def test_others_write_while_duplicates_are_looked_for(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes long is read beside the one thread that writes; each question has its own answer."""
    say(app, "add Dana Whitfield from Acme", "e1")
    say(app, '/contact add "Dana Whitfield" company:Acme allow', "e2")
    looks: list[int] = []

    def slow(uow: UnitOfWork, scope: Scope) -> list[Pair]:
        looks.append(len(looks))
        say(app, "add a task: water the plants", f"meanwhile-{len(looks)}", "Bea")
        return duplicates(uow, scope)

    monkeypatch.setattr(contacts, "duplicates", slow)
    conversation, _ = app.engine.accept(message("/contact duplicates", "e3"))
    app.engine.accept(message("/contact duplicates", "e4"))
    assert app.engine.handle(conversation) == 2
    assert looks == [0, 1]
    assert titles(app) == ["water the plants"] * 2
