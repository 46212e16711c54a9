"""Messages on their way to Slack: posted once, edited in place, found again after a crash."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.blocks import Part, parts, without_table
from bot.adapters.slack.files import Files
from bot.adapters.slack.people import Directory, error_of
from handlers.reply import Reply
from schedules.delivery import Ambiguous, CannotSend, Refused, Unreachable, check_lease
from storage.deliveries import Delivery

EVENT = "parley_message"  # the type of our messages' metadata
EARLIER = 900.0  # seconds by which Slack's clock may differ from ours
PAGES, PAGE = 10, 200
GONE = {
    "account_inactive_user",
    "cannot_dm_bot",
    "channel_not_found",
    "is_archived",
    "messages_tab_disabled",
    "not_in_channel",
    "restricted_action",
    "user_disabled",
    "user_not_found",
    "user_not_visible",
}
UNSURE = {"fatal_error", "internal_error", "service_unavailable", "request_timeout", ""}
LATER = {"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked", "missing_scope"}
LATER_AFTER = 60.0
UNEDITABLE = {"cant_update_message", "edit_window_closed", "message_not_found"}
BLOCKS = {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "only_one_table_allowed"}


@dataclass(frozen=True)
class Address:
    """A message: channel and time, as the outbox keeps it."""

    channel: str
    ts: str

    def __str__(self) -> str:
        return f"{self.channel}/{self.ts}"

    @staticmethod
    def of(external_id: str) -> "Address":
        """From the outbox."""
        channel, _, ts = external_id.partition("/")
        return Address(channel, ts)


@dataclass(frozen=True)
class Earlier:
    """What earlier attempts at a message have posted: its parts, number and time, and the titles of its files."""

    parts: dict[int, str]
    files: tuple[str, ...] = ()


NOTHING = Earlier({})


class Outgoing:
    """Posts and edits what the outbox has for Slack."""

    def __init__(self, client: AsyncWebClient, directory: Directory, files: Files) -> None:
        self.client, self.directory, self.files = client, directory, files

    async def send(self, delivery: Delivery) -> str:
        """Post or edit a message. Raises as `schedules.delivery.Sender` says."""
        reply = Reply.from_json(delivery.payload["reply"])
        shown = parts(reply, delivery.payload["buttons"], delivery.payload.get("used", ()))
        with explained():
            channel = await self._channel(delivery)
            several = len(shown) > 1 or reply.files or reply.pictures or delivery.replaces
            before = await self._earlier(delivery, channel) if several and delivery.attempts > 1 else NOTHING
            edited = await self._edit(delivery, shown[-1], reply) if delivery.replaces else None
            await self._share(delivery, channel, reply, before)
            if edited:
                return edited
            done = dict(before.parts)
            for number, part in enumerate(shown):
                if number not in done:
                    check_lease()
                    done[number] = await self._post(delivery, channel, part, reply, number)
        return str(Address(channel, done[len(shown) - 1]))

    async def sent_before(self, delivery: Delivery) -> str | None:
        """The message of an earlier attempt, found by the outbox id that it carries."""
        if delivery.replaces:
            return None  # to edit again does no harm
        reply = Reply.from_json(delivery.payload["reply"])
        last = len(parts(reply, ())) - 1
        with explained():
            channel = await self._channel(delivery)
            done = (await self._earlier(delivery, channel)).parts
        return str(Address(channel, done[last])) if last in done else None

    async def _share(self, delivery: Delivery, channel: str, reply: Reply, before: Earlier) -> None:
        """Files go before the message that speaks of them, so that none is missing where the message is found."""
        if before.parts:
            return
        there = Counter(before.files)
        titles = [(file.id, file.name) for file in reply.files]
        for file_id, title in [*titles, *((picture, reply.headline.text) for picture in reply.pictures)]:
            if there[title]:
                there[title] -= 1
            else:
                check_lease()
                await self.files.upload(file_id, channel, delivery.thread, title)

    async def _channel(self, delivery: Delivery) -> str:
        return await self.directory.direct(delivery.place) if delivery.private else delivery.place

    async def _post(self, delivery: Delivery, channel: str, part: Part, reply: Reply, number: int) -> str:
        mark = {"event_type": EVENT, "event_payload": {"outbox": str(delivery.id), "part": number}}
        where: dict[str, Any] = {
            "channel": channel,
            "metadata": mark,
            "unfurl_links": False,
            "unfurl_media": False,
        }
        where |= {"thread_ts": delivery.thread} if delivery.thread else {}
        try:
            answer = await self.client.chat_postMessage(text=part.text, blocks=part.blocks, **where)
        except SlackApiError as error:
            if error_of(error) not in BLOCKS or not reply.table:
                raise
            plainer = without_table(part, reply)
            answer = await self.client.chat_postMessage(text=plainer.text, blocks=plainer.blocks, **where)
        return str(answer["ts"])

    async def _edit(self, delivery: Delivery, part: Part, reply: Reply) -> str | None:
        """Edit the message that is replaced; None where Slack no longer lets us."""
        at = Address.of(str(delivery.replaces))
        try:
            await self.client.chat_update(channel=at.channel, ts=at.ts, text=part.text, blocks=part.blocks)
        except SlackApiError as error:
            if error_of(error) in BLOCKS and reply.table:
                plainer = without_table(part, reply)
                await self.client.chat_update(
                    channel=at.channel, ts=at.ts, text=plainer.text, blocks=plainer.blocks
                )
            elif error_of(error) in UNEDITABLE:
                return None
            else:
                raise
        return str(at)

    async def _earlier(self, delivery: Delivery, channel: str) -> Earlier:
        """What an earlier attempt has left in the history. Files bear no mark: ours are those after our last message."""
        parts: dict[int, str] = {}
        files: list[str] = []
        found = [message async for message in self._since(delivery, channel)]
        for message in sorted(found, key=lambda m: str(m["ts"])):
            mark = message.get("metadata") or {}
            told = (mark.get("event_payload") or {}) if mark.get("event_type") == EVENT else {}
            if told.get("outbox") == str(delivery.id):
                parts[int(told.get("part", 0))] = message["ts"]
            elif told:
                files.clear()
            elif message.get("user") == self.directory.bot:
                files += [str(file.get("title", "")) for file in message.get("files", ())]
        return Earlier(parts, tuple(files))

    async def _since(self, delivery: Delivery, channel: str) -> AsyncIterator[dict[str, Any]]:
        cursor = ""
        for _ in range(PAGES):
            page = await self._history(delivery, channel, cursor)
            for message in page["messages"]:
                yield message
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return

    async def _history(self, delivery: Delivery, channel: str, cursor: str) -> Any:
        since = f"{max(made_at(delivery.id) - EARLIER, 0):.6f}"
        asked: dict[str, Any] = {
            "channel": channel,
            "oldest": since,
            "limit": PAGE,
            "include_all_metadata": True,
        }
        asked |= {"cursor": cursor} if cursor else {}
        if delivery.thread:
            return await self.client.conversations_replies(ts=delivery.thread, **asked)
        return await self.client.conversations_history(**asked)


def made_at(row: UUID) -> float:
    """When a row was made: its UUIDv7 begins with the milliseconds."""
    return (row.int >> 80) / 1000


@contextmanager
def explained() -> Iterator[None]:
    """What the library raises, in the outbox's terms."""
    try:
        yield
    except SlackApiError as error:
        raise _meant(error) from error
    except aiohttp.ClientConnectorError as error:
        raise CannotSend("Slack is not reachable") from error
    except (TimeoutError, aiohttp.ClientError, ConnectionError) as error:
        raise Ambiguous(type(error).__name__) from error


def _meant(error: SlackApiError) -> Exception:
    name = error_of(error)
    status = getattr(error.response, "status_code", 0)
    if status == 429 or name == "ratelimited":
        headers = getattr(error.response, "headers", {})
        return CannotSend("ratelimited", float(headers.get("Retry-After", 30)))
    if name in GONE:
        return Unreachable(name)
    if name in LATER:
        return CannotSend(name, LATER_AFTER)
    return Ambiguous(name or str(status)) if name in UNSURE else Refused(name)
