"""Messages of a platform."""

from sqlmodel import Session, col, func, select

from storage.queries.rooms import room_of
from storage.tables import Conversation, Direction, Message
from storage.unit_of_work import UnitOfWork


def message_at(uow: UnitOfWork, conversation: Conversation, external_id: str) -> Message | None:
    """The message here, or where the thread was begun, that the platform calls by this id; as it was last changed."""
    where = [conversation.id]
    if conversation.thread and (around := room_of(uow, conversation)):
        where.append(around.id)
    here = (col(Message.conversation_id).in_(where), Message.external_id == external_id)
    return uow.first(Message, *here, order=[col(Message.id).desc()])


def answer_to(uow: UnitOfWork, message: Message) -> Message | None:
    """The answer to a message of a person: what was said to them next there. Of a message of our own, itself."""
    if message.direction == Direction.OUT:
        return message
    after = (Message.conversation_id == message.conversation_id, col(Message.id) > message.id)
    theirs = (Message.direction == Direction.OUT, Message.member_id == message.member_id)
    return uow.first(Message, *after, *theirs, order=[col(Message.id)])


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
