"""Who is who in the Slack workspace, and who is in which room; remembered for a while."""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.incoming import Sender

REMEMBERED = 600.0  # seconds
CROWD = 200  # a room with more people counts as having strangers in it
LANGUAGES = {"zh-CN": "zh-Hans", "zh-SG": "zh-Hans", "zh-TW": "zh-Hant", "zh-HK": "zh-Hant"}


@dataclass(frozen=True)
class Person:
    """An account: `full` for members of this very workspace who are neither guests nor gone; `human` for no bot."""

    id: str
    name: str
    full: bool = False
    human: bool = True
    zone: str | None = None
    language: str | None = None
    email: str | None = None

    def sender(self) -> Sender:
        """As the way through knows a speaker."""
        if not self.full:
            return Sender(self.id, self.name, self.language, barred=True)
        return Sender(self.id, self.name, self.language, self.zone, email=self.email, joins=True)


@dataclass(frozen=True)
class Room:
    """A channel: whether the bot is in it, who else is, and whether somebody may be there whom nobody vouches for."""

    inside: bool = False
    present: tuple[str, ...] = ()
    strangers: bool = True


class Directory:
    """Looks accounts and rooms up."""

    def __init__(
        self, client: AsyncWebClient, team: str, bot: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.client, self.team, self.bot, self._clock = client, team, bot, clock
        self._people: dict[str, tuple[float, Person]] = {}
        self._rooms: dict[str, tuple[float, Room]] = {}
        self._direct: dict[str, str] = {}

    async def person(self, user: str) -> Person:
        """An account. Raises what the library raises when Slack does not answer and nothing is remembered."""
        until, known = self._people.get(user, (0.0, None))
        if known and until > self._clock():
            return known
        try:
            answer = await self.client.users_info(user=user, include_locale=True)
            found = _person(answer["user"], self.team)
        except SlackApiError as error:
            if error_of(error) not in ("user_not_found", "user_not_visible"):
                if known:
                    return known
                raise
            found = Person(user, user)
        self._people[user] = (self._clock() + REMEMBERED, found)
        return found

    async def names(self, users: Iterable[str]) -> dict[str, str]:
        """What the accounts that a message mentions are called."""
        people = await asyncio.gather(*(self.person(u) for u in dict.fromkeys(users)))
        return {p.id: p.name for p in people}

    def told(self, user: dict[str, Any]) -> None:
        """Slack tells that an account has changed."""
        self._people[user["id"]] = (self._clock() + REMEMBERED, _person(user, self.team))

    def forget_room(self, channel: str) -> None:
        """Somebody has come or gone."""
        self._rooms.pop(channel, None)

    async def room(self, channel: str) -> Room:
        """A channel and who is in it; an empty one with strangers where Slack does not tell."""
        until, known = self._rooms.get(channel, (0.0, None))
        if known and until > self._clock():
            return known
        try:
            found = await self._room(channel)
        except SlackApiError as error:
            if error_of(error) not in ("channel_not_found", "not_in_channel"):
                return known or Room()
            found = Room()
        self._rooms[channel] = (self._clock() + REMEMBERED, found)
        return found

    async def _room(self, channel: str) -> Room:
        info = (await self.client.conversations_info(channel=channel))["channel"]
        inside = bool(info.get("is_member"))
        if not inside or info.get("is_ext_shared") or info.get("is_pending_ext_shared"):
            return Room(inside)
        members = await self.client.conversations_members(channel=channel, limit=CROWD)
        if (members.get("response_metadata") or {}).get("next_cursor"):
            return Room(inside)
        people = await asyncio.gather(*(self.person(u) for u in members["members"] if u != self.bot))
        humans = [p for p in people if p.human]
        return Room(inside, tuple(p.id for p in humans), strangers=not all(p.full for p in humans))

    async def direct(self, user: str) -> str:
        """The channel of the direct messages with somebody."""
        if user not in self._direct:
            self._direct[user] = (await self.client.conversations_open(users=user))["channel"]["id"]
        return self._direct[user]


def _person(user: dict[str, Any], team: str) -> Person:
    profile = user.get("profile") or {}
    human = not user.get("is_bot") and not user.get("is_workflow_bot") and user["id"] != "USLACKBOT"
    outside = ("deleted", "is_restricted", "is_ultra_restricted", "is_stranger", "is_invited_user")
    home = user.get("team_id", team) == team or team in (user.get("enterprise_user") or {}).get("teams", ())
    return Person(
        user["id"],
        user.get("real_name") or profile.get("real_name") or user.get("name") or user["id"],
        full=human and home and not any(user.get(flag) for flag in outside),
        human=human,
        zone=user.get("tz"),
        language=_language(user.get("locale")),
        email=profile.get("email"),
    )


def _language(locale: str | None) -> str | None:
    if not locale:
        return None
    return LANGUAGES.get(locale) or ("en" if locale.startswith("en") else None)


def error_of(error: SlackApiError) -> str:
    """Slack's own word for what is wrong; empty where its answer was none."""
    response = error.response
    data = response if isinstance(response, dict) else getattr(response, "data", None)
    return str(data.get("error", "")) if isinstance(data, dict) else ""
