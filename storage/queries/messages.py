"""Messages of a platform."""

from sqlmodel import Session, col, func, select

from storage.tables import Conversation, Direction, Message
from storage.unit_of_work import UnitOfWork


def message_at(uow: UnitOfWork, conversation: Conversation, external_id: str) -> Message | None:
    """The message that the platform calls by this id, as it was last changed."""
    here = (Message.conversation_id == conversation.id, Message.external_id == external_id)
    return uow.first(Message, *here, order=[col(Message.id).desc()])


def answer_to(uow: UnitOfWork, message: Message) -> Message | None:
    """The answer to a message of a person: what was said next there. Of a message of our own, itself."""
    if message.direction == Direction.OUT:
        return message
    after = (Message.conversation_id == message.conversation_id, col(Message.id) > message.id)
    return uow.first(Message, *after, Message.direction == Direction.OUT, order=[col(Message.id)])


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
