"""The page over HTTP: what is said is answered once, over a connection that may break at any time."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.page.serving import Person, Serving, headline


def test_a_sentence_is_answered(serving: Serving) -> None:
    ana = serving.person("Ana")
    assert ana.welcome.startswith("You are Ana")
    ana.say("add Dana Whitfield from Acme")
    said, answer = ana.hear(2)
    assert (said["who"], said["text"]) == ("me", "add Dana Whitfield from Acme")
    assert headline(answer) == "Added Dana Whitfield."
    assert answer["buttons"][0]["label"] == "Undo"


def test_a_button_is_pressed_once_and_says_so(serving: Serving) -> None:
    ana = serving.person("Ana")
    undo = ana.ask("add Dana Whitfield from Acme")["buttons"][0]
    assert not undo["used"]
    ana.say(press=undo["token"])
    said, answer = ana.hear(2)
    assert (said["text"], said["press"], said["used"]) == ("Undo", undo["token"], [undo["token"]])
    assert headline(answer).startswith("Took back")
    again = ana.ask(press=undo["token"])
    assert headline(again) == "That button was already used."
    shown = [b for m in ana.messages() for b in m.get("buttons", ()) if b["token"] == undo["token"]]
    assert [b["used"] for b in shown] == [True]


def test_one_button_answers_a_question_for_all_of_them(serving: Serving) -> None:
    ana = serving.person("Ana")
    asked = ana.ask("remind me about the tax forms")["buttons"]
    ana.say(press=asked[1]["token"])
    said, _ = ana.hear(2)
    assert said["press"] == asked[1]["token"]
    assert set(said["used"]) == {b["token"] for b in asked}


def test_a_message_sent_again_counts_once(serving: Serving) -> None:
    ana = serving.person("Ana")
    same = uuid4().hex
    assert [ana.say("add a task: send the quote", id=same).json()["new"] for _ in range(3)] == [
        True,
        False,
        False,
    ]
    assert headline(ana.hear(2)[-1]).startswith("Added task #1")
    assert "#2" in headline(ana.ask("add a task: call Dana"))


def test_nothing_is_lost_or_doubled_when_the_connection_breaks(serving: Serving) -> None:
    ana = serving.person("Ana")
    for i in range(12):
        ana.say(f"add a task: polish item {i}")
    heard = [ana.hear(count) for count in (1, 4, 2, 7, 3, 7)]
    whole = [m for part in heard for m in part]
    assert [m["number"] for m in whole] == list(range(2, 26))
    assert [m["text"] for m in whole if m["who"] == "me"] == [
        f"add a task: polish item {i}" for i in range(12)
    ]
    assert len({m["id"] for m in whole}) == 24
    assert [m["id"] for m in ana.messages(after=1)] == [m["id"] for m in whole]


def test_a_page_open_over_a_restart_goes_on_where_it_was(serving: Serving) -> None:
    ana = serving.person("Ana")
    ana.ask("add a task: send the quote")
    open_page = ana.stream(headers={"Last-Event-ID": str(ana.place - 1)})
    next(open_page)
    place, cookies = ana.place, dict(ana.client.cookies)
    serving.server.should_exit = True  # the open stream must not hold it up
    assert list(open_page) == []
    serving.stop()
    again = Serving(serving.app, serving.port)
    try:
        back = Person(again.client(), place)
        back.client.cookies.update(cookies)
        assert headline(back.ask("undo")).startswith("Took back")
    finally:
        again.stop()


def test_two_pages_show_the_same(serving: Serving) -> None:
    desk = serving.person("Ana")
    phone = serving.person("Ana")
    desk.say("add Dana Whitfield from Acme")
    phone.say("who is Dana?")
    desk.hear(4)
    assert [m["id"] for m in phone.hear(4)] == [m["id"] for m in desk.messages(after=1)]


def test_a_list_turns_its_page_in_place(serving: Serving) -> None:
    ana = serving.person("Ana")
    for i in range(7):
        ana.ask(f"add a task: polish item {i}")
    first = ana.ask("what's on my plate")
    second = ana.ask(press=next(b["token"] for b in first["buttons"] if b["label"] == "More"))
    assert second["replaces"] == first["id"]
    assert len(second["lines"]) == 2


def test_a_button_is_for_whom_it_was_made(serving: Serving) -> None:
    ana, eve = serving.person("Ana"), serving.person("Eve", "viewer")
    undo = ana.ask("add Dana Whitfield from Acme")["buttons"][0]["token"]
    eve.say(press=undo)
    said, answer = eve.hear(2)
    assert said["text"] == ""
    assert headline(answer) == "That button is for someone else."
    assert headline(ana.ask("who is Dana?")).startswith("Dana Whitfield")


def test_history_comes_in_pieces(serving: Serving) -> None:
    ana = serving.person("Ana")
    for i in range(30):
        ana.say(f"add a task: polish item {i}")
    ana.hear(60)
    newest = ana.messages()
    assert [m["place"] for m in newest] == list(range(12, 62))
    assert [m["place"] for m in ana.messages(before=12)] == list(range(1, 12))


def test_a_reminder_comes_to_the_open_page(serving: Serving) -> None:
    ana = serving.person("Ana")
    ana.ask("remind me in 10 minutes to call Dana")
    serving.app.clock.set(serving.app.clock.now() + timedelta(minutes=11))
    serving.app.tick()
    assert headline(ana.hear(1)[0]) == "Reminder: call Dana"


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"id": "short"},
        {"id": "a" * 32, "text": "x" * 100_001},
        {"id": "a" * 32, "files": ["nonsense"]},
        {"id": "a" * 32, "press": "x" * 65},
        {"id": "../../../../etc/passwd"},
    ],
)
def test_what_is_malformed_is_refused_and_nothing_kept(serving: Serving, said: dict[str, Any]) -> None:
    ana = serving.person("Ana")
    assert 400 <= ana.client.post("/say", json=said).status_code < 500
    assert len(ana.messages()) == 1
    assert ana.client.post("/say", content=b"\xff{").status_code == 422
