"""Rooms: a channel, group or thread may be about one customer, deal or ticket; then commands there need no name."""

from pathlib import Path

from handlers.capability import Capability, Command
from handlers.context import Context
from handlers.errors import Invalid, Missing
from handlers.reply import Reply
from handlers.slots import CompanyRef, ContactRef, DealRef, TicketRef
from storage.queries.rooms import whole
from storage.tables import Company, Contact, Conversation, Deal, Record, Ticket

rooms = Capability("rooms", Path(__file__).parent)
MODELS: dict[str, type[Record]] = {"contact": Contact, "company": Company, "deal": Deal, "ticket": Ticket}


class BindRoom(Command):
    """Say what this room is about."""

    contact: ContactRef | None = None
    company: CompanyRef | None = None
    deal: DealRef | None = None
    ticket: TicketRef | None = None


@rooms.command("room.bind", needs="contacts.write", undoable=False)
def bind_room(cmd: BindRoom, ctx: Context) -> Reply:
    """Everything said here without a name is about this record from now on."""
    room = _room(ctx)
    said = {kind: str(name) for kind in MODELS if (name := getattr(cmd, kind))}
    if not said:
        raise Missing("company", key="room.bind.company")
    kind, name = next(iter(said.items()))
    record = ctx.find(MODELS[kind], name)
    room.bound_kind, room.bound_id = kind, record.id
    ctx.uow.session.add(room)
    mention = ctx.mention(record)
    return Reply(ctx.say("room.bound", name=mention.name), mentions=(mention,))


class UnbindRoom(Command):
    """Say that this room is about nothing in particular."""


@rooms.command("room.unbind", needs="contacts.write", undoable=False)
def unbind_room(cmd: UnbindRoom, ctx: Context) -> Reply:  # noqa: ARG001 - every handler takes its command
    """Names are needed here again."""
    room = _room(ctx)
    if room.bound_id is None:
        raise Invalid("room.not_bound")
    room.bound_kind = room.bound_id = None
    ctx.uow.session.add(room)
    return Reply(ctx.say("room.unbound"))


def _room(ctx: Context) -> Conversation:
    room = ctx.uow.get(Conversation, ctx.conversation_id)
    if room is None or room.private:
        raise Invalid("room.private")
    return whole(ctx.uow, room) if ctx.whole_room else room
