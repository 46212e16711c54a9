"""What the fake Slack keeps: people, channels, messages, files, views, and the failures that were ordered."""

import itertools
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

TEAM, APP, BOT_USER, BOT = "T0HOME", "A0PARLEY", "U0PARLEY", "B0PARLEY"
BOT_TOKEN, APP_TOKEN, SIGNING_SECRET = "xoxb-fake-token", "xapp-fake-token", "fake-signing-secret"
SCOPES = (
    "app_mentions:read,assistant:write,channels:history,channels:read,chat:write,commands,files:read,"
    "files:write,groups:history,groups:read,im:history,im:write,mpim:history,mpim:read,"
    "users:read,users:read.email"
)


@dataclass(frozen=True)
class Failure:
    """What goes wrong with a call: a status, an error, or a connection cut before or after the effect."""

    status: int | None = None
    retry_after: int | None = None
    error: str | None = None
    cut: str | None = None  # "before" or "after"


@dataclass
class Channel:
    """A channel or direct message and what was said in it."""

    id: str
    name: str
    members: set[str]
    kind: str = "channel"  # channel, group or im
    shared: bool = False
    messages: list[dict[str, Any]] = field(default_factory=list)

    def info(self) -> dict[str, Any]:
        """As `conversations.info` tells it."""
        return {
            "id": self.id,
            "name": self.name,
            "is_channel": self.kind == "channel",
            "is_group": self.kind == "group",
            "is_im": self.kind == "im",
            "is_private": self.kind != "channel",
            "is_ext_shared": self.shared,
            "is_member": BOT_USER in self.members,
        }

    def find(self, ts: str) -> dict[str, Any] | None:
        """The message of that time."""
        return next((m for m in self.messages if m["ts"] == ts), None)


class World:
    """The state of a workspace."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self.users: dict[str, dict[str, Any]] = {}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, dict[str, Any]] = {}
        self.views: dict[str, dict[str, Any]] = {}  # by id
        self.open_view: dict[str, str] = {}  # user → view id
        self.homes: dict[str, dict[str, Any]] = {}
        self.prompts: dict[str, dict[str, Any]] = {}
        self.statuses: list[dict[str, Any]] = []
        self.ephemerals: list[dict[str, Any]] = []
        self.triggers: dict[str, str] = {}  # trigger id → user
        self.failures: dict[str, deque[Failure]] = defaultdict(deque)
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.complaints: list[str] = []
        self.scopes = SCOPES
        self.bot_token_valid = self.app_token_valid = True
        self.user(BOT_USER, "Parley", is_bot=True)

    def number(self) -> int:
        """The next number of whatever needs one."""
        return next(self._numbers)

    def ts(self) -> str:
        """This moment; every message has its own."""
        return f"{int(time.time())}.{self.number():06d}"

    def user(self, user_id: str, name: str, **flags: Any) -> str:
        """Let somebody exist; flags as Slack has them: is_restricted, deleted, is_stranger, team_id …"""
        profile = {
            "real_name": name,
            "display_name": flags.pop("display_name", ""),
            "email": flags.pop("email", None),
        }
        self.users[user_id] = {
            "id": user_id,
            "team_id": TEAM,
            "name": name.lower(),
            "real_name": name,
            "profile": profile,
            "tz": "Europe/Berlin",
            "locale": "en-US",
            "deleted": False,
            "is_bot": False,
            "is_restricted": False,
            "is_ultra_restricted": False,
            **flags,
        }
        return user_id

    def channel(
        self, name: str, members: set[str], *, kind: str = "channel", shared: bool = False
    ) -> Channel:
        """A new channel."""
        prefix = {"channel": "C", "group": "G", "im": "D"}[kind]
        made = Channel(f"{prefix}{self.number():05d}", name, set(members), kind, shared)
        self.channels[made.id] = made
        return made

    def im(self, user: str) -> Channel:
        """The direct messages between somebody and the bot."""
        known = (c for c in self.channels.values() if c.kind == "im" and user in c.members)
        return next(known, None) or self.channel(f"im-{user}", {user, BOT_USER}, kind="im")

    def trigger(self, user: str) -> str:
        """A trigger id, with which a view may be opened once."""
        made = f"trigger.{self.number()}"
        self.triggers[made] = user
        return made
