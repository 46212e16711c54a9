"""Where a talk stands and where it goes from there: every move as a row, and none that raises."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue import AskAgain, Heard, Pending, Run, State, Tell, resumed, step
from handlers.turn import Call, Turn
from tests.transcript import Player, Step


def turn(name: str, **slots: str) -> Turn:
    return Turn(calls=(Call(name=name, slots=slots),))


REMIND = turn("reminder.add", text="call Dana")
REMINDED = turn("reminder.add", text="call Dana", when="2026-03-03")
TASK = turn("task.add", title="paint")
FIND = turn("find", text="Dana")
DELETE = Turn(calls=(Call(name="contact.delete", slots={"contact": "Bob"}),), confirmed="seal")
FIRST, SECOND = turn("contact.show", contact="id:1"), turn("contact.show", contact="id:2")

ASK = Pending(kind="ask", turn=REMIND, slot="when", alternatives=[("Tonight", REMINDED), ("Monday", TASK)])
ASK_OPTIONAL = Pending(kind="ask", turn=TASK, slot="due", optional=True)
CHOOSE = Pending(kind="choose", turn=FIND, alternatives=[("Dana W", FIRST), ("Dana O", SECOND)])
ONE = Pending(kind="choose", turn=FIND, alternatives=[("Dana W", FIRST)])
CONFIRM = Pending(kind="confirm", turn=DELETE)


def said(control: str) -> Heard:
    return Heard(turn=Turn(control=control))  # type: ignore[arg-type]


def asked(pending: Pending | None = None, *suspended: Pending, **more: Any) -> State:
    return State(pending=pending, suspended=list(suspended), **more)


NOTHING = State()
TABLE: dict[str, tuple[State, Heard, State, object]] = {
    # with nothing open
    "a command runs": (NOTHING, Heard(turn=TASK), NOTHING, Run(TASK)),
    "a doubtful one is shown": (
        NOTHING,
        Heard(turn=TASK, sure=False, guesses=(FIND,)),
        NOTHING,
        Tell("did_you_mean", (TASK, FIND)),
    ),
    "nothing understood": (NOTHING, Heard(guesses=(FIND,)), NOTHING, Tell("not_understood", (FIND,))),
    "a number with nothing to choose from": (NOTHING, Heard(choice=0), NOTHING, Tell("not_understood")),
    **{
        f"{word} with nothing open": (NOTHING, said(word), NOTHING, Tell("nothing_pending"))
        for word in ("confirm", "deny", "cancel", "skip")
    },
    "undo is run": (NOTHING, said("undo"), NOTHING, Run(Turn(control="undo"))),
    # asked for a slot
    "an answer fills the slot": (
        asked(ASK),
        Heard(answer="2026-03-03", answer_sure=True),
        NOTHING,
        Run(REMINDED),
    ),
    "an answer that reads as a command as well": (
        asked(ASK),
        Heard(turn=FIND, answer="2026-03-03", answer_sure=True),
        NOTHING,
        Run(REMINDED),
    ),
    "a possible answer loses to a sure command": (
        asked(ASK),
        Heard(turn=TASK, answer="paint", answer_sure=False),
        asked(None, ASK),
        Run(TASK),
    ),
    "a possible answer wins over a doubtful command": (
        asked(ASK),
        Heard(turn=TASK, sure=False, answer="2026-03-03"),
        NOTHING,
        Run(REMINDED),
    ),
    "an answer by its button's label": (asked(ASK), Heard(choice=0), NOTHING, Run(REMINDED)),
    "skip leaves an optional slot empty": (
        asked(ASK_OPTIONAL),
        said("skip"),
        NOTHING,
        Run(turn("task.add", title="paint", due="-")),
    ),
    "skip drops what cannot do without": (asked(ASK), said("skip"), NOTHING, Tell("canceled")),
    "yes to an open question asks it again": (asked(ASK), said("confirm"), asked(ASK), AskAgain(ASK)),
    "cancel drops the question": (asked(ASK), said("cancel"), NOTHING, Tell("canceled")),
    "cancel drops what waits as well": (
        asked(ASK, ASK_OPTIONAL),
        said("cancel"),
        NOTHING,
        Tell("canceled"),
    ),
    "not understood takes a yes away": (asked(CONFIRM), Heard(), NOTHING, Tell("not_understood")),
    "not understood keeps the question": (asked(ASK), Heard(), asked(ASK), Tell("not_understood")),
    # choices
    "the first by number": (asked(CHOOSE), Heard(choice=0), NOTHING, Run(FIRST)),
    "the second by number": (asked(CHOOSE), Heard(choice=1), NOTHING, Run(SECOND)),
    "a number beyond the choices": (asked(CHOOSE), Heard(choice=2), NOTHING, Tell("not_understood")),
    "yes to the only choice": (asked(ONE), said("confirm"), NOTHING, Run(FIRST)),
    "yes to several": (asked(CHOOSE), said("confirm"), asked(CHOOSE), AskAgain(CHOOSE)),
    "none of them": (asked(CHOOSE), said("deny"), NOTHING, Tell("canceled")),
    "another command drops the choice": (asked(CHOOSE), Heard(turn=TASK), NOTHING, Run(TASK)),
    # a yes
    "yes": (asked(CONFIRM), said("confirm"), NOTHING, Run(DELETE)),
    "no": (asked(CONFIRM), said("deny"), NOTHING, Tell("canceled")),
    "another command takes the yes away": (asked(CONFIRM), Heard(turn=TASK), NOTHING, Run(TASK)),
    # interruption
    "a command in the middle": (asked(ASK), Heard(turn=TASK), asked(None, ASK), Run(TASK)),
    "and another": (
        asked(ASK_OPTIONAL, ASK),
        Heard(turn=TASK),
        asked(None, ASK, ASK_OPTIONAL),
        Run(TASK),
    ),
    "the oldest of many is forgotten": (
        asked(ASK, ASK_OPTIONAL, ASK, ASK),
        Heard(turn=TASK),
        asked(None, ASK, ASK, ASK),
        Run(TASK),
    ),
    "cancel while a question waits": (asked(None, ASK), said("cancel"), NOTHING, Tell("canceled")),
    # presses and slash commands
    "a press that answers": (asked(ASK), Heard(turn=REMINDED, explicit=True), NOTHING, Run(REMINDED)),
    "a press that is about something else": (
        asked(ASK),
        Heard(turn=TASK, explicit=True),
        asked(None, ASK),
        Run(TASK),
    ),
    "a press on cancel": (
        asked(ASK),
        Heard(turn=Turn(control="cancel"), explicit=True),
        NOTHING,
        Tell("canceled"),
    ),
    "a press on undo leaves the question": (
        asked(ASK),
        Heard(turn=Turn(control="undo", change_set="7"), explicit=True),
        asked(ASK),
        Run(Turn(control="undo", change_set="7")),
    ),
}


@pytest.mark.parametrize("what", TABLE)
def test_a_step(what: str) -> None:
    state, heard, after, action = TABLE[what]
    assert step(state, heard) == (after, action)


@pytest.mark.parametrize("choice", [-1, -3])
def test_a_number_below_the_first_is_no_choice(choice: int) -> None:
    assert step(asked(CHOOSE), Heard(choice=choice)) == (NOTHING, Tell("not_understood"))


CANCEL = Turn(control="cancel")
TWIN = Pending(kind="choose", turn=TASK, alternatives=[("Use Dana", FIRST), ("Cancel", CANCEL)])


def test_cancel_said_by_its_label_or_number_is_cancel() -> None:
    assert step(asked(TWIN), Heard(choice=1)) == (NOTHING, Tell("canceled"))


# Corrections


def test_a_correction_runs_the_last_turn_again_in_place_of_what_it_did() -> None:
    state = State(last=REMINDED, last_change_set="7")
    after, action = step(state, Heard(corrects={"when": "2026-03-04"}))
    assert action == Run(turn("reminder.add", text="call Dana", when="2026-03-04"), amends="7")
    assert after == state


def test_a_correction_of_a_slot_that_was_not_said() -> None:
    state = State(last=TASK, last_change_set="7")
    _, action = step(state, Heard(corrects={"assignee": "Bob"}))
    assert action == Run(turn("task.add", title="paint", assignee="Bob"), amends="7")


def test_a_correction_while_asked_takes_nothing_back() -> None:
    ask = Pending(kind="ask", turn=turn("reminder.add", text="call", assignee="Bob"), slot="when")
    state = State(pending=ask, last=TASK, last_change_set="7")
    after, action = step(state, Heard(corrects={"assignee": "Cy"}))
    assert action == Run(turn("reminder.add", text="call", assignee="Cy"))
    assert after.pending is None


def test_a_correction_breaks_the_seal() -> None:
    _, action = step(asked(CONFIRM), Heard(corrects={"contact": "Bo"}))
    assert action == Run(turn("contact.delete", contact="Bo"))


@pytest.mark.parametrize("state", [NOTHING, State(last=FIND, last_change_set="7")])
def test_a_correction_that_fits_nothing_is_not_understood(state: State) -> None:
    assert step(state, Heard(corrects={"when": "2026-03-04"})) == (state, Tell("not_understood"))


def test_a_correction_of_one_of_several_commands() -> None:
    both = Turn(calls=(*TASK.calls, *REMINDED.calls))
    _, action = step(State(last=both, last_change_set="7"), Heard(corrects={"when": "2026-03-04"}))
    assert isinstance(action, Run)
    assert [c.slots for c in action.turn.calls] == [
        {"title": "paint"},
        {"text": "call Dana", "when": "2026-03-04"},
    ]


# Coming back


def again(pending: Pending) -> Pending:
    return pending.model_copy(update={"resumed": True})


def test_the_question_comes_back_after_an_interruption() -> None:
    state, _ = step(asked(ASK), Heard(turn=TASK))
    back, pending = resumed(state)
    assert pending == again(ASK)
    assert back == asked(again(ASK))
    assert resumed(back) == (back, None)


def test_the_question_comes_back_once() -> None:
    state, _ = step(asked(again(ASK)), Heard(turn=TASK))
    assert resumed(state) == (NOTHING, None)


def test_the_newest_of_several_comes_back_first() -> None:
    state, pending = resumed(asked(None, ASK, ASK_OPTIONAL))
    assert pending == again(ASK_OPTIONAL)
    state, _ = step(state, Heard(answer="2026-03-03", answer_sure=True))
    assert resumed(state) == (asked(again(ASK)), again(ASK))


# In whole


def said_by_ana(player: Player, *lines: str) -> str:
    answers: list[str] = []
    for text in lines:
        answers = player.play(Step(f"ana> {text}", 1))
    return answers[0]


TWICE = ("add Dana Whitfield from Acme", "add Dana Whitfield")


@pytest.mark.parametrize("word", ["cancel", "3"])
def test_cancel_at_a_choice_is_told_as_such(player: Player, word: str) -> None:
    assert said_by_ana(player, *TWICE, word) == "| Dropped. Nothing was changed."


def test_nought_is_no_choice(player: Player) -> None:
    said_by_ana(player, *TWICE, "2")
    assert said_by_ana(player, "who's Dana Whitfield") == "| Two people match. Which one?"
    assert "Dana" not in said_by_ana(player, "0")


@pytest.mark.parametrize(("said", "told"), [("1", "Whitfield · Acme"), ("second", "| Dana Whitfield")])
def test_a_choice_by_number_and_place(player: Player, said: str, told: str) -> None:
    said_by_ana(player, *TWICE, "2", "who's Dana Whitfield")
    assert said_by_ana(player, said).endswith(told)


def test_an_interruption_and_back(player: Player) -> None:
    said_by_ana(player, "remind me about the forms")
    answers = player.play(Step("ana> what's on my plate", 1))
    assert "| Back to it: When shall I remind you about the forms?" in answers
    assert said_by_ana(player, "tomorrow at 9") == "| I will remind you tomorrow 09:00: the forms."


# Anything at all

NAMES = ("task.add", "reminder.add", "find", "unheard.of")
slots = st.dictionaries(st.sampled_from(("when", "title", "due", "contact")), st.text(max_size=3), max_size=2)
calls = st.builds(Call, name=st.sampled_from(NAMES), slots=slots)
controls = st.sampled_from([None, "confirm", "deny", "cancel", "skip", "repeat", "undo", "why", "next"])
turns = st.builds(
    Turn,
    calls=st.lists(calls, max_size=2).map(tuple),
    control=controls,
    confirmed=st.none() | st.just("seal"),
)
pendings = st.builds(
    Pending,
    kind=st.sampled_from(("ask", "choose", "confirm")),
    turn=turns,
    slot=st.none() | st.just("when"),
    at=st.integers(0, 2),
    optional=st.booleans(),
    alternatives=st.lists(st.tuples(st.text(max_size=3), turns), max_size=3),
)
states = st.builds(
    State,
    pending=st.none() | pendings,
    suspended=st.lists(pendings, max_size=4),
    last=st.none() | turns,
    last_change_set=st.none() | st.just("7"),
)
heards = st.builds(
    Heard,
    turn=st.none() | turns,
    sure=st.booleans(),
    answer=st.none() | st.text(max_size=3),
    answer_sure=st.booleans(),
    choice=st.none() | st.integers(0, 5),
    corrects=st.none() | slots,
    guesses=st.lists(turns, max_size=2).map(tuple),
    explicit=st.booleans(),
)


@settings(max_examples=400, deadline=None)
@given(states, heards)
def test_no_step_raises_or_changes_what_it_was_given(state: State, heard: Heard) -> None:
    before = state.model_copy(deep=True)
    after, action = step(state, heard)
    assert state == before
    assert step(state, heard) == (after, action)
    assert State.model_validate(after.model_dump(mode="json", exclude_defaults=True)) == after
    if isinstance(action, AskAgain):
        assert after.pending == action.pending == state.pending
    if isinstance(action, Run) and not action.turn.control:
        assert after.pending is None


@settings(max_examples=100, deadline=None)
@given(states)
def test_cancel_always_leaves_nothing_open(state: State) -> None:
    after, action = step(state, said("cancel"))
    assert (after.pending, after.suspended) == (None, [])
    assert isinstance(action, Tell) or (isinstance(action, Run) and action.turn.control == "cancel")


@settings(max_examples=100, deadline=None)
@given(states, turns)
def test_only_a_yes_runs_what_waits_for_one(state: State, told: Turn) -> None:
    """No ordinary sentence may pass for the tap that a destructive thing waits for."""
    if state.pending and state.pending.kind == "confirm" and not told.control and told != state.pending.turn:
        plain = state.model_copy(update={"pending": state.pending.model_copy(update={"alternatives": []})})
        _, action = step(plain, Heard(turn=told, answer="x", answer_sure=True, choice=0))
        assert action == Run(told)
