"""Where a conversation stands, and the one pure step from there."""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, Field

from handlers.reply import Mention
from handlers.turn import Call, Turn, Value


class Pending(BaseModel):
    """A question that waits for its answer: for a slot, among choices, or for a yes.

    `alternatives` are the turns behind the numbered choices.
    """

    kind: Literal["ask", "choose", "confirm"]
    turn: Turn
    slot: str | None = None
    at: int = 0
    optional: bool = False
    resumed: bool = False
    alternatives: list[tuple[str, Turn]] = Field(default_factory=list)


class State(BaseModel):
    """One person's talk in one conversation; kept in the database between messages.

    `unmet` are names, by kind, that were said and led to no more than guesses; `figure` is the one that was shown last,
    and `figure_type` the kind of activities that it was of.
    """

    pending: Pending | None = None
    suspended: list[Pending] = Field(default_factory=list)
    recent: list[Mention] = Field(default_factory=list)
    listed: list[Mention] = Field(default_factory=list)
    listing: Turn | None = None
    page: int = 0
    last: Turn | None = None
    last_change_set: str | None = None
    last_reading: dict[str, Any] = Field(default_factory=dict)
    last_reply: dict[str, Any] | None = None
    language: str | None = None
    unmet: dict[str, str] = Field(default_factory=dict)
    figure: str | None = None
    figure_type: str | None = None


@dataclass(frozen=True)
class Heard:
    """What a message can be taken for: a turn of its own, an answer to what is pending, or both.

    `sure` says that the turn may run without asking; `corrects` holds new values by the kind of slot.
    """

    turn: Turn | None = None
    sure: bool = True
    answer: Value | None = None
    answer_sure: bool = False
    choice: int | None = None
    corrects: dict[str, Value] | None = None
    guesses: tuple[Turn, ...] = ()
    explicit: bool = False


@dataclass(frozen=True)
class Run:
    """Run these calls; `amends` is the change set to take back first."""

    turn: Turn
    amends: str | None = None


@dataclass(frozen=True)
class Tell:
    """Say something about the conversation itself."""

    key: str
    guesses: tuple[Turn, ...] = ()


@dataclass(frozen=True)
class AskAgain:
    """Repeat the pending question."""

    pending: Pending


Action = Run | Tell | AskAgain


def step(state: State, heard: Heard) -> tuple[State, Action]:
    """What to do with what was heard, and where that leaves the conversation. Pure."""
    if heard.explicit and heard.turn is not None:
        return _explicit(state, heard.turn)
    pending = state.pending
    if heard.turn is not None and heard.turn.control:
        return _control(state, heard.turn)
    if pending is not None and (taken := _taken(pending, heard)) is not None:
        if taken.control:
            return _control(state, taken)
        return state.model_copy(update={"pending": None}), Run(taken)
    if heard.corrects and (corrected := _corrected(state, heard.corrects)) is not None:
        return state.model_copy(update={"pending": None}), corrected
    if heard.turn is None or not heard.sure:
        kept = (
            pending if pending is not None and pending.kind == "ask" else None
        )  # a tap may not reach far back
        own = (heard.turn,) if heard.turn else ()
        tell = Tell("did_you_mean" if own else "not_understood", (*own, *heard.guesses))
        return state.model_copy(update={"pending": kept}), tell
    return interrupted(state), Run(heard.turn)


def _explicit(state: State, turn: Turn) -> tuple[State, Action]:
    """A press or a slash command needs no interpretation; it answers what is pending when it continues it."""
    if turn.control:
        return _control(state, turn)
    pending = state.pending
    if pending is not None and _continues(pending.turn, turn):
        return state.model_copy(update={"pending": None}), Run(turn)
    return interrupted(state), Run(turn)


def _continues(pending: Turn, turn: Turn) -> bool:
    return [c.name for c in pending.calls] == [c.name for c in turn.calls]


def interrupted(state: State) -> State:
    """Something else in the middle: the open question waits, and is asked again afterwards."""
    if state.pending is None:
        return state
    waiting = [state.pending] if state.pending.kind == "ask" and not state.pending.resumed else []
    return state.model_copy(update={"pending": None, "suspended": [*state.suspended, *waiting][-3:]})


def _taken(pending: Pending, heard: Heard) -> Turn | None:
    """The pending turn completed by what was heard, if it is an answer."""
    if heard.choice is not None and 0 <= heard.choice < len(pending.alternatives):
        return pending.alternatives[heard.choice][1]
    if pending.kind == "ask" and pending.slot and heard.answer is not None:
        alone = heard.turn is None or not heard.sure
        if heard.answer_sure or alone:
            return filled(pending.turn, pending.at, pending.slot, heard.answer)
    return None


def filled(turn: Turn, at: int, slot: str, value: Value) -> Turn:
    """The turn with one slot of its call number `at` filled."""
    calls = tuple(c.fill(slot, value) if i == at else c for i, c in enumerate(turn.calls))
    return turn.model_copy(update={"calls": calls})


def _control(state: State, turn: Turn) -> tuple[State, Action]:
    pending = state.pending
    match turn.control:
        case "confirm" if pending and pending.kind == "confirm":
            return state.model_copy(update={"pending": None}), Run(pending.turn)
        case "confirm" if pending and pending.kind == "choose" and len(pending.alternatives) == 1:
            return state.model_copy(update={"pending": None}), Run(pending.alternatives[0][1])
        case "cancel" if pending is None and not state.suspended and state.last_change_set:
            return state, Run(turn)
        case "confirm" | "deny" | "skip" | "cancel" if pending is None and not state.suspended:
            return state, Tell("nothing_pending")
        case "skip" if pending and pending.kind == "ask" and pending.optional and pending.slot:
            return state.model_copy(update={"pending": None}), Run(
                filled(pending.turn, pending.at, pending.slot, "-")
            )
        case "cancel" | "deny" | "skip":
            return state.model_copy(update={"pending": None, "suspended": []}), Tell("canceled")
        case "confirm" if pending:
            return state, AskAgain(pending)
        case _:
            return state, Run(turn)


def _corrected(state: State, values: dict[str, Value]) -> Run | None:
    """The last turn again with other values: its change set is taken back first."""
    source = state.pending.turn if state.pending and state.pending.turn.calls else state.last
    if source is None:
        return None
    calls: list[Call] = list(source.calls)
    changed = False
    for i, call in enumerate(calls):
        for slot, value in values.items():
            if slot in call.slots or slot in CORRECTABLE.get(call.name, ()):
                calls[i] = calls[i].fill(slot, value)
                changed = True
    if not changed:
        return None
    turn = source.model_copy(update={"calls": tuple(calls), "confirmed": None})
    return Run(turn, amends=None if state.pending else state.last_change_set)


CORRECTABLE: dict[str, tuple[str, ...]] = {
    "task.add": ("due", "assignee", "contact", "priority"),
    "reminder.add": ("when", "assignee"),
    "reminder.snooze": ("when",),
    "activity.log": ("when", "contact", "company"),
}


def resumed(state: State) -> tuple[State, Pending | None]:
    """After an interruption is over: the question to come back to, if any."""
    if state.pending is not None or not state.suspended:
        return state, None
    *rest, last = state.suspended
    last = last.model_copy(update={"resumed": True})
    return state.model_copy(update={"pending": last, "suspended": rest}), last
