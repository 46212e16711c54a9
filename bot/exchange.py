"""A message of a member and its answer: understood, stepped on, acted on, posted."""

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from bot import bringing, offers, replies
from bot.access import Speaker
from bot.dialogue import AskAgain, Heard, Pending, Run, State, Tell, resumed, step
from bot.execute import Outcome, execute
from bot.guessing import guesses_for, may_name
from bot.hearing import hearing
from bot.interpret import CannotPress, Understanding
from bot.notice import Notice
from bot.pointing import noted
from bot.rooms import move, place
from bot.stops import answer_stop, undo_offered
from handlers.context import Context, Focus
from handlers.errors import Missing, Stopped
from handlers.post import post
from handlers.reply import Button, Reply
from handlers.turn import Call, Turn
from handlers.voice import Voice
from nlp.parser import LONGEST
from nlp.reading import Context as ParseContext
from nlp.text import clean
from storage.journal import append
from storage.points import digest
from storage.queries.buttons import Button as PressedButton
from storage.queries.buttons import by_label, by_token, message_of, use_up
from storage.queries.changes import is_fresh, new_change_set, supersede
from storage.queries.members import members_with
from storage.queries.people import dialogue_of, save_dialogue
from storage.queries.rooms import subject_of
from storage.tables import Audit, ChangeSet, Conversation, Dialogue, Member, Message

if TYPE_CHECKING:
    from bot.talk import Talk

YES, NO = ("👍", "✅", "👌", "🆗"), ("👎", "❌")
PAGE = "web"


