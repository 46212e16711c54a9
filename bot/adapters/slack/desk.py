"""What Slack delivers: kept before it is acknowledged, or answered at once."""

import re
from typing import Any

from bot.adapters.slack.people import Directory
from bot.adapters.slack.wording import mentioned, plain
from bot.incoming import Incoming
from bot.reception import Reception

Body = dict[str, Any]
HUMAN = (None, "file_share", "thread_broadcast")  # subtypes of what people say
_THREAD = re.compile(r"\d+\.\d+")


class Desk:
    """Takes events, commands and presses; what it returns goes into the acknowledgement."""

    def __init__(self, reception: Reception, directory: Directory) -> None:
        self.reception, self.directory = reception, directory

    async def take(self, body: Body) -> Body:
        """Keep a delivery. Raises `Unavailable`, or what the library raises: then it must not be acknowledged."""
        match body.get("type"):
            case "event_callback":
                await self._event(body["event"])
            case "block_actions":
                await self._pressed(body)
            case None if "command" in body:
                await self._command(body)
        return {}

    async def _event(self, event: Body) -> None:
        match event["type"]:
            case "message" | "app_mention" if event.get("subtype") in HUMAN:
                await self._said(event)

    async def _said(self, event: Body) -> None:
        """A message; the same one told as `message` and as `app_mention` is one event here."""
        user = event.get("user")
        if not user or event.get("bot_id"):
            return
        person = await self.directory.person(user)
        if not person.human:
            return
        names = await self.directory.names(u for u in mentioned(event["text"]) if u != self.directory.bot)
        text = plain(event["text"], self.directory.bot, names)
        if event["channel"].startswith("D"):
            await self.reception.take(
                self._incoming(
                    f"{event['channel']}/{event['ts']}", person, user, text, thread=event.get("thread_ts", "")
                )
            )

    async def _pressed(self, body: Body) -> None:
        action = body["actions"][0]
        if not action["action_id"].startswith("say:"):
            return
        user = body["user"]["id"]
        person = await self.directory.person(user)
        await self.reception.take(
            self._incoming(f"press/{body['trigger_id']}", person, user, "", press=action["value"])
        )

    async def _command(self, body: Body) -> None:
        user = body["user_id"]
        person = await self.directory.person(user)
        text = f"{body['command']} {body.get('text', '')}".strip()
        await self.reception.take(self._incoming(f"slash/{body['trigger_id']}", person, user, text))

    def _incoming(self, event_id: str, person: Any, place: str, text: str, **more: Any) -> Incoming:
        return Incoming("slack", event_id, person.sender(), place, text, account=self.directory.team, **more)
