"""Putting an answer on its way: the message, its buttons and the outbox row, in the transaction of what it tells."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from handlers.reply import Button as Offered
from handlers.reply import Mention, Reply
from storage.journal import append
from storage.outbox import Focus, enqueue, newest_private, remember
from storage.tables import Button, Conversation, Job, Member, Message
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
    tokens = _tokens(len(reply.buttons))
    payload = {
        "reply": reply.to_json(buttons=False),
        "buttons": [[b.label, t] for b, t in zip(reply.buttons, tokens, strict=True)],
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
    _keep_buttons(uow, zip(reply.buttons, tokens, strict=True), message_id, member)
    if reply.tracks and (job := uow.get(Job, UUID(reply.tracks))):
        job.conversation_id, job.message_id = conversation.id, message_id
        uow.session.add(job)
    return message_id


def _keep_buttons(
    uow: UnitOfWork, buttons: Iterable[tuple[Offered, str]], message_id: UUID, member: Member | None
) -> None:
    """What a press of each means, under its token."""
    until = uow.now + BUTTON_LIFE
    for button, token in buttons:
        kind, record_id, version = button.record or (None, None, None)
        append(
            uow.session,
            Button,
            workspace_id=uow.workspace_id,
            token=token,
            message_id=message_id,
            label=button.label,
            turn=button.turn.dump(),
            member_id=member.id if member else None,
            record_kind=kind,
            record_id=UUID(record_id) if record_id else None,
            record_version=version,
            expires_at=until,
        )


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


def _tokens(count: int) -> list[str]:
    """Words that nobody can guess, of twelve characters each."""
    drawn = secrets.token_urlsafe(9 * count)
    return [drawn[i : i + 12] for i in range(0, len(drawn), 12)]


def _plain(mention: Mention) -> dict[str, str]:
    return {"kind": mention.kind, "id": mention.id, "name": mention.name}
