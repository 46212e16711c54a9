"""What Telegram delivers: kept before it is confirmed."""

import asyncio
import logging
import re
from functools import partial

from telegram import Bot, CallbackQuery, Message, Update, User
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.incoming import Incoming, Sender
from bot.reception import Reception

log = logging.getLogger(__name__)
PLATFORM = "telegram"
_COMMAND = re.compile(r"/(?P<name>\w+)(?:@(?P<bot>\w+))?(?P<rest>\s.*|)", re.DOTALL)
_LANGUAGES = {"zh-hant": "zh-Hant", "zh-tw": "zh-Hant", "zh-hk": "zh-Hant", "zh": "zh-Hans", "en": "en"}


class Desk:
    """Takes updates."""

    def __init__(self, reception: Reception, bot: Bot) -> None:
        self.reception, self.bot = reception, bot
        self._answering: set[asyncio.Task[None]] = set()

    async def take(self, update: Update) -> None:
        """Keep an update. Raises `Unavailable`: then it must not be confirmed."""
        if update.callback_query:
            await self._pressed(update.callback_query)
        elif update.message:
            await self._said(update.message)

    async def _said(self, message: Message) -> None:
        user = message.from_user
        if user is None or user.is_bot:
            return
        text = self._typed(message)
        if text is None:
            return
        incoming = self._incoming(event_of(message), user, message, text=text)
        await self.reception.take(incoming, partial(_typing, message))

    def _typed(self, message: Message) -> str | None:
        """What was said to the bot; None where it is for somebody else."""
        text = message.text or message.caption or ""
        found = _COMMAND.fullmatch(text)
        if found is None:
            return text
        if found["bot"] and found["bot"].lower() != self.bot.username.lower():
            return None
        return "/" + found["name"] + found["rest"]

    async def _pressed(self, query: CallbackQuery) -> None:
        message = query.message
        if message is not None and query.data:
            await self.reception.take(
                self._incoming(f"press/{query.id}", query.from_user, message, press=query.data)
            )
        self._soon(query)

    def _soon(self, query: CallbackQuery) -> None:
        """Let the button stop glowing; nothing waits for that."""
        task = asyncio.create_task(_acknowledge(query))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    def _incoming(self, event_id: str, user: User, message: object, **more: object) -> Incoming:
        chat = message.chat  # type: ignore[attr-defined]
        return Incoming(
            PLATFORM,
            event_id,
            sender_of(user),
            str(chat.id),
            private=chat.type == "private",
            **more,  # type: ignore[arg-type]
        )


async def _typing(message: Message) -> None:
    await message.reply_chat_action(ChatAction.TYPING)


async def _acknowledge(query: CallbackQuery) -> None:
    try:
        await query.answer()
    except TelegramError as error:
        log.info("a press was not acknowledged: %s", type(error).__name__)


def event_of(message: Message) -> str:
    """The id under which a message is kept."""
    return f"{message.chat.id}/{message.message_id}"


def sender_of(user: User) -> Sender:
    """Somebody, as Telegram knows them."""
    return Sender(str(user.id), user.full_name, language=language_of(user.language_code))


def language_of(code: str | None) -> str | None:
    """Ours for theirs ("zh-hant", "en-GB"), where we speak it."""
    known = (code or "").lower()
    return _LANGUAGES.get(known) or _LANGUAGES.get(known.split("-")[0])
