"""Who is in a group. Bots cannot list its members: only where all of them are ours, nobody else is there."""

import asyncio
import time
from dataclasses import dataclass

from telegram import Bot, ChatMember
from telegram.constants import ChatMemberStatus
from telegram.error import TelegramError

from bot.engine import Engine
from storage.queries.people import accounts_on

LOOK = 3.0  # seconds in which it must be known; else somebody may be there
FRESH = 300.0  # seconds for which it is known that somebody is in a group
GONE = (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)


@dataclass(frozen=True)
class Room:
    """Our accounts in a group, and whether anybody else may be there."""

    present: tuple[str, ...] = ()
    strangers: bool = True


class Rooms:
    """Looks who of ours is in a group, and counts."""

    def __init__(self, bot: Bot, engine: Engine, platform: str) -> None:
        self.bot, self.engine, self.platform = bot, engine, platform
        self._seen: dict[tuple[int, str], float] = {}  # (group, account) → until when it is known

    async def look(self, chat: int) -> Room:
        """Who is in a group."""
        try:
            async with asyncio.timeout(LOOK):
                return await self._look(chat)
        except (TimeoutError, TelegramError):
            return Room()

    def forget(self, chat: int) -> None:
        """Somebody came or went."""
        for known in [k for k in self._seen if k[0] == chat]:
            del self._seen[known]

    async def _look(self, chat: int) -> Room:
        ours = await asyncio.to_thread(self.engine.read, lambda uow: accounts_on(uow, self.platform))
        others = await self.bot.get_chat_member_count(chat) - 1  # besides the bot
        if others > len(ours):
            return Room()
        here = [account for account in ours if await self._is_in(chat, account)]
        return Room(tuple(here), strangers=others > len(here))

    async def _is_in(self, chat: int, account: str) -> bool:
        if self._seen.get((chat, account), 0.0) > time.monotonic():
            return True
        try:
            member = await self.bot.get_chat_member(chat, int(account))
        except TelegramError:
            return False
        inside = _inside(member)
        if inside:
            self._seen[chat, account] = time.monotonic() + FRESH
        return inside


def _inside(member: ChatMember) -> bool:
    return member.status not in GONE and getattr(member, "is_member", True)
