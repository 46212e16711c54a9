"""What has come in: kept before it is acknowledged, handled once and in order."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from storage.tables import Conversation, Inbox, InboxState, Message
from storage.tables.conversation import Direction

ATTEMPTS = 3  # starts of the program that may meet the same unfinished message


def conversation_of(
    session: Session,
    workspace_id: UUID,
    platform: str,
    account: str,
    place: str,
    thread: str,
    *,
    private: bool,
) -> Conversation:
    """The conversation at a place of a platform; made when it is met for the first time."""
    found = session.exec(
        select(Conversation).where(
            Conversation.workspace_id == workspace_id,
            Conversation.platform == platform,
            Conversation.account == account,
            Conversation.external_id == place,
            Conversation.thread == thread,
        )
    ).first()
    if found is None:
        found = Conversation(
            workspace_id=workspace_id,
            platform=platform,
            account=account,
            external_id=place,
            thread=thread,
            private=private,
        )
        session.add(found)
        session.flush()
    return found


def accept(
    session: Session, workspace_id: UUID, incoming: dict[str, Any], now: datetime
) -> tuple[UUID, bool]:
    """Keep an event: the conversation it belongs to, and whether it is new."""
    conversation = conversation_of(
        session,
        workspace_id,
        incoming["platform"],
        incoming["account"],
        incoming["place"],
        incoming["thread"],
        private=incoming["private"],
    )
    seen = session.exec(
        select(Inbox.id).where(
            Inbox.workspace_id == workspace_id,
            Inbox.platform == incoming["platform"],
            Inbox.account == incoming["account"],
            Inbox.event_id == incoming["event_id"],
        )
    ).first()
    if seen is not None:
        return conversation.id, False
    row = Inbox(
        workspace_id=workspace_id,
        platform=incoming["platform"],
        account=incoming["account"],
        event_id=incoming["event_id"],
        conversation_id=conversation.id,
        payload=incoming,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # the same event through another process, a moment earlier
        return conversation.id, False
    return conversation.id, True


def lock(session: Session, workspace_id: UUID, conversation_id: UUID) -> Conversation:
    """Hold a conversation until the end of the transaction: one message of it at a time, whoever handles it."""
    query = (
        select(Conversation)
        .where(Conversation.workspace_id == workspace_id, Conversation.id == conversation_id)
        .with_for_update()
    )
    return session.exec(query).one()


def oldest(session: Session, workspace_id: UUID, conversation_id: UUID) -> Inbox | None:
    """The next message of a conversation that waits to be handled."""
    return session.exec(
        select(Inbox)
        .where(
            Inbox.workspace_id == workspace_id,
            Inbox.conversation_id == conversation_id,
            Inbox.state == InboxState.PENDING,
        )
        .order_by(col(Inbox.id))
        .limit(1)
    ).first()


def pending(session: Session) -> list[tuple[UUID, UUID]]:
    """Conversations with messages that wait: (workspace, conversation)."""
    query = (
        select(Inbox.workspace_id, Inbox.conversation_id).where(Inbox.state == InboxState.PENDING).distinct()
    )
    return [(w, c) for w, c in session.exec(query).all()]


def count_attempts(session: Session) -> list[Inbox]:
    """After a start: count one more attempt for what was left unfinished; those that were tried too often."""
    rows = session.exec(select(Inbox).where(Inbox.state == InboxState.PENDING)).all()
    for row in rows:
        row.attempts += 1
        session.add(row)
    return [row for row in rows if row.attempts > ATTEMPTS]


def keep_message(
    session: Session, row: Inbox, text: str, *, identity_id: UUID | None, member_id: UUID | None
) -> Message:
    """The incoming message as part of the conversation's history."""
    message = Message(
        workspace_id=row.workspace_id,
        conversation_id=row.conversation_id,
        direction=Direction.IN,
        identity_id=identity_id,
        member_id=member_id,
        text=text,
        external_id=row.event_id,
        created_at=row.created_at,
    )
    session.add(message)
    return message
