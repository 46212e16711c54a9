"""Buttons: what a press means, and whether it still may."""

from uuid import UUID

from sqlmodel import col, select

from storage.find import MODELS
from storage.outbox import mark_used
from storage.tables import Button, Conversation, Message
from storage.unit_of_work import UnitOfWork


def by_token(uow: UnitOfWork, token: str) -> Button | None:
    """The button behind a token."""
    return uow.session.get(Button, (uow.workspace_id, token))


def by_label(
    uow: UnitOfWork, member_id: UUID, label: str, *, conversation: Conversation, within: str | None
) -> Button | None:
    """The newest button with that label among the answers to a person, or the one of the message `within`."""
    query = (
        select(Button)
        .join(Message, (col(Message.id) == Button.message_id) & (Message.workspace_id == Button.workspace_id))
        .where(Button.workspace_id == uow.workspace_id, Button.label == label)
        .order_by(col(Button.message_id).desc())
        .limit(1)
    )
    if within:
        query = query.join(
            Conversation,
            (col(Conversation.id) == Message.conversation_id)
            & (Conversation.workspace_id == Message.workspace_id),
        ).where(Message.external_id == within, Conversation.platform == conversation.platform)
    else:
        query = query.where(Button.member_id == member_id)
    return uow.session.exec(query).first()


def buttons_of(uow: UnitOfWork, message: Message) -> list[Button]:
    """The buttons of a message."""
    query = select(Button).where(Button.workspace_id == uow.workspace_id, Button.message_id == message.id)
    return list(uow.session.exec(query))


def use_up(uow: UnitOfWork, button: Button) -> None:
    """A button was pressed: its message shows it, and where it answered a question the others are used up too."""
    message = message_of(uow, button)
    if message and mark_used(uow, message, button.token, button.label):
        for other in buttons_of(uow, message):
            other.used_at = uow.now
            uow.session.add(other)


def message_of(uow: UnitOfWork, button: Button) -> Message | None:
    """The message that a button is on."""
    return uow.get(Message, button.message_id)


def is_stale(uow: UnitOfWork, button: Button) -> bool:
    """Whether the record that a button was made for has changed or gone since."""
    if button.record_kind is None:
        return False
    row = uow.get(MODELS[button.record_kind], button.record_id)
    return row is None or (
        button.record_version is not None and getattr(row, "version", None) != button.record_version
    )
