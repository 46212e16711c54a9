"""Sending what the outbox has for Telegram, and what may go wrong with it."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    KeyboardButtonRequestUsers,
    LinkPreviewOptions,
    ReplyKeyboardMarkup,
)
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
from telegram.helpers import create_deep_linked_url

from bot.adapters.telegram.files import Files
from bot.adapters.telegram.markup import parts, rows
from handlers.reply import FileRef, Reply
from schedules.delivery import Ambiguous, CannotSend, Refused, Unreachable, check_lease
from storage.deliveries import Delivery

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
HERE = "here"  # what a chat that is opened from a group begins with
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

    def __init__(
        self, bot: Bot, files: Files, moved: Callable[[int, int], None], *, apart: float = APART
    ) -> None:
        self.bot, self.files, self.moved, self.apart = bot, files, moved, apart
        self._begun: dict[UUID, int] = {}  # of answers in several messages, how many have gone

    async def send(self, delivery: Delivery) -> str:
        """Send or edit a message. Raises as `schedules.delivery.Sender` says."""
        with explained():
            if delivery.replaces and (edited := await self._edit(delivery, Address.of(delivery.replaces))):
                await self._send_all(delivery, int(delivery.place), await self._files(delivery))
                return edited
            try:
                return await self._post(delivery, int(delivery.place))
            except ChatMigrated as to:
                await asyncio.to_thread(self.moved, int(delivery.place), to.new_chat_id)
                return await self._post(delivery, to.new_chat_id)

    async def _post(self, delivery: Delivery, chat: int) -> str:
        """The files, then the words, the buttons under the last of them."""
        return await self._send_all(delivery, chat, [*await self._files(delivery), *_texts(delivery)])

    async def _send_all(self, delivery: Delivery, chat: int, whole: Sequence[FileRef | str]) -> str:
        """One after another; after a failure, what is left of it. The address of the last words."""
        first = self._begun.get(delivery.id, 0)
        sent = 0
        for number, one in enumerate(whole[first:], first):
            if number > first:
                await asyncio.sleep(self.apart)
                check_lease()
            if isinstance(one, FileRef):
                await self.files.send(one, chat, int(delivery.thread) if delivery.thread else None)
            else:
                keyboard = self._keyboard(delivery) if number == len(whole) - 1 else None
                sent = await self._send_text(delivery, chat, one, keyboard)
            self._begun[delivery.id] = number + 1
        self._begun.pop(delivery.id, None)
        return str(Address(chat, sent))

    async def _files(self, delivery: Delivery) -> list[FileRef]:
        reply = Reply.from_json(delivery.payload["reply"])
        pictures = [await asyncio.to_thread(self.files.named, picture) for picture in reply.pictures]
        return [*(p for p in pictures if p), *reply.files]

    async def _send_text(self, delivery: Delivery, chat: int, text: str, keyboard: Any) -> int:
        message = await self.bot.send_message(
            chat,
            text,
            parse_mode=ParseMode.HTML,
            link_preview_options=NO_PREVIEW,
            message_thread_id=int(delivery.thread) if delivery.thread else None,
            reply_markup=keyboard,
            disable_notification=delivery.payload["reply"].get("quiet") or None,
        )
        return message.message_id

    def _keyboard(self, delivery: Delivery) -> Any:
        """The buttons; where a person is asked for, keys to pick one; where only a private chat helps, the way there."""
        buttons, share = delivery.payload["buttons"], delivery.payload.get("share")
        if opens := Reply.from_json(delivery.payload["reply"]).opens:
            url = create_deep_linked_url(self.bot.username, HERE)
            return InlineKeyboardMarkup([[InlineKeyboardButton(opens, url=url)]])
        if share and delivery.private and len(buttons) <= 1:
            return _people(share, [label for label, _ in buttons])
        return _inline(buttons)

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
                reply_markup=_inline(delivery.payload["buttons"]),
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


def _inline(buttons: list[list[str]]) -> InlineKeyboardMarkup | None:
    laid = rows(buttons)
    if not laid:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=token) for label, token in row] for row in laid]
    )


def _people(share: str, others: list[str]) -> ReplyKeyboardMarkup:
    """Keys under the field where one types: pick somebody from Telegram's contacts."""
    asked = KeyboardButtonRequestUsers(1, user_is_bot=False, max_quantity=1, request_name=True)
    keys = [[KeyboardButton(share, request_users=asked)], [KeyboardButton(label) for label in others]]
    return ReplyKeyboardMarkup([row for row in keys if row], resize_keyboard=True, one_time_keyboard=True)


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
