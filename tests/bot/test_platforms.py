"""What platforms bring along: edited messages, used buttons, forms, and rooms with people in them."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from sqlmodel import col, select

from bot.app import App
from bot.asking import ask
from bot.incoming import Incoming, Sender
from bot.invite import invite
from handlers.turn import Call, Turn
from storage.deliveries import Outcome, claim, settle
from storage.tables import Contact, Conversation, Outbox, Reminder, Task

GRACE = Sender("U1", "Grace", joins=True)
HELLO = Incoming("slack", "e0", GRACE, "U1", "hi", account="T1")
EVENTS = count(1)


def hear(app: App, incoming: Incoming) -> list[dict[str, Any]]:
    """What is queued in answer to a message; it is marked as sent."""
    known = {r.id for r in rows(app)}
    app.engine.handle(
        app.engine.accept(replace(incoming, event_id=incoming.event_id or f"x{next(EVENTS)}"))[0]
    )
    claimed = claim(app.database, ["slack"], app.clock.now(), 50)
    settle(app.database, [Outcome(d, external_id=d.replaces or f"m{next(EVENTS)}") for d in claimed])
    places = app.database.read(lambda s: {c.id: c.external_id for c in s.exec(select(Conversation))})
    return [{**r.payload, "place": places[r.conversation_id]} for r in rows(app) if r.id not in known]


def rows(app: App) -> list[Outbox]:
    return app.database.read(lambda s: list(s.exec(select(Outbox).order_by(col(Outbox.id)))))


def say(app: App, text: str, **more: Any) -> list[dict[str, Any]]:
    return hear(app, replace(HELLO, event_id=more.pop("event_id", ""), text=text, **more))


def press(app: App, answer: dict[str, Any], label: str) -> list[dict[str, Any]]:
    token = next(token for name, token in answer["buttons"] if name == label)
    return say(app, "", press=token)


def headline(payload: dict[str, Any]) -> str:
    return "".join(s["text"] for s in payload["reply"]["headline"]["spans"])


def titles(app: App) -> list[str]:
    return app.database.read(lambda s: [t.title for t in s.exec(select(Task).order_by(col(Task.id)))])


@pytest.fixture
def grace(app: App) -> App:
    app.clock.set(datetime(2026, 3, 2, 9, tzinfo=UTC))
    code = app.engine.work(lambda uow: invite(uow, "owner", "Grace"))
    say(app, f"link {code}")
    return app


def test_the_buttons_of_an_answered_question_go(grace: App) -> None:
    question = say(grace, "remind me about the tax forms")[0]
    answer, marked = press(grace, question, "Tomorrow 9:00")
    assert (marked["buttons"], marked["used"], marked["replaces"] is None) == ([], ["Tomorrow 9:00"], False)
    assert headline(marked) == headline(question)
    assert "already used" in headline(press(grace, question, "Tomorrow 9:00")[0])
    assert len(grace.database.read(lambda s: s.exec(select(Reminder)).all())) == 1
    assert [b[0] for b in answer["buttons"]] == ["Undo"]


def test_other_buttons_of_a_card_stay(grace: App) -> None:
    card = say(grace, "add Dana Whitfield from Acme")[0]
    labels = [b[0] for b in card["buttons"]]
    marked = press(grace, card, "Undo")[-1]
    assert [b[0] for b in marked["buttons"]] == [x for x in labels if x != "Undo"]
    assert marked["used"] == ["Undo"]


def test_an_edit_is_offered_as_a_correction(grace: App) -> None:
    say(grace, "add task send the quote", event_id="m1")
    offer = say(grace, "add task send the offer", event_id="m1/2", edits="m1")[0]
    assert [b[0] for b in offer["buttons"]] == ["Correct it", "Leave it"]
    assert titles(grace) == ["send the quote"]
    press(grace, offer, "Correct it")
    assert titles(grace) == ["send the offer"]
    again = say(grace, "add task send the contract", event_id="m1/3", edits="m1")[0]
    press(grace, again, "Correct it")
    assert titles(grace) == ["send the contract"]


def test_an_edit_that_means_the_same_is_passed_over(grace: App) -> None:
    say(grace, "add task send the quote", event_id="m1")
    assert say(grace, "Add task  send the quote.", event_id="m1/2", edits="m1") == []


def test_an_edit_of_what_did_nothing_is_heard_anew(grace: App) -> None:
    say(grace, "sdfkj qwpoei zzz", event_id="m1")
    say(grace, "add task send the quote", event_id="m1/2", edits="m1")
    assert titles(grace) == ["send the quote"]


def test_a_form_runs_as_it_is(grace: App) -> None:
    turn = Turn(calls=(Call(name="task.add", slots={"title": "send the quote"}),))
    say(grace, "", turn=turn.dump())
    assert titles(grace) == ["send the quote"]


ROOM = {"place": "C1", "private": False, "thread": "1.1"}


def test_a_stranger_in_the_room_sees_no_data(grace: App) -> None:
    say(grace, "add Dana Whitfield from Acme")
    there = say(grace, "who is Dana", **ROOM, present=("U1",))[0]
    assert (there["place"], there["reply"]["private"]) == ("C1", False)
    alone = say(grace, "who is Dana", **ROOM, strangers=True)[0]
    assert (alone["place"], alone["reply"]["private"]) == ("U1", True)


def test_a_colleague_who_may_not_see_it_keeps_it_out_of_the_room(grace: App) -> None:
    say(grace, "my tasks", **ROOM, present=("U1",))
    alone = say(grace, "my tasks", **ROOM, present=("U1", "U2"))[0]  # a viewer sees no others' tasks
    assert alone["place"] == "U1"


def test_a_question_asked_in_private_is_answered_there(grace: App) -> None:
    question = say(grace, "remind me about the tax forms", **ROOM, strangers=True)[0]
    assert question["place"] == "U1"
    assert "tomorrow 09:00" in headline(say(grace, "tomorrow 9am")[0])


def test_a_name_opens_nobody_elses_account(grace: App) -> None:
    imposter = Sender("U9", "Grace", joins=True)
    refused = say(grace, "delete contact Dana", sender=imposter, place="U9")[0]
    assert "viewer" in headline(refused)


def test_a_guest_has_no_role_even_with_a_code(grace: App) -> None:
    code = grace.engine.work(lambda uow: invite(uow, "admin"))
    guest = Sender("U7", "Guest", barred=True)
    assert "team" in headline(say(grace, f"link {code}", sender=guest, place="U7")[0])


def test_the_short_road_sees_what_the_speaker_sees(grace: App) -> None:
    say(grace, "add Dana Whitfield from Acme")
    found = ask(grace.engine, HELLO, lambda ctx: [m.id for m in ctx.search(Contact, "Dana")])
    assert found
    assert len(found) == 1
    nobody = replace(HELLO, sender=Sender("U8", "Nobody"))
    assert ask(grace.engine, nobody, lambda ctx: ctx.member.name) is None


def test_what_was_corrected_twice_is_there_once(grace: App) -> None:
    say(grace, "add task send the quote due friday")
    say(grace, "no, thursday")
    say(grace, "no, wednesday")
    assert titles(grace) == ["send the quote"]
