"""What pointing words mean, by where the talk stands."""

from bot.dialogue import Pending, State
from bot.execute import Outcome
from bot.pointing import noted, pointed
from handlers.registry import specs
from handlers.reply import Line, Mention, Reply
from handlers.turn import Call, Turn
from nlp.reading import Parse, Reading, Said

SPECS = specs()
NOTHING = Reply(Line())


def parse(text: str, *said: Said) -> Parse:
    return Parse(text, "en", "run", (Reading(said, 0.99),))


def meant(state: State, text: str, said: Said) -> Said:
    return pointed(parse(text, said), state, SPECS).readings[0].commands[0]


def offered(*turns: Turn) -> Outcome:
    return Outcome(
        NOTHING, Pending(kind="choose", turn=Turn(), alternatives=[(str(i), t) for i, t in enumerate(turns)])
    )


def test_her_is_who_was_named_in_a_message_that_led_to_guesses_alone() -> None:
    state = State(recent=[Mention("contact", "1", "Tim Krause")])
    guess = Turn(
        calls=(Call(name="contact.add", slots={"name": "Marie Curie", "company": "Café Morgenrot"}),)
    )
    noted(state, Turn(), offered(guess))
    edit = Said("contact.edit", {"contact": "her", "field": "email", "value": "m@morgenrot.example"})
    assert meant(state, "her email is m@morgenrot.example", edit).slots["contact"] == "Marie Curie"


def test_what_was_done_makes_her_whoever_was_spoken_of() -> None:
    state = State(recent=[Mention("contact", "1", "Tim Krause")], unmet={"contact": "Marie Curie"})
    noted(
        state,
        Turn(calls=(Call(name="contact.show", slots={"contact": "Tim Krause"}),)),
        Outcome(NOTHING, ran=True),
    )
    assert (
        meant(state, "tag her", Said("contact.tag", {"contact": "her", "tags": ["VIP"]})).slots["contact"]
        == "her"
    )


def test_a_pronoun_among_the_guesses_names_nobody() -> None:
    state = State()
    noted(state, Turn(), offered(Turn(calls=(Call(name="activity.log", slots={"contact": "she"}),))))
    assert state.unmet == {}


def test_this_is_the_figure_that_was_shown_last() -> None:
    state = State()
    shown = Turn(
        calls=(Call(name="report.show", slots={"metric": "won", "period": "2026-03-01/2026-04-01"}),)
    )
    noted(state, shown, Outcome(NOTHING, ran=True))
    guessed = Said(
        "report.subscribe", {"metric": "contacts", "repeat": "FREQ=WEEKLY;BYDAY=MO"}, {"metric": ""}
    )
    assert meant(state, "send me this every monday", guessed).slots["metric"] == "won"
    said = Said(
        "report.subscribe", {"metric": "tickets", "repeat": "FREQ=WEEKLY;BYDAY=MO"}, {"metric": "tickets"}
    )
    assert meant(state, "send me the tickets every monday", said).slots["metric"] == "tickets"


def test_a_question_that_goes_on_is_about_the_same_figure() -> None:
    state = State(figure="win_rate")
    last_month = Said(
        "report.show", {"metric": "contacts", "period": "2026-02-01/2026-03-01"}, {"metric": ""}
    )
    assert meant(state, "and last month?", last_month).slots["metric"] == "win_rate"
    for other in (
        "how many customers came last month",
        "and how many customers came last month",
        "那上个月来了多少客户呢",
    ):
        assert meant(state, other, last_month).slots["metric"] == "contacts"


def test_it_is_a_task_though_a_stranger_was_named() -> None:
    state = State(recent=[Mention("task", "3", "call the printer")])
    noted(state, Turn(), offered(Turn(calls=(Call(name="activity.log", slots={"contact": "Priya Raman"}),))))
    assert meant(state, "mark it as done", Said("task.done", {"task": "it"})).slots["task"] == "it"
    noted(state, Turn(), offered(Turn(calls=(Call(name="deal.show", slots={"deal": "Hanse"}),))))
    assert (
        meant(state, "move it", Said("deal.move", {"deal": "it", "stage": "proposal"})).slots["deal"]
        == "Hanse"
    )


def test_her_is_nobody_that_is_no_person() -> None:
    state = State(recent=[Mention("deal", "7", "20 lamps")])
    said = Said("reminder.add", {"text": "her", "contact": "her", "when": "2026-03-06"})
    assert meant(state, "remind me about her on friday", said).slots["text"] == "her"


def test_a_reminder_about_it_says_what_it_is_and_belongs_to_it() -> None:
    state = State(recent=[Mention("deal", "7", "20 lamps")])
    said = meant(
        state, "remind me about it on friday", Said("reminder.add", {"text": "it", "when": "2026-03-06"})
    )
    assert said.slots == {"text": "20 lamps", "deal": "id:7", "when": "2026-03-06"}
