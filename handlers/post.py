"""Putting an answer on its way: the message, its buttons and the outbox row, in the transaction of what it tells."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from handlers.reply import Button, Mention, Reply
from storage.journal import append
from storage.outbox import Focus, enqueue, newest_private, remember
from storage.queries.buttons import token_of
from storage.tables import Conversation, Job, Keyboard, Member, Message
from storage.unit_of_work import UnitOfWork

BUTTON_LIFE = timedelta(days=30)


def post(
    uow: UnitOfWork,
    conversation: Conversation,
    reply: Reply,
    *,
    member: Member | None,
    change_set_id: UUID | None = None,
    replaces: Message | None = None,
    key: str | None = None,
    asks: bool = False,
    again: str | None = None,
    share: str | None = None,
) -> UUID:
    """Queue `reply` for a conversation, the id of its message; `key` makes it the only one of its kind.

    `member` alone may press its buttons; `asks` says that they answer one question, so that one press uses all of them.
    `again` is the line that it gets where it may arrive a second time; `share` names the key by which a person can be
    picked where one is asked for.
    """
    token = secrets.token_urlsafe(9)  # nobody can guess it
    payload = {
        "reply": reply.to_json(buttons=False),
        "buttons": [[b.label, token_of(token, at)] for at, b in enumerate(reply.buttons)],
        "to": member.name if member else None,
        "asks": asks,
    }
    if again:
        payload["again"] = again
    if share:
        payload["share"] = share
    message_id = enqueue(
        uow,
        conversation,
        reply.text(),
        payload,
        member_id=member.id if member else None,
        change_set_id=change_set_id,
        replaces=replaces,
        key=key,
    )
    if reply.buttons:
        append(
            uow.session,
            Keyboard,
            workspace_id=uow.workspace_id,
            token=token,
            message_id=message_id,
            member_id=member.id if member else None,
            choices=[_choice(button) for button in reply.buttons],
            expires_at=uow.now + BUTTON_LIFE,
        )
    if reply.tracks and (job := uow.get(Job, UUID(reply.tracks))):
        job.conversation_id, job.message_id = conversation.id, message_id
        uow.session.add(job)
    return message_id


def _choice(button: Button) -> dict[str, Any]:
    """What a press of a button means, as it is kept."""
    choice = {"label": button.label, "turn": button.turn.dump()}
    return {**choice, "record": button.record} if button.record else choice


def tell(
    uow: UnitOfWork,
    member: Member,
    reply: Reply,
    *,
    change_set_id: UUID | None = None,
    key: str | None = None,
    again: str | None = None,
) -> UUID | None:
    """Send `reply` to a member where they last spoke in private; None when they have never spoken."""
    conversation = newest_private(uow, member.id)
    if conversation is None:
        return None
    message_id = post(
        uow, conversation, reply, member=member, change_set_id=change_set_id, key=key, again=again
    )
    remember(uow, [focus_of(conversation, member, reply.mentions, reply.listing)])
    return message_id


def focus_of(
    conversation: Conversation, member: Member, mentions: Sequence[Mention], listing: Sequence[Mention]
) -> Focus:
    """What Parley has spoken of by itself, as it is put in the focus of the talk."""
    listed = [_plain(m) for m in listing]
    return Focus(conversation.id, member.id, [_plain(m) for m in mentions], listed)


def _plain(mention: Mention) -> dict[str, str]:
    return {"kind": mention.kind, "id": mention.id, "name": mention.name}
