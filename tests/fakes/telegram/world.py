"""What the fake Telegram keeps: people, chats, messages, files, updates, and the failures that were ordered."""

import asyncio
import itertools
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

BOT_ID, BOT_NAME = 7000001, "parley_fake_bot"
TOKEN = f"{BOT_ID}:fake-token-AAECAwQFBgcICQoLDA0ODw"
SECRET = "fake-webhook-secret"  # noqa: S105 - of nothing

Json = dict[str, Any]


@dataclass(frozen=True)
class Failure:
    """What goes wrong with a call: an error, or a connection cut before or after the effect."""

    status: int = 500
    description: str = "Internal Server Error"
    retry_after: int | None = None
    cut: str | None = None  # "before" or "after"


@dataclass
class Chat:
    """A private chat or a group, and what was said in it."""

    id: int
    kind: str  # private, group or supergroup
    title: str = ""
    members: dict[int, str] = field(default_factory=dict)  # id → status
    messages: dict[int, Json] = field(default_factory=dict)
    blocked: bool = False  # the person has blocked the bot, or the bot was put out
    migrated_to: int | None = None

    def said(self) -> list[Json]:
        """The messages that are there, in order."""
        return [m for m in self.messages.values() if not m.get("deleted")]


class World:
    """All that a Bot API server knows."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._clock = itertools.count(1_772_442_000)
        self.users: dict[int, Json] = {}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, tuple[str, bytes]] = {}  # id → path and content
        self.updates: list[Json] = []
        self.fresh = asyncio.Condition()
        self.presses: dict[str, Json | None] = {}  # callback id → how it was answered
        self.actions: list[tuple[int, str]] = []
        self.menus: dict[tuple[str, str], list[Json]] = {}  # (scope, language) → commands
        self.webhook: Json = {"url": ""}
        self.failures: dict[str, deque[Failure]] = defaultdict(deque)
        self.calls: list[tuple[str, Json]] = []
        self.complaints: list[str] = []
        self.token = TOKEN
        self.privacy = True
        self.users[BOT_ID] = {"id": BOT_ID, "is_bot": True, "first_name": "Parley", "username": BOT_NAME}

    def number(self) -> int:
        """The next number of whatever needs one."""
        return next(self._numbers)

    def now(self) -> int:
        """The next second; every message has its own."""
        return next(self._clock)

    def private(self, user: int) -> Chat:
        """The chat of somebody with the bot; there is one only after they have opened it."""
        return self.chats.setdefault(user, Chat(user, "private", members={user: "member", BOT_ID: "member"}))

    def chat_json(self, chat: Chat) -> Json:
        """As a message tells it."""
        if chat.kind == "private":
            user = self.users[chat.id]
            named = {k: user[k] for k in ("first_name", "last_name", "username") if k in user}
            return {"id": chat.id, "type": "private", **named}
        return {"id": chat.id, "type": chat.kind, "title": chat.title}

    def message(self, chat: Chat, sender: int, **content: Any) -> Json:
        """A new message in a chat; not yet told to anybody."""
        made = {
            "message_id": self.number(),
            "date": self.now(),
            "chat": self.chat_json(chat),
            "from": self.users[sender],
            **content,
        }
        chat.messages[made["message_id"]] = made
        return made

    async def drop(self, done: Callable[[Json], bool]) -> None:
        """Forget updates that have arrived."""
        async with self.fresh:
            self.updates[:] = [u for u in self.updates if not done(u)]
            self.fresh.notify_all()

    async def tell(self, kind: str, *contents: Json) -> None:
        """Queue an update for the bot, or several that come together."""
        async with self.fresh:
            self.updates += [{"update_id": 900_000 + self.number(), kind: content} for content in contents]
            self.fresh.notify_all()
