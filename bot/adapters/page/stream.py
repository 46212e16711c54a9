"""The one connection to an open page: server-sent events that resume at the place that was last seen."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from anyio import to_thread
from fastapi import Request
from fastapi.responses import StreamingResponse

from bot.adapters.page.visit import Page, Visitor
from storage.errors import Unavailable
from storage.queries.page import after, before

POLL = 1.0  # seconds until an open stream looks by itself: for what other processes sent, and whether the person may stay
BEAT = 15  # looks after which a line is sent, so that nothing between takes the connection for dead
BATCH = 50


async def stream(page: Page, request: Request, after_place: int) -> StreamingResponse:
    """Everything after a place, and then what comes."""
    visitor = await page.visitor(request)
    seen = request.headers.get("last-event-id", "")
    place = int(seen) if seen.isdecimal() else after_place
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(page, visitor, place), media_type="text/event-stream", headers=headers)


async def _events(page: Page, visitor: Visitor, place: int) -> AsyncIterator[str]:
    conversation = visitor.conversation
    woken = page.door.watchers.watch(conversation)
    typing, looks = False, 0
    try:
        yield "retry: 1000\n\n"
        while not page.door.watchers.ending:
            woken.clear()
            try:
                entries = await to_thread.run_sync(read_after, page, visitor, place)
            except Unavailable:
                return  # the page comes again
            if entries is None:
                yield _event("out", {})
                return
            for entry in entries:
                place = entry["place"]
                yield _event("message", entry, place)
            if (busy := page.reception.busy(conversation)) != typing:
                typing = busy
                yield _event("typing", {"on": busy})
            looks = (looks + 1) % BEAT
            if not looks:
                yield ":\n\n"
            if len(entries) < BATCH:
                await _woken(woken)
    finally:
        page.door.watchers.leave(conversation, woken)


async def _woken(event: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(event.wait(), POLL)
    except TimeoutError:
        return


def _event(name: str, data: dict[str, Any], place: int | None = None) -> str:
    head = f"id: {place}\n" if place is not None else ""
    return f"{head}event: {name}\ndata: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n"


def read_after(page: Page, visitor: Visitor, place: int) -> list[dict[str, Any]] | None:
    """What came after a place; None once the person may no longer be here."""
    return page.messages(visitor, lambda uow, mine: after(uow, mine, place, BATCH))


def read_before(page: Page, visitor: Visitor, place: int | None) -> list[dict[str, Any]] | None:
    """The newest messages before a place, or of all."""
    return page.messages(visitor, lambda uow, mine: before(uow, mine, place, BATCH))
