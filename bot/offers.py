"""What comes without being said to do anything — a forwarded message, a file — is offered as something to keep."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from bot.dialogue import Pending
from bot.execute import Outcome
from bot.incoming import Incoming, Origin
from bot.replies import title_of
from handlers.reply import Button, Line, Mention, Reply
from handlers.turn import Call, Turn
from storage.find import MODELS
from storage.indexing import key_of
from storage.queries.files import attach
from storage.tables import Member

if TYPE_CHECKING:
    from bot.exchange import Exchange
    from bot.interpret import Understanding

HOLDERS = ("activity", "ticket", "task", "deal", "reminder", "contact", "company")


def is_offered(incoming: Incoming) -> bool:
    """Whether a message brings something along and says nothing about it."""
    return incoming.origin is not None or bool(
        (incoming.files or incoming.lost) and not incoming.text.strip()
    )


def answer(exchange: "Exchange") -> None:
    """The offers, as buttons; what was sent stays behind them."""
    exchange.finish(of(exchange, exchange.talk.incoming))


def of(exchange: "Exchange", incoming: Incoming) -> Outcome:
    """What can be done with what a message brings."""
    offers = [
        Button(label, turn.model_copy(update={"files": _ids(incoming)}))
        for label, turn in (
            _about_message(exchange, incoming) if incoming.origin else _about_files(exchange, incoming)
        )
        if _may(exchange, turn)
    ]
    reply = Reply(_headline(exchange, incoming), lines=_lost(exchange), buttons=tuple(offers))
    if not offers or not (incoming.files or incoming.origin):
        return Outcome(replace(reply, buttons=()))
    choices = [(b.label, b.turn) for b in offers]
    return Outcome(reply, Pending(kind="choose", turn=offers[0].turn, alternatives=choices))


def carrying(exchange: "Exchange", understood: "Understanding") -> "Understanding":
    """What was understood, with the files that came with it."""
    files, turn = _ids(exchange.talk.incoming), understood.heard.turn
    if not files or turn is None or not turn.calls or turn.files:
        return understood
    heard = replace(understood.heard, turn=turn.model_copy(update={"files": files}))
    return replace(understood, heard=heard)


def kept(exchange: "Exchange", turn: Turn, outcome: Outcome) -> Outcome:
    """After a turn ran: its files belong to what it made, and the answer says so."""
    if not turn.files or not outcome.ran:
        return outcome
    made = [m for kind in HOLDERS for m in outcome.reply.mentions if m.kind == kind]
    if not made:
        return outcome
    names = attach(exchange.uow, made[0].kind, made[0].id, turn.files)
    counted = ", ".join(name if n == 1 else f"{name} ×{n}" for name, n in Counter(names).items())
    shown = exchange.voice.say("file.attached", names=counted)
    return replace(outcome, reply=replace(outcome.reply, lines=(*outcome.reply.lines, shown)))


def _ids(incoming: Incoming) -> tuple[str, ...]:
    return tuple(f.id for f in incoming.files)


def _may(exchange: "Exchange", turn: Turn) -> bool:
    specs = exchange.talk.parts.specs
    needs = [specs[c.name].needs for c in turn.calls if c.name in specs]
    return all(n is None or exchange.ctx.may(n) for n in needs)


def _headline(exchange: "Exchange", incoming: Incoming) -> Line:
    voice = exchange.voice
    if origin := incoming.origin:
        return voice.say("forwarded", name=origin.name, when=voice.moment(_when(origin)))
    if not incoming.files:
        return voice.say("nothing_to_read")
    return voice.say("file.kept", n=len(incoming.files), name=incoming.files[0].name)


def _lost(exchange: "Exchange") -> tuple[Line, ...]:
    return tuple(exchange.voice.say("file.lost", name=name) for name in exchange.talk.incoming.lost)


def _when(origin: Origin) -> datetime:
    return datetime.fromisoformat(origin.at)


def _about_message(exchange: "Exchange", incoming: Incoming) -> list[tuple[str, Turn]]:
    """A message of somebody: on their timeline, and as the matter of a task, ticket or reminder."""
    voice = exchange.voice
    origin = incoming.origin or Origin("", "")
    text = incoming.text.strip() or ", ".join(f.name for f in incoming.files)
    title = title_of(text)
    who = {"contact": origin.name} if _is_customer(exchange, origin) else {}
    signed = f"{text}\n— {origin.name}, {voice.moment(_when(origin), relative=False)}"
    message = {"type": "message", "text": text if who else signed, "when": origin.at, **who}
    log = Call(name="activity.log", slots=message)
    task = Call(name="task.add", slots={"title": title, **who})
    ticket = Call(name="ticket.open", slots={"title": title, **who})
    note = Call(name="ticket.note", slots={"ticket": "it", "text": signed})
    remind = Call(name="reminder.add", slots={"text": title, **who})
    return [
        (voice.label("button.log"), Turn(calls=(log,))),
        (voice.label("button.task"), Turn(calls=(task, log) if who else (task,))),
        (voice.label("button.ticket"), Turn(calls=(ticket, note))),
        (voice.label("button.remind"), Turn(calls=(remind,))),
    ]


def _is_customer(exchange: "Exchange", origin: Origin) -> bool:
    """Whether the writer is a person, and none of the team."""
    team = {key_of(m.name) for m in exchange.uow.list(Member)}
    return origin.person and key_of(origin.name) not in team


def _about_files(exchange: "Exchange", incoming: Incoming) -> list[tuple[str, Turn]]:
    """A file: a note on whom the talk was about or on somebody else, or a task or ticket."""
    voice = exchange.voice
    text = ", ".join(f.name for f in incoming.files)
    note = Call(name="activity.log", slots={"type": "note", "text": text})
    recent = [m for m in exchange.state.recent if m.kind in ("contact", "company")]
    spoken_of = next((m for m in recent if exchange.uow.get(MODELS[m.kind], UUID(m.id))), None)
    known = [_note_on(exchange, note, spoken_of)] if spoken_of else []
    return [
        *known,
        (voice.label("button.note_customer"), Turn(calls=(note,))),
        (voice.label("button.task"), Turn(calls=(Call(name="task.add"),))),
        (voice.label("button.ticket"), Turn(calls=(Call(name="ticket.open"),))),
    ]


def _note_on(exchange: "Exchange", note: Call, about: Mention) -> tuple[str, Turn]:
    label = exchange.voice.say("button.note_on", name=about.name).text
    return label, Turn(calls=(note.fill(about.kind, f"id:{about.id}"),))
