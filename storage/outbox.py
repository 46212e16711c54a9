"""What is to be sent: queued with what it tells, shown as used, withdrawn."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from storage.deliveries import OPEN, Delivery
from storage.journal import append
from storage.partial import among
from storage.tables import Conversation, Dialogue, Direction, Message, Outbox, OutboxState, Workspace, new_id
from storage.unit_of_work import UnitOfWork

RECENT = 12
MARKED = ("slack", "telegram")  # platforms where a message is edited once one of its buttons was pressed


def enqueue(
    uow: UnitOfWork,
    conversation: Conversation,
    words: str,
    payload: dict[str, Any],
    *,
    member_id: UUID | None,
    change_set_id: UUID | None,
    replaces: Message | None,
    key: str | None,
) -> UUID:
    """Keep an outgoing message and queue it, its id; a `replaces` edits that message where the platform can."""
    message_id = new_id()
    append(
        uow.session,
        Message,
        id=message_id,
        workspace_id=uow.workspace_id,
        conversation_id=conversation.id,
        direction=Direction.OUT,
        member_id=member_id,
        text=words,
        change_set_id=change_set_id,
        created_at=uow.now,
    )
    append(
        uow.session,
        Outbox,
        workspace_id=uow.workspace_id,
        platform=conversation.platform,
        conversation_id=conversation.id,
        message_id=message_id,
        payload={**payload, "replaces": replaces.external_id if replaces else None},
        change_set_id=change_set_id,
        key=key,
        not_before=uow.now,
        created_at=uow.now,
    )
    return message_id


def send_elsewhere(uow: UnitOfWork, delivery: Delivery, conversation: Conversation) -> None:
    """Queue a message that cannot be delivered for another conversation of its reader."""
    original = uow.get(Message, delivery.message_id)
    if original is not None:
        enqueue(
            uow,
            conversation,
            original.text,
            delivery.payload,
            member_id=original.member_id,
            change_set_id=original.change_set_id,
            replaces=None,
            key=None,
        )


def is_queued(uow: UnitOfWork, key: str) -> bool:
    """Whether a message of this key was queued before, sent or not."""
    return uow.first(Outbox, Outbox.key == key) is not None


def newest_private(uow: UnitOfWork, member_id: UUID) -> Conversation | None:
    """Where a member was last spoken to in private, and can still be reached."""
    return uow.first(
        Conversation,
        Conversation.member_id == member_id,
        col(Conversation.private).is_(True),
        col(Conversation.unreachable_at).is_(None),
        order=[
            (col(Conversation.thread) == "").desc(),
            col(Conversation.id).desc(),
        ],  # a thread is one matter's
    )


def newest_privates(uow: UnitOfWork, members: Collection[UUID]) -> dict[UUID, Conversation]:
    """The same for several members."""
    rows = uow.list(
        Conversation,
        col(Conversation.member_id).in_(list(members)),
        col(Conversation.private).is_(True),
        col(Conversation.unreachable_at).is_(None),
        order=[col(Conversation.id)],
    )
    return {row.member_id: row for row in rows if row.member_id}


def payload_of(uow: UnitOfWork, message: Message) -> dict[str, Any] | None:
    """What an outgoing message was made of. It was queued with it, so its row is the first after it."""
    rows = (Outbox.message_id == message.id, col(Outbox.id) > message.id)
    queued = uow.first(Outbox, *rows, order=[col(Outbox.id)])
    return queued.payload if queued else None


def mark_used(uow: UnitOfWork, message: Message, token: str, label: str) -> bool:
    """Queue that a message shows which of its buttons was pressed; whether it had asked a question.

    What was asked is answered then, so its other buttons go as well; elsewhere the others stay.
    """
    shown = uow.first(Outbox, Outbox.message_id == message.id, order=[col(Outbox.id).desc()])
    if shown is None:
        return False
    asks = bool(shown.payload.get("asks"))
    if message.external_id and shown.platform in MARKED:
        left = [] if asks else [b for b in shown.payload["buttons"] if b[1] != token]
        used = [*shown.payload.get("used", []), label]
        again = {"buttons": left, "used": used, "replaces": message.external_id}
        append(
            uow.session,
            Outbox,
            workspace_id=uow.workspace_id,
            platform=shown.platform,
            conversation_id=shown.conversation_id,
            message_id=message.id,
            payload={**shown.payload, **again},
            not_before=uow.now,
        )
    return asks


@dataclass(frozen=True)
class Focus:
    """What one person's talk in one conversation turns to: the records that were spoken of, and those of a list."""

    conversation_id: UUID
    member_id: UUID
    mentions: Sequence[dict[str, str]]
    listed: Sequence[dict[str, str]]

    def taken(self, state: dict[str, Any]) -> dict[str, Any]:
        """The state of the talk with these in front."""
        known = {m["id"] for m in self.mentions}
        recent = [m for m in state.get("recent", []) if m["id"] not in known]
        listed = {"listed": list(self.listed)} if self.listed else {}
        return {**state, "recent": [*self.mentions, *recent][:RECENT], **listed}


def remember(uow: UnitOfWork, talks: Sequence[Focus]) -> None:
    """Put records in the focus of talks that Parley began, so that "done" and "that one" find them."""
    where = {f.conversation_id for f in talks}
    query = select(Dialogue).where(
        Dialogue.workspace_id == uow.workspace_id, col(Dialogue.conversation_id).in_(where)
    )
    rows = {(r.conversation_id, r.member_id): r for r in uow.session.exec(query)}
    for focus in talks:
        key = (focus.conversation_id, focus.member_id)
        row = rows.get(key) or Dialogue(
            workspace_id=uow.workspace_id, conversation_id=key[0], member_id=key[1], state={}
        )
        row.state = focus.taken(row.state)
        uow.session.add(row)


def withdraw(session: Session, workspace_id: UUID, change_set_id: UUID) -> tuple[int, int]:
    """Take back what a change set would still send: how many were withdrawn, and how many had already left."""
    of_set = (Outbox.workspace_id == workspace_id, Outbox.change_set_id == change_set_id)
    rows = session.exec(select(Outbox).where(*of_set)).all()
    waiting = [r for r in rows if r.state == OutboxState.PENDING]
    for row in waiting:
        row.state = OutboxState.WITHDRAWN
        session.add(row)
    return len(waiting), sum(1 for r in rows if r.state in (OutboxState.SENT, OutboxState.SENDING))


def waiting(session: Session, workspace: Workspace) -> int:
    """How many messages wait to be sent."""
    query = (
        select(func.count())
        .select_from(Outbox)
        .where(Outbox.workspace_id == workspace.id, among(Outbox.state, OPEN))
    )
    return session.exec(query).one()
