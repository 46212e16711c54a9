"""The page as a door: answers are put on the page they belong to, and whoever has it open is woken."""

import asyncio
from collections.abc import Sequence
from functools import partial
from uuid import UUID

from anyio import to_thread
from starlette.routing import BaseRoute

from bot.adapters.page.session import PLATFORM
from bot.app import App
from storage.deliveries import Delivery, release
from storage.queries.page import show


class Watchers:
    """The open pages of this process, by conversation."""

    def __init__(self) -> None:
        self.ending = False
        self._watching: dict[UUID, set[asyncio.Event]] = {}

    def watch(self, conversation: UUID) -> asyncio.Event:
        """An event that is set when something happens in a conversation, or when all is to end."""
        event = asyncio.Event()
        self._watching.setdefault(conversation, set()).add(event)
        return event

    def leave(self, conversation: UUID, event: asyncio.Event) -> None:
        """Stop watching."""
        self._watching[conversation].discard(event)
        if not self._watching[conversation]:
            del self._watching[conversation]

    def wake(self, conversation: UUID) -> None:
        """Something has happened in a conversation."""
        for event in self._watching.get(conversation, ()):
            event.set()

    def end(self) -> None:
        """Let every open stream end, so that the server can."""
        self.ending = True
        for events in self._watching.values():
            for event in events:
                event.set()


class PageDoor:
    """Sends to the page: a place on it is durable, so that a page which is not open sees it later."""

    platform = PLATFORM
    looks_up = True  # a message has one place on its page, however often it is sent

    def __init__(self, app: App) -> None:
        self.app, self.up, self.watchers = app, False, Watchers()
        self.routes: Sequence[BaseRoute] = ()

    async def run(self) -> None:
        """Take up what a former process left, and be there until cancelled."""
        if self.app.database.sqlite:
            await to_thread.run_sync(release, self.app.database, [PLATFORM])
        self.up = True
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Let the open streams end."""
        self.watchers.end()

    async def send(self, delivery: Delivery) -> str:
        """Put an answer on its page; the message's own id is its id there."""
        conversation = await to_thread.run_sync(self.app.database.run, partial(show, delivery=delivery))
        if conversation:
            self.watchers.wake(conversation)
        return str(delivery.message_id)

    async def sent_before(self, delivery: Delivery) -> str | None:  # noqa: ARG002 - the interface
        """Nobody needs to look: a message has one place, however often it is sent."""
        return None
