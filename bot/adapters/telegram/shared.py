"""What a message brings beside words: contact cards, people picked, files."""

import asyncio
from dataclasses import replace

from telegram import Message, SharedUser

from bot.adapters.telegram.cards import TYPES, said_by, said_by_file
from bot.adapters.telegram.files import Files, Sent, sent_with
from bot.asking import ask
from bot.engine import Engine
from bot.incoming import Incoming
from handlers.context import Context


class Shared:
    """Makes of a message what it says with what it brings; files are taken from members alone."""

    def __init__(self, files: Files, engine: Engine) -> None:
        self.files, self.engine = files, engine

    async def read(self, message: Message, incoming: Incoming) -> Incoming:
        """The message with its file, or the command that its contact card is."""
        if message.users_shared:
            return replace(incoming, text=_named(message.users_shared.users[0]))
        if message.contact:
            return replace(incoming, text=said_by(message.contact), origin=None)
        sent = sent_with(message)
        if sent is None or not await asyncio.to_thread(ask, self.engine, incoming, _is_member):
            return incoming
        if card := await self._card(sent):
            return replace(incoming, text=card, origin=None, album="")
        return await self._with_file(sent, incoming)

    async def _card(self, sent: Sent) -> str | None:
        if sent.media_type not in TYPES and not sent.name.lower().endswith(".vcf"):
            return None
        return said_by_file((await self.files.fetch(sent) or b"").decode("utf-8", "replace"))

    async def _with_file(self, sent: Sent, incoming: Incoming) -> Incoming:
        file = await self.files.keep(sent)
        return replace(incoming, files=(file,)) if file else replace(incoming, lost=(sent.name,))


def _is_member(ctx: Context) -> bool:
    return bool(ctx.member)


def _named(user: SharedUser) -> str:
    return " ".join(x for x in (user.first_name, user.last_name) if x) or user.username or ""
