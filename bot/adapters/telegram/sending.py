"""Sending what the outbox has for Telegram, and what may go wrong with it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.adapters.telegram.markup import parts, rows
from handlers.reply import Reply
from schedules.delivery import Ambiguous, CannotSend, Refused, Unreachable, check_lease
from storage.outbox import Delivery

APART = 1.0  # seconds between the messages of one answer: a chat takes one a second
TOKEN_AGAIN = 60.0  # seconds until a token that was refused is tried again
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
UNCHANGED = "message is not modified"
UNEDITABLE = ("message to edit not found", "message can't be edited", "message_id_invalid")
GONE = (
    "chat not found",
    "user is deactivated",
    "peer_id_invalid",
    "need administrator rights",
    "not enough rights",
)
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclass(frozen=True)
class Address:
    """A message: chat and number, as the outbox keeps it."""

    chat: int
    message: int

    def __str__(self) -> str:
        return f"{self.chat}/{self.message}"

    @staticmethod
    def of(external_id: str) -> "Address":
        """From the outbox."""
        chat, _, message = external_id.partition("/")
        return Address(int(chat), int(message))


class Outgoing:
    """Sends and edits what the outbox has for Telegram."""

    def __init__(self, bot: Bot, *, apart: float = APART) -> None:
        self.bot, self.apart = bot, apart
        self._begun: dict[UUID, int] = {}  # of answers in several messages, how many have gone

    async def send(self, delivery: Delivery) -> str:
        """Send or edit a message. Raises as `schedules.delivery.Sender` says."""
        with explained():
            if delivery.replaces and (edited := await self._edit(delivery, Address.of(delivery.replaces))):
                return edited
            return await self._post(delivery, int(delivery.place))

    async def _post(self, delivery: Delivery, chat: int) -> str:
        texts = _texts(delivery)
        first = self._begun.get(delivery.id, 0)
        sent = 0
        for number, text in enumerate(texts[first:], first):
            if number > first:
                await asyncio.sleep(self.apart)
                check_lease()
            last = number == len(texts) - 1
            sent = await self._send_text(delivery, chat, text, _keyboard(delivery) if last else None)
            self._begun[delivery.id] = number + 1
        self._begun.pop(delivery.id, None)
        return str(Address(chat, sent))

    async def _send_text(self, delivery: Delivery, chat: int, text: str, keyboard: Any) -> int:
        message = await self.bot.send_message(
            chat,
            text,
            parse_mode=ParseMode.HTML,
            link_preview_options=NO_PREVIEW,
            message_thread_id=int(delivery.thread) if delivery.thread else None,
            reply_markup=keyboard,
        )
        return message.message_id

    async def _edit(self, delivery: Delivery, at: Address) -> str | None:
        """Edit the message that is replaced; None where it is gone and something new was to be said."""
        text = _texts(delivery)[-1]
        try:
            await self.bot.edit_message_text(
                text,
                at.chat,
                at.message,
                parse_mode=ParseMode.HTML,
                link_preview_options=NO_PREVIEW,
                reply_markup=_keyboard(delivery),
            )
        except BadRequest as error:
            reason = error.message.lower()
            if UNCHANGED in reason or (delivery.payload.get("used") and _is(reason, UNEDITABLE)):
                return str(at)
            if _is(reason, UNEDITABLE):
                return None
            raise
        return str(at)


def _texts(delivery: Delivery) -> list[str]:
    reply = Reply.from_json(delivery.payload["reply"])
    return parts(reply, delivery.payload.get("used") or ())


def _keyboard(delivery: Delivery) -> InlineKeyboardMarkup | None:
    laid = rows(delivery.payload["buttons"])
    if not laid:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=token) for label, token in row] for row in laid]
    )


def _is(reason: str, known: tuple[str, ...]) -> bool:
    return any(k in reason for k in known)


@contextmanager
def explained() -> Iterator[None]:
    """What the library raises, in the outbox's terms."""
    try:
        yield
    except TelegramError as error:
        raise _meant(error) from None  # the causes hold addresses with the token


def _meant(error: TelegramError) -> Exception:
    match error:
        case RetryAfter():
            return CannotSend("asked to wait", seconds(error))
        case Forbidden():
            return Unreachable(error.message)
        case InvalidToken():
            return CannotSend("the token is refused", TOKEN_AGAIN)
        case ChatMigrated():
            return CannotSend("the group has moved")
        case BadRequest():
            return Unreachable(error.message) if _is(error.message.lower(), GONE) else Refused(error.message)
        case NetworkError() if isinstance(error.__cause__, NOT_SENT):
            return CannotSend("Telegram is not reachable")
        case _:
            return Ambiguous(type(error.__cause__ or error).__name__)


def seconds(error: RetryAfter) -> float:
    """How long Telegram asks to wait."""
    after = error.retry_after
    return float(after) if isinstance(after, int) else after.total_seconds()
