"""Messages of a platform."""

from sqlmodel import Session, col, func, select

from storage.tables import Conversation, Direction, Message


def sent_count(session: Session, platform: str) -> int:
    """How many messages have been sent on a platform."""
    query = (
        select(func.count())
        .select_from(Message)
        .join(
            Conversation,
            (col(Conversation.id) == Message.conversation_id)
            & (Conversation.workspace_id == Message.workspace_id),
        )
        .where(
            Conversation.platform == platform,
            Message.direction == Direction.OUT,
            col(Message.external_id).is_not(None),
        )
    )
    return session.exec(query).one()
