"""What Slack delivers: kept before it is acknowledged, or answered at once."""

import asyncio
import json
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.adapters.slack.files import Files
from bot.adapters.slack.forms import Forms
from bot.adapters.slack.people import Directory, Person, Room
from bot.adapters.slack.wording import addresses_another, mentioned, plain
from bot.incoming import Incoming, Quoted
from bot.linking import code_in
from bot.reception import Reception
from bot.slash import is_command
from storage.inbox import is_met

Body = dict[str, Any]
HUMAN = (None, "file_share", "thread_broadcast")  # subtypes of what people say
LOOK = 2.0  # seconds in which a room's people must be known; else somebody may be there
log = logging.getLogger(__name__)


NOWHERE = Room()


@dataclass(frozen=True)
class Place:
    """Where something was said: the direct messages with somebody, or a channel; and the thread there."""

    id: str
    thread: str = ""
    private: bool = True
    room: Room = NOWHERE


class Desk:
    """Takes events, commands, presses and forms; what it returns goes into the acknowledgement."""

    def __init__(self, reception: Reception, directory: Directory, forms: Forms, files: Files) -> None:
        self.reception, self.directory, self.forms, self.files = reception, directory, forms, files
        self._threads: set[tuple[str, str]] = set()
        self._background: set[asyncio.Future[Any]] = set()
        self._files: dict[str, asyncio.Future[Any]] = {}

    async def take(self, body: Body) -> Body:
        """Keep or answer a delivery. Raises `Unavailable`, or what the library raises: then it is not acknowledged."""
        match body.get("type"):
            case "event_callback":
                await self._event(body["event"])
            case "block_actions":
                await self._acted(body)
            case "message_action":
                self._later(self.forms.open_about(await self._asker(body["user"]["id"]), body))
            case "block_suggestion":
                return await self.forms.suggest(await self._asker(body["user"]["id"]), body)
            case "view_submission":
                return await self._submitted(body)
            case None if "command" in body:
                return await self._command(body)
        return {}

    async def close(self) -> None:
        """Finish what goes on in the background."""
        await asyncio.gather(*self._background, return_exceptions=True)

    # Events

    async def _event(self, event: Body) -> None:
        match event["type"]:
            case "message" | "app_mention" if event.get("subtype") in HUMAN:
                await self._said(event, event)
            case "message" if event.get("subtype") == "message_changed":
                await self._changed(event)
            case "app_home_opened" if event.get("tab") == "messages":
                self._later(self.forms.prompt(await self._asker(event["user"]), event["channel"]))
            case "app_home_opened":
                self._later(self.forms.show_home(await self._asker(event["user"])))
            case "user_change":
                self.directory.told(event["user"])
            case "member_joined_channel" | "member_left_channel":
                self.directory.forget_room(event["channel"])

    async def _changed(self, event: Body) -> None:
        """An edit by a person; that a link was unfolded, or a thread begun, is none."""
        message, before = event["message"], event.get("previous_message") or {}
        if (
            message.get("text") != before.get("text")
            and message.get("subtype") in HUMAN
            and "edited" in message
        ):
            await self._said(message, event, edits=f"{event['channel']}/{message['ts']}")

    async def _said(self, message: Body, event: Body, edits: str | None = None) -> None:
        """A message, told once as `message` and once as `app_mention`: its place and time make it one event."""
        user, text = message.get("user"), message.get("text", "")
        if not user or message.get("bot_id") or user == self.directory.bot:
            return
        private = event["channel"].startswith("D")
        if not private and not await self._addressed(event["channel"], message):
            return
        person = await self.directory.person(user)
        if not person.human:
            return
        place = await self._place(event["channel"], person, message.get("thread_ts", ""), message["ts"])
        names = await self.directory.names(u for u in mentioned(text) if u != self.directory.bot)
        event_id = f"{event['channel']}/{message['ts']}"
        said = self._incoming(event_id, person, place, plain(text, self.directory.bot, names))
        if (thread := message.get("thread_ts", message["ts"])) != message["ts"]:
            said = replace(said, quotes=Quoted(f"{event['channel']}/{thread}", root=True))
        if edits:
            said = replace(said, event_id=f"{event_id}/{message['edited']['ts']}", edits=edits)
        if message.get("files") and person.full:
            said = await self._with_files(said, message["files"])
        await self._keep(said, (event["channel"], message.get("thread_ts") or message["ts"]))

    async def _addressed(self, channel: str, message: Body) -> bool:
        """Whether a message in a room is meant for us: it names us, or goes on in a thread where we take part."""
        text, thread = message.get("text", ""), message.get("thread_ts", "")
        if self.directory.bot in mentioned(text):
            return True
        return (
            bool(thread)
            and not addresses_another(text, self.directory.bot)
            and await self._take_part(channel, thread)
        )

    async def _take_part(self, channel: str, thread: str) -> bool:
        if (channel, thread) in self._threads:
            return True
        here = ("slack", self.directory.team, channel, thread)
        met = await asyncio.to_thread(self.reception.engine.read, lambda uow: is_met(uow, *here))
        if met:
            self._threads.add((channel, thread))
        return met

    async def _place(self, channel: str, person: Person, thread: str, ts: str = "") -> Place:
        """Where an answer goes: in a channel into the thread of the message, so that the channel stays readable."""
        if channel.startswith("D"):
            return Place(person.id, thread)
        return Place(channel, thread or ts, private=False, room=await self._room(channel))

    async def _room(self, channel: str) -> Room:
        try:
            return await asyncio.wait_for(self.directory.room(channel), LOOK)
        except (TimeoutError, SlackApiError, aiohttp.ClientError):
            return Room(inside=True)

    async def _with_files(self, said: Incoming, shown: list[Body]) -> Incoming:
        """The message with its files kept; while they are fetched, a second delivery waits for the first."""
        if said.event_id not in self._files:
            self._files[said.event_id] = asyncio.ensure_future(self.files.keep(shown))
        kept = self._files[said.event_id]
        try:
            files, lost = await asyncio.shield(kept)
            return replace(said, files=files, lost=lost)
        finally:
            asyncio.get_running_loop().call_later(60, self._files.pop, said.event_id, None)

    # Commands, presses and forms

    async def _command(self, body: Body) -> Body:
        """A slash command: answered in the channel where we are in it, else to the asker alone."""
        person = await self.directory.person(body["user_id"])
        text = plain(f"{body['command']} {body.get('text', '')}")
        place = Place(person.id)
        if not body["channel_id"].startswith("D") and not code_in(text):
            room = await self._room(body["channel_id"])
            place = Place(body["channel_id"], private=False, room=room) if room.inside else place
        said = self._incoming(
            f"slash/{body['trigger_id']}", person, place, self._worded(body["command"], text)
        )
        await self._keep(said)
        return {} if place.private else {"response_type": "in_channel"}

    def _worded(self, command: str, text: str) -> str:
        """`/crm` takes whole sentences as well as commands."""
        rest = text.removeprefix("/crm").strip()
        if (
            command != "/crm"
            or not rest
            or is_command(rest, self.reception.engine.parts.specs)
            or code_in(text)
        ):
            return text
        return rest

    async def _acted(self, body: Body) -> None:
        """A button: of a message, by its token; of the home, by what it carries."""
        action, user = body["actions"][0], body["user"]["id"]
        what = action["action_id"]
        if what.startswith("say:"):
            await self._pressed(body, action["value"])
        elif what.startswith("form:"):
            self._later(
                self.forms.open(await self._asker(user), what.removeprefix("form:"), body["trigger_id"])
            )
        elif what.startswith("do:"):
            asker = await self._asker(user)
            said = replace(asker, event_id=f"home/{body['trigger_id']}", turn=json.loads(action["value"]))
            await self._then_home(said)

    async def _pressed(self, body: Body, token: str) -> None:
        person = await self.directory.person(body["user"]["id"])
        message = body.get("message") or {}
        channel = (body.get("channel") or {}).get("id") or "D"
        thread = message.get("thread_ts", "")
        place = await self._place(channel, person, thread)
        await self._keep(
            replace(self._incoming(f"press/{body['trigger_id']}", person, place, ""), press=token)
        )

    async def _submitted(self, body: Body) -> Body:
        """A filled-in form: sent back with what is wrong, or said as a turn."""
        asker = await self._asker(body["user"]["id"])
        turn, wrong = await self.forms.read(asker, body["view"])
        if turn is None:
            return {"response_action": "errors", "errors": wrong}
        event_id = f"form/{body['view']['id']}/{body['view'].get('hash', '')}"
        await self._then_home(replace(asker, event_id=event_id, turn=turn.dump()))
        return {}

    async def _then_home(self, said: Incoming) -> None:
        """Handle, and show the home as it is afterwards to those who look at it."""
        if (conversation := await self.reception.take(said)) and self.forms.looks_at_home(said):
            self._later(self._home_after(conversation, said))

    async def _home_after(self, conversation: Any, said: Incoming) -> None:
        await self.reception.handled(conversation)
        await self.forms.show_home(said)

    # What they have in common

    async def _asker(self, user: str) -> Incoming:
        """Somebody who asks in private."""
        person = await self.directory.person(user)
        return self._incoming("", person, Place(person.id), "")

    def _incoming(self, event_id: str, person: Person, place: Place, text: str) -> Incoming:
        return Incoming(
            "slack",
            event_id,
            person.sender(),
            place.id,
            text,
            private=place.private,
            thread=place.thread,
            account=self.directory.team,
            present=place.room.present if not place.private else (),
            strangers=place.room.strangers and not place.private,
            begins_thread=not place.private and event_id == f"{place.id}/{place.thread}",
        )

    async def _keep(self, said: Incoming, thread: tuple[str, str] | None = None) -> None:
        async def slow(under_way: bool) -> None:
            if thread:
                words = self.forms.working(said) if under_way else ""
                await self.forms.client.assistant_threads_setStatus(
                    channel_id=thread[0], thread_ts=thread[1], status=words
                )

        await self.reception.take(said, slow)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something after the acknowledgement; what fails is no reason to deliver anew."""
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Future[None]) -> None:
        self._background.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.warning("something asked in Slack was not shown: %s", type(error).__name__)
