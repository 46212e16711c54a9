"""What a room is about."""

from typing import Any
from uuid import UUID

from storage.inbox import conversation_of
from storage.tables import Company, Contact, Conversation, Deal, Ticket
from storage.unit_of_work import UnitOfWork

_KINDS: dict[str, type[Any]] = {"contact": Contact, "company": Company, "deal": Deal, "ticket": Ticket}


def subject_of(uow: UnitOfWork, conversation: Conversation) -> dict[str, UUID]:
    """By kind, the record that a room is bound to and the customer behind it; a thread is about what its room is about."""
    room = conversation if conversation.bound_id or not conversation.thread else room_of(uow, conversation)
    if room is None or room.bound_id is None or room.bound_kind not in _KINDS:
        return {}
    row = uow.get(_KINDS[room.bound_kind], room.bound_id)
    if row is None:
        return {}
    behind = {"contact": getattr(row, "contact_id", None), "company": getattr(row, "company_id", None)}
    return {kind: i for kind, i in {**behind, room.bound_kind: row.id}.items() if i}


def move_room(uow: UnitOfWork, platform: str, account: str, old: str, new: str) -> None:
    """A room goes on under another id of its platform; what it is about goes along."""
    at = (Conversation.platform == platform, Conversation.account == account)
    for room in uow.list(Conversation, *at, Conversation.external_id == old):
        there = (*at, Conversation.external_id == new, Conversation.thread == room.thread)
        known = uow.first(Conversation, *there)
        if known is None:
            room.external_id = new
            uow.add(room)
        elif known.bound_id is None:
            known.bound_kind, known.bound_id = room.bound_kind, room.bound_id
            uow.add(known)


def whole(uow: UnitOfWork, thread: Conversation) -> Conversation:
    """The room that a thread is in, made where it is met for the first time."""
    here = (thread.platform, thread.account, thread.external_id)
    return conversation_of(uow.session, uow.workspace_id, *here, "", private=False)


def room_of(uow: UnitOfWork, thread: Conversation) -> Conversation | None:
    """The room that a thread is in, where something was said in it."""
    return uow.first(
        Conversation,
        Conversation.platform == thread.platform,
        Conversation.account == thread.account,
        Conversation.external_id == thread.external_id,
        Conversation.thread == "",
    )
