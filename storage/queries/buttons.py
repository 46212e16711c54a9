"""Buttons: what a press means, and whether it still may."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from storage.find import MODELS
from storage.outbox import mark_used
from storage.tables import Conversation, Keyboard, Message
from storage.unit_of_work import UnitOfWork

RECENT = 50  # messages among which a label is looked for


@dataclass(frozen=True)
class Button:
    """One button of a message."""

    keyboard: Keyboard
    at: int

    @property
    def token(self) -> str:
        """What a platform sends when it is pressed."""
        return token_of(self.keyboard.token, self.at)

    @property
    def label(self) -> str:
        """What is written on it."""
        return str(self._choice["label"])

    @property
    def turn(self) -> dict[str, Any]:
        """What a press says."""
        turn: dict[str, Any] = self._choice["turn"]
        return turn

    @property
    def record(self) -> tuple[str, UUID, int | None] | None:
        """The record that it was made for: kind, id, version."""
        if not (found := self._choice.get("record")):
            return None
        return found[0], UUID(found[1]), found[2]

    @property
    def is_used(self) -> bool:
        """Whether it can be pressed no more."""
        return "used" in self._choice

    @property
    def _choice(self) -> dict[str, Any]:
        return self.keyboard.choices[self.at]

    def use(self, now: datetime) -> None:
        """Let it be pressed no more."""
        choices = list(self.keyboard.choices)
        choices[self.at] = {**choices[self.at], "used": now.isoformat()}
        self.keyboard.choices = choices


def token_of(keyboard: str, at: int) -> str:
    """The token of a button by that of its message's keyboard and its place there."""
    return f"{keyboard}.{at}" if at else keyboard


def by_token(uow: UnitOfWork, token: str) -> Button | None:
    """The button behind a token."""
    keyboard = uow.session.get(Keyboard, (uow.workspace_id, token.partition(".")[0]))
    return next((b for b in each([keyboard]) if b.token == token), None) if keyboard else None


def by_label(
    uow: UnitOfWork, member_id: UUID, label: str, *, conversation: Conversation, within: str | None
) -> Button | None:
    """The newest button with that label among the answers to a person, or the one of the message `within`."""
    query = (
        select(Keyboard)
        .where(Keyboard.workspace_id == uow.workspace_id)
        .order_by(col(Keyboard.message_id).desc())
        .limit(RECENT)
    )
    if within:
        query = (
            query.join(
                Message,
                (col(Message.id) == Keyboard.message_id) & (Message.workspace_id == Keyboard.workspace_id),
            )
            .join(
                Conversation,
                (col(Conversation.id) == Message.conversation_id)
                & (Conversation.workspace_id == Message.workspace_id),
            )
            .where(Message.external_id == within, Conversation.platform == conversation.platform)
        )
    else:
        query = query.where(Keyboard.member_id == member_id)
    return next((b for b in each(uow.session.exec(query)) if b.label == label), None)


def each(keyboards: Iterable[Keyboard]) -> Iterator[Button]:
    """Their buttons, one by one."""
    return (Button(keyboard, at) for keyboard in keyboards for at in range(len(keyboard.choices)))


def buttons_of(uow: UnitOfWork, message: Message) -> list[Button]:
    """The buttons of a message."""
    query = select(Keyboard).where(
        Keyboard.workspace_id == uow.workspace_id, Keyboard.message_id == message.id
    )
    return list(each(uow.session.exec(query)))


def use_up(uow: UnitOfWork, button: Button) -> None:
    """A button was pressed: its message shows it, and where it answered a question the others are used up too."""
    message = message_of(uow, button)
    if message and mark_used(uow, message, button.token, button.label):
        for other in buttons_of(uow, message):
            other.use(uow.now)


def message_of(uow: UnitOfWork, button: Button) -> Message | None:
    """The message that a button is on."""
    return uow.get(Message, button.keyboard.message_id)


def is_stale(uow: UnitOfWork, button: Button) -> bool:
    """Whether the record that a button was made for has changed or gone since."""
    if button.record is None:
        return False
    kind, record_id, version = button.record
    row = uow.get(MODELS[kind], record_id)
    return row is None or (version is not None and getattr(row, "version", None) != version)
