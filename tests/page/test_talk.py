"""The page over HTTP: what is said is answered once, over a connection that may break at any time."""

from uuid import uuid4

from tests.page.serving import Serving, headline


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
    assert (said["text"], said["pressed"], said["used"]) == ("Undo", True, undo["token"])
    assert headline(answer).startswith("Took back")
    again = ana.ask(press=undo["token"])
    assert headline(again) == "That button was already used."
    shown = [b for m in ana.messages() for b in m.get("buttons", ()) if b["token"] == undo["token"]]
    assert [b["used"] for b in shown] == [True]


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