class Exchange:
    """A message of a member and its answer, with the state of the talk before and after."""

    def __init__(self, talk: "Talk", speaker: Speaker, kept: UUID, text: str) -> None:
        self.talk, self.uow, self.speaker, self.text, self._kept = talk, talk.uow, speaker, text, kept
        begun = speaker.dialogue
        self.dialogue: Dialogue = begun or dialogue_of(self.uow, talk.conversation.id, speaker.member.id)
        before = State.model_validate(self.dialogue.state)
        self.state, self.goes_on = replies.in_focus(before, self.uow, talk.conversation, talk.incoming.quotes)
        self.voice = talk.voice_for(speaker.member, self.state)
        self.notices: list[Notice] = []
        self.moved: Conversation | None = None
        self.pressed: PressedButton | None = None
        self.ctx = self._context()

    @cached_property
    def change_set(self) -> ChangeSet:
        """Where the changes are kept for undo; most messages make none."""
        member, row = self.speaker.member, self.talk.row
        return new_change_set(self.uow, member.id, inbox_id=row.id, message_id=self._kept)

    def run(self) -> None:
        """Understand, step, act, and post."""
        self.finish(self._outcome())

    def finish(self, outcome: Outcome) -> None:
        """Post what came of it, and keep where the talk stands."""
        reply = self._finished(outcome)
        self._post(reply, outcome)
        if self.pressed:  # after the answer: platforms are slow with two messages at once
            use_up(self.uow, self.pressed)
        self._audit(outcome)
        self._save(outcome, reply)

    # Understanding

    def _outcome(self) -> Outcome:
        try:
            understood = self._understand()
        except CannotPress as refused:
            return self._refused(refused)
        except Stopped as stop:
            return Outcome(answer_stop(stop, Turn(), 0, self.ctx, self.talk.parts.specs)[0])
        if understood is None:
            return Outcome(Reply(self.voice.say("nothing_to_read")))
        self.pressed = understood.used
        understood = offers.carrying(self, understood)
        self.ctx.reading = self.state.last_reading
        before = self.state
        self.state, action = step(self.state, understood.heard)
        if isinstance(action, Run) and action.turn.calls and "why" not in [c.name for c in action.turn.calls]:
            self.state.last_reading = self._reading(action.turn, understood, before)
        return self._act(action, understood, before)

    def _reading(self, turn: Turn, understood: Understanding, before: State) -> dict[str, Any]:
        """What `why` will say: how the message was read, or which question it answered."""
        corrects = understood.heard.corrects or {}
        if turn == understood.heard.turn or (before.pending is None and not corrects):
            return understood.reading
        slots = list(corrects) or ([before.pending.slot] if before.pending and before.pending.slot else [])
        asked = dict.fromkeys(slots, self.text)
        commands = [{"name": c.name, "sources": asked} for c in turn.calls]
        return {"via": understood.reading.get("via", "words"), "text": self.text, "commands": commands}

    def _understand(self) -> Understanding | None:
        incoming, interpreter = self.talk.incoming, self.talk.parts.interpreter
        if incoming.press or incoming.press_label:
            return interpreter.press(incoming, self.uow, self.speaker.member, self.talk.conversation)
        if incoming.turn:
            turn = Turn.model_validate(incoming.turn)
            commands = [{"name": c.name} for c in turn.calls]
            return Understanding(Heard(turn=turn, explicit=True), {"via": "form", "commands": commands})
        if told := bringing.corrected(self, incoming.text):
            return told
        understood = self.read(incoming.text.strip())
        if self.goes_on and (button := replies.button_said(self.goes_on, incoming.text, understood)):
            said = replace(incoming, press=button.token)
            return interpreter.press(said, self.uow, self.speaker.member, self.talk.conversation)
        if incoming.quotes and understood:
            understood = replies.filled(understood, incoming.quotes)
        return bringing.read(self, understood) if incoming.files else understood

    def read(self, text: str) -> Understanding | None:
        """What words say; None where there are none. Raises `Invalid`."""
        interpreter = self.talk.parts.interpreter
        if len(text) > LONGEST:
            return Understanding(Heard(), too_long=len(text))
        if text in YES or text in NO:
            return Understanding(Heard(turn=Turn(control="confirm" if text in YES else "deny")))
        if not any(c.isalnum() for c in clean(text)):
            return None
        if text.startswith(("/", "\uff0f")):
            return interpreter.slash(text, self.hears(text))
        return interpreter.words(text, self.state, self.hears(text), quotes=bool(self.talk.incoming.quotes))

    def hears(self, text: str) -> ParseContext:
        """What a text is read against."""
        return hearing(
            self.ctx, self.talk.parts, text, self.state.listed[0].kind if self.state.listed else None
        )

    def _context(self) -> Context:
        return Context(
            uow=self.uow,
            book=self.talk.parts.book,
            member=self.speaker.member,
            grants=self.speaker.grants,
            voice=self.voice,
            focus=Focus(list(self.state.recent), list(self.state.listed)),
            turn=Turn(),
            notify=self._notify,
            conversation_id=self.talk.conversation.id,
            said=self.text,
            specs=self.talk.parts.specs,
            subject=self._subject(),
            site=self._site(),
            whole_room=self.talk.incoming.begins_thread,
        )

    def _site(self) -> str | None:
        """Where the page is; on the page itself a path becomes a whole link."""
        return "" if self.talk.incoming.platform == PAGE else self.talk.parts.site

    def _subject(self) -> dict[str, UUID]:
        room = self.talk.conversation
        return {} if room.private else subject_of(self.uow, room)

    def _notify(self, member: Member, make: Callable[[Voice], Reply], key: str | None = None) -> None:
        """Queue something for a colleague, in their language and zone."""
        self.notices.append(Notice(member, make, key))

    def _refused(self, refused: CannotPress) -> Outcome:
        notice = self.voice.say(refused.key)
        if refused.show is None:
            return Outcome(Reply(notice, private=True))
        shown = self._run(refused.show)
        return replace(
            shown, reply=replace(shown.reply, headline=self.voice.sentences(notice, shown.reply.headline))
        )

    # Acting

    def _act(self, action: Run | Tell | AskAgain, understood: Understanding, before: State) -> Outcome:
        if isinstance(action, AskAgain):
            return self._run(action.pending.turn)
        if isinstance(action, Tell):
            return self._tell(action, understood)
        if action.turn.control:
            return self._control(action.turn, before)
        if understood.impossible and (stopped := self._impossible(action.turn, understood.impossible)):
            return stopped
        if amends := action.amends or action.turn.change_set:
            return self._amended(action.turn.model_copy(update={"change_set": None}), amends)
        return self._run(action.turn)

    def _run(self, turn: Turn) -> Outcome:
        self.ctx.turn = turn
        return offers.kept(self, turn, execute(turn, self.ctx, self.talk.parts.specs))

    def _impossible(self, turn: Turn, said: str) -> Outcome | None:
        """A day that does not exist was named: ask for another before anything is done."""
        for at, call in enumerate(turn.calls):
            spec = self.talk.parts.specs.get(call.name)
            slots = spec.slots.values() if spec else ()
            slot = next(
                (s.name for s in slots if s.kind in ("moment", "delay") and s.name not in call.slots), None
            )
            if slot:
                self.ctx.turn = turn
                stop = Missing(slot, key="impossible.when", value=said)
                reply, pending = answer_stop(stop, turn, at, self.ctx, self.talk.parts.specs)
                return Outcome(reply, pending)
        return None

    def _amended(self, turn: Turn, change_set: str) -> Outcome:
        """A correction: the last change set is taken back and the turn is run anew, or neither."""
        undone: list[Outcome] = []

        def work() -> Outcome:
            self.ctx.turn = Turn(control="undo", change_set=change_set)
            self.talk.parts.specs["undo"].handler(self.talk.parts.specs["undo"].model(), self.ctx)
            supersede(self.uow, self.change_set, UUID(change_set))
            undone.append(self._run(turn))
            if not undone[0].ran:
                raise Missing("when")
            return undone[0]

        try:
            outcome = self.uow.attempt(work)
        except Stopped as stop:
            if undone:
                return undone[0]
            return Outcome(answer_stop(stop, turn, 0, self.ctx, self.talk.parts.specs)[0])
        corrected = self.voice.sentences(self.voice.say("corrected"), outcome.reply.headline)
        return replace(outcome, reply=replace(outcome.reply, headline=corrected))

    def _control(self, turn: Turn, before: State) -> Outcome:
        match turn.control:
            case "undo":
                undo = Turn(calls=self.talk.parts.calls("undo"), change_set=turn.change_set)
                return self._run(undo)
            case "repeat" if before.last_reply:
                return Outcome(Reply.from_json(before.last_reply))
            case "human":
                able = [m.name for m in members_with(self.uow, "team.write")][:3]
                return Outcome(Reply(self.voice.say("human", who=self.voice.either(list(able)))))
            case "cancel" if is_fresh(self.uow, before.last_change_set):
                undo = Turn(control="undo", change_set=before.last_change_set)
                return Outcome(*undo_offered(undo, self.ctx))
            case _:
                return Outcome(Reply(self.voice.say("nothing_pending")))

    def _tell(self, action: Tell, understood: Understanding) -> Outcome:
        if understood.too_long:
            return Outcome(Reply(self.voice.say("too_long", n=understood.too_long, limit=LONGEST)))
        if action.key not in ("not_understood", "did_you_mean"):
            return Outcome(Reply(self.voice.say(action.key)))
        if not self.goes_on and (brought := replies.brought(self.talk.incoming, action.key)):
            return offers.of(self, brought)
        guessed = guesses_for(action.guesses, self.ctx)
        buttons, name = guessed.buttons, guessed.name
        looked_for = action.key == "not_understood" or (self.text.isascii() and self.text.isalpha())
        if looked_for and not name and (found := self._found()):
            return found
        if not buttons:
            return Outcome(Reply(self.voice.say("not_understood")))
        key = (
            "did_you_mean"
            if action.key == "did_you_mean"
            else "not_understood.about"
            if name
            else "not_understood.guesses"
        )
        alternatives = [(b.label, b.turn) for b in buttons]
        # Nothing of it was taken yet, so there is nothing that a correction could mean.
        pending = Pending(kind="choose", turn=Turn(), alternatives=alternatives)
        prompt = self.voice.say(key, name=name or "")
        return Outcome(Reply(prompt, lines=guessed.lines, buttons=buttons), pending)

    def _found(self) -> Outcome | None:
        """A few words that are no command, or one that is hardly one, may be a name with a typing error, or in pinyin."""
        if not may_name(self.text):
            return None
        outcome = self._run(Turn(calls=(Call(name="find", slots={"text": self.text}),)))
        return outcome if outcome.ran else None

    # Answering

    def _finished(self, outcome: Outcome) -> Reply:
        """The reply with its undo button, and with the question to come back to."""
        reply = outcome.reply
        if undoable := self._undoable(outcome):
            self.change_set.title = reply.title
        changed = self.uow.close(self.change_set if undoable else None)
        if changed and reply.undoable:
            undo = Button(
                self.ctx.voice.label("button.undo"), Turn(control="undo", change_set=str(self.change_set.id))
            )
            reply = replace(reply, buttons=(undo, *reply.buttons)[:4])
        outcome.changed = changed
        if outcome.pending is None and outcome.ran:
            self.state, pending = resumed(self.state)
            if pending is not None:
                reply = self._back_to(reply, pending)
        return reply

    def _undoable(self, outcome: Outcome) -> bool:
        specs = self.talk.parts.specs
        return outcome.ran and any(specs[c].undoable for c in outcome.commands if c in specs)

    def _back_to(self, reply: Reply, pending: Pending) -> Reply:
        asked = self._run(pending.turn)
        if asked.pending is None:
            return reply
        question = self.voice.say("back_to", question=asked.reply.headline)
        return replace(reply, after=(question,), buttons=(*reply.buttons[:1], *asked.reply.buttons)[:4])

    def _post(self, reply: Reply, outcome: Outcome) -> None:
        where, shown = place(self, reply, outcome)
        self.moved = where if where.id != self.talk.conversation.id else None
        post(
            self.uow,
            where,
            shown,
            member=self.speaker.member,
            change_set_id=None,
            replaces=self._pressed_message() if reply.replaces else None,
            asks=outcome.pending is not None,
            share=self._share(outcome.pending),
        )
        for notice in self.notices if outcome.ran else ():
            notice.send(self.uow, self.talk.parts.book, self.change_set.id)

    def _share(self, pending: Pending | None) -> str | None:
        """What the key is called by which the person who is asked for can be picked."""
        if pending is None or pending.kind != "ask" or pending.alternatives:
            return None
        name = pending.turn.calls[pending.at].name
        person = pending.slot == "contact" or (name, pending.slot) == ("contact.add", "name")
        return self.voice.label("button.share") if person else None

    def _pressed_message(self) -> Message | None:
        incoming = self.talk.incoming
        if incoming.press:
            button = by_token(self.uow, incoming.press)
        elif incoming.press_label:
            button = by_label(
                self.uow,
                self.speaker.member.id,
                incoming.press_label,
                conversation=self.talk.conversation,
                within=incoming.press_in,
            )
        else:
            return None
        return message_of(self.uow, button) if button else None

    def _audit(self, outcome: Outcome) -> None:
        if not outcome.commands:
            return
        append(
            self.uow.session,
            Audit,
            workspace_id=self.uow.workspace_id,
            at=self.uow.now,
            member_id=self.speaker.member.id,
            command=",".join(outcome.commands),
            outcome="done" if outcome.ran else outcome.stop,
            records=[m.id for m in outcome.reply.mentions],
            digest=digest(self.uow.workspace, self.text),
            change_set_id=self.change_set.id if outcome.changed else None,
        )

    def _save(self, outcome: Outcome, reply: Reply) -> None:
        state, focus = self.state, self.ctx.focus
        focus.mention(outcome.reply.mentions)
        state.pending = outcome.pending or state.pending
        state.recent = focus.recent
        if outcome.reply.listing:
            state.listed = list(outcome.reply.listing)
            state.listing, state.page = outcome.listing, self.ctx.turn.offset
        if outcome.changed:
            undone = "undo" in outcome.commands
            state.last = None if undone else self.ctx.turn.model_copy(update={"confirmed": None})
            state.last_change_set = None if undone else str(self.change_set.id)
        noted(state, self.ctx.turn, outcome)
        state.language = self.ctx.voice.language
        state.last_reply = reply.to_json()
        if self.moved:
            move(self, self.moved)
        save_dialogue(self.uow, self.dialogue, state.model_dump(mode="json", exclude_defaults=True))
