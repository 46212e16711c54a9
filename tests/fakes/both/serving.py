"""`parley demo --fake`: a filled Parley in both platforms, and the page, until it is stopped."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bot.adapters.web import Server, web
from bot.app import App, doors
from bot.doors import Door
from bot.reception import Reception
from tests.fakes.both.page import Page
from tests.fakes.both.platforms import Both


def serve(app: App, port: int, say: Callable[[str], None]) -> None:
    """Serve Parley, both fakes and the page beside them."""
    both = Both().start()
    try:
        app.settings = both.settings(app.settings)
        asyncio.run(_serve(app, both, port, say))
    finally:
        both.stop()


async def _serve(app: App, both: Both, port: int, say: Callable[[str], None]) -> None:
    reception = Reception(app.engine)
    found = doors(app, reception)
    server = Server(web(app, reception, found, port=port), "127.0.0.1", port, "warning")
    async with _beside(app, both, found, say):
        await server.serve()


@asynccontextmanager
async def _beside(app: App, both: Both, found: list[Door], say: Callable[[str], None]) -> AsyncIterator[None]:
    page = Page(both)
    await page.start()

    async def bring() -> None:
        while not all(door.up for door in found):  # noqa: ASYNC110 - doors say nothing when they are
            await asyncio.sleep(0.05)
        await asyncio.to_thread(both.bring, app)
        say(f"Slack and Telegram side by side: http://127.0.0.1:{page.port} — stop with Ctrl+C")

    coming = asyncio.create_task(bring())
    try:
        yield
    finally:
        coming.cancel()
        await page.stop()
