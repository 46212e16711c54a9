"""Where an answer goes: into the room where it was asked, or to the asker alone."""

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.access import all_may_read
from bot.dialogue import State
from bot.execute import Outcome
from handlers.reply import Reply
from storage.inbox import conversation_of
from storage.queries.people import dialogue_of, save_dialogue
from storage.tables import Conversation

if TYPE_CHECKING:
    from bot.exchange import Exchange


def place(exchange: "Exchange", reply: Reply, outcome: Outcome) -> tuple[Conversation, Reply]:
    """The room, or the asker alone where someone there may not see it."""
    room = exchange.talk.conversation
    if room.private or (not reply.private and _for_all(exchange, outcome)):
        return room, reply
    asker = exchange.talk.incoming.sender.external_id
    here = (exchange.uow.session, exchange.uow.workspace_id, room.platform, room.account)
    private = conversation_of(*here, asker, "", private=True)
    private.member_id = private.member_id or exchange.speaker.member.id
    if private.unreachable_at is not None:
        return room, _elsewhere(exchange, outcome)
    return private, replace(reply, lines=(*reply.lines, exchange.voice.say("only_you")), private=True)


def _elsewhere(exchange: "Exchange", outcome: Outcome) -> Reply:
    """Where the asker cannot be reached alone, the room sees nothing of it but the way to the private chat."""
    outcome.pending = None
    voice = exchange.voice
    return Reply(voice.say("open_private"), opens=voice.label("button.open_private"))


def move(exchange: "Exchange", private: Conversation) -> None:
    """The talk goes on where the answer went: its question is answered there, and what it spoke of is known there."""
    row = dialogue_of(exchange.uow, private.id, exchange.speaker.member.id)
    there = exchange.state.model_copy(update={"suspended": State.model_validate(row.state).suspended})
    save_dialogue(exchange.uow, row, there.model_dump(mode="json", exclude_defaults=True))
    exchange.state.pending = None


def _for_all(exchange: "Exchange", outcome: Outcome) -> bool:
    specs, talk = exchange.talk.parts.specs, exchange.talk
    needs = [specs[c].needs for c in outcome.commands if c in specs]
    areas = {n.split(".")[0] for n in needs if n}
    return all(all_may_read(exchange.uow, talk.conversation, talk.incoming, f"{a}.read") for a in areas)
