"""The menu of commands: for everybody only how to begin, for groups a few, for each member what their role allows."""

import asyncio
import logging
import time

from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
)
from telegram.error import TelegramError

from bot.asking import ask
from bot.engine import Engine
from bot.incoming import Incoming, Sender
from handlers.context import Context
from handlers.phrasebook import Phrasebook

PRIVATE = (
    "task.list",
    "reminder.list",
    "deal.list",
    "ticket.list",
    "task.add",
    "contact.add",
    "activity.log",
    "deal.add",
    "ticket.open",
    "reminder.add",
    "undo",
    "help",
)
GROUP = ("task.list", "deal.list", "ticket.list", "help")
BEGIN = ("help",)
PLATFORM = "telegram"
CODES = {"en": None, "zh-Hans": "zh"}  # Telegram knows no scripts here; a member's own menu does
FRESH = 60.0  # seconds for which a menu stays as it is
log = logging.getLogger(__name__)
Entries = tuple[tuple[str, str], ...]


class Menus:
    """Sets menus, and sets them anew where a role or language has changed."""

    def __init__(self, bot: Bot, engine: Engine) -> None:
        self.bot, self.engine = bot, engine
        self._set: dict[str, tuple[Entries, float]] = {}  # by chat

    async def begin(self) -> None:
        """The menus that everybody sees."""
        book = self.engine.parts.book
        for language, code in CODES.items():
            for scope, names in ((BotCommandScopeDefault(), BEGIN), (BotCommandScopeAllGroupChats(), GROUP)):
                entries = _commands(tuple(_entry(book, language, name) for name in names))
                await self.bot.set_my_commands(entries, scope=scope, language_code=code)

    async def show(self, place: str) -> None:
        """A member's own menu, in their language, in their private chat."""
        shown, until = self._set.get(place, ((), 0.0))
        if until > time.monotonic():
            return
        asker = Incoming(PLATFORM, "", Sender(place, ""), place)
        entries = await asyncio.to_thread(ask, self.engine, asker, _own) or ()
        self._set[place] = entries, time.monotonic() + FRESH
        if entries == shown:
            return
        try:
            await self.bot.set_my_commands(_commands(entries), scope=BotCommandScopeChat(int(place)))
        except TelegramError as error:
            log.info("a menu was not set: %s", type(error).__name__)


def _own(ctx: Context) -> Entries:
    specs = [ctx.specs[name] for name in PRIVATE if name in ctx.specs]
    may = [spec.name for spec in specs if spec.needs is None or ctx.may(spec.needs)]
    return tuple(_entry(ctx.voice.book, ctx.voice.language, name) for name in may)


def _entry(book: Phrasebook, language: str, name: str) -> tuple[str, str]:
    words = str(book.get(language, "label", f"command.{name}"))
    return name.replace(".", "_"), words[:1].upper() + words[1:]


def _commands(entries: Entries) -> list[BotCommand]:
    return [BotCommand(name, words) for name, words in entries]
