"""From what came in to what it can be taken for: a press, a slash command, or words."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot import slash
from bot.dialogue import Heard, Pending, State
from bot.incoming import Incoming
from bot.narrowing import narrowed
from bot.pointing import pointed
from handlers.capability import SlotSpec, Spec
from handlers.turn import Call, Turn, Value
from nlp.lexicon import fields_of
from nlp.names import looks_named, name_like
from nlp.parser import Parser
from nlp.pronouns import is_pronoun, ordinal
from nlp.reading import Context as ParseContext
from nlp.reading import Parse, Reading
from nlp.slots import TOLD_AS_PAST
from nlp.text import clean, detect, fold
from nlp.values import TIME_KINDS, field_value, merged, mostly_time, value, wholly_time
from storage.queries.buttons import Button, by_label, by_token, is_stale
from storage.tables import Conversation, Member
from storage.unit_of_work import UnitOfWork

_THE_ONE = re.compile(r"^(?:the )?(.+?)(?: one|的|那个|那位)?$")
_NUMBER = re.compile(r"#?(\d{1,2})[.)]?")
_TELLING = ("reminder.log",)  # what came of something is told in the words that would log it
_TEXT_KINDS = ("text", "title", "value", "topic", "tag", "tags", "field")
_NAME_KINDS = ("name", "contact", "company", "member", "task", "reminder", "deal", "ticket")
NAME_WORDS = 3
_CONVERSATION = ("confirm", "deny", "cancel", "skip", "repeat", "human", "next", "previous")

log = logging.getLogger(__name__)


class CannotPress(Exception):
    """A press that may not or no longer be; `key` is the sentence that says so."""

    def __init__(self, key: str, show: Turn | None = None) -> None:
        super().__init__(key)
        self.key, self.show = key, show


@dataclass
class Understanding:
    """What was heard, and what `why` will say about it."""

    heard: Heard
    reading: dict[str, Any] = field(default_factory=dict)
    language: str | None = None
    impossible: str | None = None
    too_long: int = 0
    used: Button | None = None


@dataclass
class Interpreter:
    """Turns an incoming message into what the dialogue steps on."""

    specs: Mapping[str, Spec]
    parser: Parser

    def press(
        self, incoming: Incoming, uow: UnitOfWork, member: Member, conversation: Conversation
    ) -> Understanding:
        """What a button says. Raises `CannotPress`."""
        button = _button(incoming, uow, member, conversation)
        turn = Turn.model_validate(button.turn)
        names = [c.name for c in turn.calls] or [str(turn.control)]
        acts = not all(self._reads(c) for c in turn.calls) or not turn.calls
        if acts and button.is_used:
            raise CannotPress("button.used")
        if acts:
            button.use(uow.now)
        if is_stale(uow, button):
            raise CannotPress("stale", _show(button, self.specs))
        return Understanding(
            Heard(turn=turn, explicit=True),
            {"via": "press", "text": button.label, "commands": [{"name": n} for n in names]},
            used=button if acts else None,
        )

    def _reads(self, call: Call) -> bool:
        spec = self.specs.get(call.name)
        return spec is not None and not spec.undoable

    def slash(self, text: str, context: ParseContext) -> Understanding:
        """A slash command. Raises `Invalid`."""

        def normalise(slot: SlotSpec, said: str, call: Call) -> Value | None:
            return self._value(slot, said, call, context)

        turn = slash.parse(clean(text), self.specs, normalise)
        commands = [{"name": c.name, "sources": {k: str(v) for k, v in c.slots.items()}} for c in turn.calls]
        return Understanding(
            Heard(turn=turn, explicit=True), {"via": "slash", "text": text, "commands": commands}
        )

    def fill(self, call: Call, slot: str, said: str, context: ParseContext) -> Call:
        """A call with one slot filled by what was said or typed for it. Raises `Invalid`."""
        spec = self.specs[call.name]
        return slash.put(spec, call, slot, clean(said), lambda s, words, c: self._value(s, words, c, context))

    def _value(self, slot: SlotSpec, said: str, call: Call, context: ParseContext) -> Value | None:
        if slot.kind == "value":
            return field_value(str(call.slots.get("field", "")), said, context, call.name)
        if slot.kind == "field":
            return fields_of(fold(said), slot.choices)
        return value(slot.kind, said, context, slot.choices)

    def words(self, text: str, state: State, context: ParseContext, *, quotes: bool = False) -> Understanding:
        """An ordinary sentence, an answer to what is pending, or a correction; "this" may be what it `quotes`."""
        heard = narrowed(self.parser.parse(text, context))
        parse = pointed(heard, state, self.specs, quotes=quotes)
        language = detect(text, state.language) if any(c.isalpha() for c in text) else None
        reading = _explained(parse) if parse.best else {}
        return Understanding(self._heard(parse, state, context), reading, language, parse.impossible)

    def _heard(self, parse: Parse, state: State, context: ParseContext) -> Heard:
        pending = state.pending
        asked = pending is not None and bool(pending.turn.calls)  # else no more than buttons are shown
        if pending is None and (listed := self._listed(parse.text, state)):
            return Heard(turn=listed)
        if parse.control == "correct":
            return self._corrected(parse, state, context)
        if parse.control in _CONVERSATION and not _is_answer_word(parse, pending):
            return Heard(turn=_moved(parse.control, state), explicit=False)
        best = parse.best
        if best is None and not asked and (later := self._put_off(parse.text, state, context)):
            return Heard(turn=later, sure=True)
        if (
            best is None
            and not asked
            and state.last
            and state.last_change_set
            and wholly_time(parse.text)
            and not _of_list(parse.text)
        ):
            return Heard(corrects=self._new_values(state.last, parse.text, context) or None)
        turn = (
            Turn(calls=tuple(Call(name=c.name, slots=dict(c.slots)) for c in best.commands)) if best else None
        )
        answer, sure = (
            self._answer(parse, pending, context, turn)
            if pending and pending.kind == "ask"
            else (None, False)
        )
        return Heard(
            turn=turn,
            sure=parse.decision == "run",
            answer=answer,
            answer_sure=sure,
            choice=_choice(parse.text, pending),
            guesses=tuple(_turn(r) for r in (parse.readings[1:] if best else parse.readings)[:3]),
        )

    def _put_off(self, text: str, state: State, context: ParseContext) -> Turn | None:
        """A time alone, after a reminder: then it is to come again."""
        spoken = state.recent[0] if state.recent else None
        if spoken is None or spoken.kind != "reminder" or not wholly_time(text) or _of_list(text):
            return None
        if state.last and state.last_change_set and any("reminder." in c.name for c in state.last.calls):
            return None  # it corrects what was just said
        when = value("delay", text, context)
        slots: dict[str, Value] = {"reminder": f"id:{spoken.id}", "when": when or ""}
        return Turn(calls=(Call(name="reminder.snooze", slots=slots),)) if when else None

    def _listed(self, text: str, state: State) -> Turn | None:
        """A number or "the second one" after a list: the card of that record."""
        number, said = _NUMBER.fullmatch(text.strip()), text.strip(" .!?。！？")
        place = int(number[1]) - 1 if number else ordinal(said)
        if place is None or not state.listed or (number and place >= len(state.listed)):
            return None
        if not -len(state.listed) <= place < len(state.listed):
            kind = state.listed[0].kind
            return self._shown(kind, said) or _looked_up(said)
        record = state.listed[place]
        return self._shown(record.kind, f"id:{record.id}") or _looked_up(record.name)

    def _shown(self, kind: str, which: str) -> Turn | None:
        name = f"{kind}.show"
        if name not in self.specs:
            return None
        return Turn(calls=(Call(name=name, slots={kind: which}),))

    def _answer(
        self, parse: Parse, pending: Pending, context: ParseContext, turn: Turn | None
    ) -> tuple[Value | None, bool]:
        """The value that the message gives for the slot that was asked for, and whether it can be nothing else."""
        call = pending.turn.calls[pending.at]
        slot = self.specs[call.name].slots[str(pending.slot)]
        found = self._value(slot, parse.text, call, context)
        if found is None or (slot.kind in _NAME_KINDS and not _can_be_name(parse.text)):
            return None, False
        if slot.kind in TIME_KINDS:
            return (found, wholly_time(parse.text)) if mostly_time(parse.text) else (None, False)
        if slot.kind in _TEXT_KINDS or slot.kind in _NAME_KINDS:
            said = {c.name for c in turn.calls} if turn else set()
            same = (
                {call.name} if slot.kind == "field" else set()
            )  # the name of a field alone may read as the edit
            return found, said <= {"find", *same, *(("activity.log",) if call.name in _TELLING else ())}
        return found, True

    def _corrected(self, parse: Parse, state: State, context: ParseContext) -> Heard:
        """ "No, I meant 4pm": new values for the slots of the last turn that they can be values of."""
        times = wholly_time(parse.rest)
        if times and (guessed := self._guessed(parse.rest, state, context)):
            return Heard(turn=guessed)
        source = state.pending.turn if state.pending and state.pending.turn.calls else state.last
        if source is not None and times and (values := self._new_values(source, parse.rest, context)):
            return Heard(corrects=values)
        rest = self.parser.parse(parse.rest, context)
        turn = (
            Turn(calls=tuple(Call(name=c.name, slots=dict(c.slots)) for c in rest.best.commands))
            if rest.best
            else None
        )
        if turn and [c.name for c in turn.calls] == ["find"]:
            turn = None
        if source is not None and turn is None and (values := self._new_values(source, parse.rest, context)):
            return Heard(corrects=values)
        if turn is None and (later := self._put_off(parse.rest, state, context)):
            return Heard(turn=later)
        if turn is None:
            return self._plainly(parse.text, context)
        return Heard(
            turn=turn, sure=rest.decision == "run", guesses=tuple(_turn(r) for r in rest.readings[:3])
        )

    def _guessed(self, said: str, state: State, context: ParseContext) -> Turn | None:
        """The best of the guesses that stand open, at the time that is said now; what was done before is not meant."""
        if state.pending is None or state.pending.turn.calls or not state.pending.alternatives:
            return None
        _, best = state.pending.alternatives[0]
        new = self._new_values(best, said, context)
        takes = [{s: v for s, v in new.items() if s in self.specs[c.name].slots} for c in best.calls]
        calls = (Call(name=c.name, slots={**c.slots, **t}) for c, t in zip(best.calls, takes, strict=True))
        return Turn(calls=tuple(calls)) if new else None

    def _plainly(self, text: str, context: ParseContext) -> Heard:
        """A sentence that only began like a correction: "no answer from Mary"."""
        parse = self.parser.parse(text, context, controls=False)
        turn = _turn(parse.best) if parse.best else None
        return Heard(
            turn=turn, sure=parse.decision == "run", guesses=tuple(_turn(r) for r in parse.readings[:3])
        )

    def _new_values(self, source: Turn, said: str, context: ParseContext) -> dict[str, Value]:
        kinds = self._kinds_of(said, context)
        found: dict[str, Value] = {}
        for call in source.calls:
            for slot in self.specs[call.name].slots.values() if call.name in self.specs else ():
                old = call.slots.get(slot.name)
                new = kinds.get(slot.kind)
                if new is not None and slot.kind == "moment" and call.name in TOLD_AS_PAST:
                    new = field_value("when", said, context, "activity.edit")
                if slot.kind == "value" and old is not None:
                    new = field_value(str(call.slots.get("field")), said, context, call.name)
                if new is None or slot.name in found:
                    continue
                found[slot.name] = (
                    merged(str(old), said, str(new), context)
                    if slot.kind in ("moment", "delay") and old
                    else new
                )
        return found

    def _kinds_of(self, said: str, context: ParseContext) -> dict[str, Value]:
        """By kind of slot, what a few words can be a value of; a time can be nothing else."""
        for kind in ("moment", "email", "priority", "activity_type"):
            if (found := value(kind, said, context)) and (kind != "email" or "@" in said):
                return {kind: found}
        known = {k.kind: said for k in context.lookup(said) if k.end - k.start >= len(said) - 1}
        if known or not looks_named(said) or len(said.split()) > NAME_WORDS:
            return dict(known)
        return {"contact": said, "member": said}


def _looked_up(name: str) -> Turn:
    """What has no card of its own is found by its name."""
    return Turn(calls=(Call(name="find", slots={"text": name}),))


def _of_list(text: str) -> bool:
    """Whether words can only be a place in a list: "the second one", and not "the 2nd"."""
    return ordinal(text) is not None and not any(c.isdigit() for c in text)


def _can_be_name(text: str) -> bool:
    return text.lstrip("#").isdigit() or is_pronoun(text) or ordinal(text) is not None or name_like(text)


def _button(incoming: Incoming, uow: UnitOfWork, member: Member, conversation: Conversation) -> Button:
    if incoming.press:
        button = by_token(uow, incoming.press)
    else:
        button = by_label(
            uow, member.id, incoming.press_label or "", conversation=conversation, within=incoming.press_in
        )
    if button is None:
        raise CannotPress("button.unknown")
    if button.keyboard.member_id not in (None, member.id):
        log.warning("somebody else's button was refused")
        raise CannotPress("button.not_yours")
    if button.keyboard.expires_at <= uow.now:
        raise CannotPress("button.expired")
    return button


def _show(button: Button, specs: Mapping[str, Spec]) -> Turn | None:
    """The card of the record as it is now, where it has one."""
    if button.record is None or (name := f"{button.record[0]}.show") not in specs:
        return None
    return Turn(calls=(Call(name=name, slots={button.record[0]: f"id:{button.record[1]}"}),))


def _is_answer_word(parse: Parse, pending: Pending | None) -> bool:
    """Whether a word of the conversation is rather one of the choices ("no" for a contact called No)."""
    return pending is not None and any(fold(label) == fold(parse.text) for label, _ in pending.alternatives)


def _moved(control: str, state: State) -> Turn:
    """A move in the conversation; more and back turn the pages of the last list."""
    if control in ("next", "previous") and state.listing is not None:
        step = 5 if control == "next" else -5
        return state.listing.model_copy(update={"offset": max(0, state.page + step), "replace": False})
    return Turn(control=control)


def _choice(text: str, pending: Pending | None) -> int | None:
    """The number of the choice that a message names: "2", "the second one", or its label."""
    if pending is None or not pending.alternatives:
        return None
    folded = fold(text)
    labels = [fold(label) for label, _ in pending.alternatives]
    if folded in labels:
        return labels.index(folded)
    if pending.kind != "choose":
        return None
    if number := _NUMBER.fullmatch(text.strip()):
        return int(number[1]) - 1 if int(number[1]) > 0 else None
    place = ordinal(text)
    if place is not None:
        return place if place >= 0 else len(labels) - 1
    folded = _THE_ONE.sub(r"\1", folded).strip()
    parts = [i for i, label in enumerate(labels) if folded and folded in label]
    return parts[0] if len(parts) == 1 else None


def _turn(reading: Reading) -> Turn:
    return Turn(calls=tuple(Call(name=c.name, slots=dict(c.slots)) for c in reading.commands))


def _explained(parse: Parse) -> dict[str, Any]:
    commands = [
        {"name": c.name, "rule": c.rule, "sources": {k: v for k, v in c.sources.items() if v}}
        for c in (parse.best.commands if parse.best else ())
    ]
    return {"via": "words", "text": parse.text, "commands": commands}
