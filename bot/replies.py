"""A message that replies to another: what that one spoke of is what "it" means here, and what it said is what "this" says."""

import re
from dataclasses import dataclass, replace

from bot.dialogue import State, interrupted
from bot.incoming import Incoming, Quoted
from bot.interpret import Understanding
from handlers.context import Focus
from handlers.reply import Reply
from handlers.turn import Call
from nlp.pronouns import is_pronoun
from nlp.text import fold
from storage.outbox import payload_of
from storage.queries.buttons import Button, buttons_of
from storage.queries.messages import answer_to, message_at
from storage.tables import Conversation
from storage.unit_of_work import UnitOfWork

_POINTING = re.compile(r"\bthis\b|[这這]", re.IGNORECASE)
_LEAD = re.compile(r"^(?:from|about|out of|of) ", re.IGNORECASE)
SAYING = {"task.add": "title", "reminder.add": "text", "ticket.open": "title", "activity.log": "text"}
TITLE = 80  # letters of the first line that stand for a message


@dataclass(frozen=True)
class Answered:
    """The answer of ours that a message goes on from, with its buttons."""

    reply: Reply
    buttons: tuple[Button, ...]


def in_focus(
    state: State, uow: UnitOfWork, conversation: Conversation, quoted: Quoted | None
) -> tuple[State, Answered | None]:
    """Where a talk stands when it goes on from an answer of ours that is replied to; and that answer."""
    if quoted is None or (quoted.root and state.recent):
        return state, None
    said = _answered(uow, conversation, quoted)
    return (_from(state, said) if said else state), said


def _answered(uow: UnitOfWork, conversation: Conversation, quoted: Quoted) -> Answered | None:
    """Our message that is replied to, or the one with which we answered that of a person."""
    message = message_at(uow, conversation, quoted.event_id)
    ours = answer_to(uow, message) if message else None
    payload = payload_of(uow, ours) if ours else None
    if ours is None or payload is None:
        return None
    return Answered(_meant(Reply.from_json(payload["reply"]), quoted), tuple(buttons_of(uow, ours)))


def _meant(reply: Reply, quoted: Quoted) -> Reply:
    """A reply that speaks first of what is named in the part of it that was picked out."""
    if not quoted.part:
        return reply
    named = (m for m in (*reply.listing, *reply.mentions) if fold(m.name) in fold(quoted.text))
    return replace(reply, mentions=(*named, *reply.mentions))


def _from(state: State, said: Answered) -> State:
    """Its records are in focus. What is asked, and what was done last, is something else unless that was said there."""
    focus = Focus(list(state.recent), list(state.listed))
    focus.mention(said.reply.mentions)
    found: dict[str, object] = {"recent": focus.recent, "listed": list(said.reply.listing) or state.listed}
    if state.last_change_set not in [b.turn.get("change_set") for b in said.buttons]:
        found |= {"last": None, "last_change_set": None}
    asked = Reply.from_json(state.last_reply).headline if state.last_reply else None
    return (state if said.reply.headline == asked else interrupted(state)).model_copy(update=found)


def button_said(said: Answered, text: str, understood: Understanding | None) -> Button | None:
    """The button of that answer that the words stand for: its label, or a word for undo."""
    turn = understood.heard.turn if understood else None
    undo = turn is not None and (turn.control == "undo" or [c.name for c in turn.calls] == ["undo"])
    return next(
        (
            b
            for b in said.buttons
            if fold(b.label) == fold(text.strip()) or (undo and b.turn.get("control") == "undo")
        ),
        None,
    )


def filled(understood: Understanding, quoted: Quoted) -> Understanding:
    """What was understood, with the words of somebody's message where "this" stands for them or nothing does."""
    turn = understood.heard.turn
    if not quoted.text or quoted.origin is None or turn is None:
        return understood
    calls = tuple(_filled(c, quoted.text) for c in turn.calls)
    heard = replace(understood.heard, turn=turn.model_copy(update={"calls": calls}))
    return replace(understood, heard=heard)


def _filled(call: Call, text: str) -> Call:
    slot = SAYING.get(call.name)
    if slot is None:
        return call
    said = str(call.slots.get(slot) or "")
    theirs = text if call.name == "activity.log" else title_of(text)
    if not said or is_pronoun(_LEAD.sub("", said)):
        return call.fill(slot, theirs)
    return call.fill(slot, f"{said}: {theirs}") if _POINTING.search(said) else call


def title_of(text: str) -> str:
    """A message by its first line."""
    first = text.strip().split("\n")[0]
    return first if len(first) <= TITLE else first[: TITLE - 1].rstrip() + "…"


def brought(incoming: Incoming, key: str) -> Incoming | None:
    """A reply of which we do not know what it wants with a message, as if it had brought that message along."""
    quoted = incoming.quotes
    if quoted is None or quoted.origin is None or not quoted.text:
        return None
    if key != "not_understood" and not _POINTING.search(incoming.text):
        return None
    return replace(incoming, text=quoted.text, origin=quoted.origin, files=())
