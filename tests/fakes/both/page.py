"""The page on which both platforms stand side by side."""

import asyncio
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.fakes.both.platforms import Both

STATIC = Path(__file__).parent / "static"
FILES = {"/": "index.html", "/both.js": "both.js", "/both.css": "both.css"}
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'"
PLATFORMS = ("slack", "telegram")


class Page:
    """Serves the page and what it asks for, to this machine alone."""

    def __init__(self, both: Both) -> None:
        self.both = both
        self._runner: web.AppRunner | None = None
        self.port = 0

    async def start(self, port: int = 0) -> None:
        """Listen."""
        app = web.Application()
        for path in FILES:
            app.router.add_get(path, self._file)
        app.router.add_get("/state", self._state)
        app.router.add_post("/say", self._say)
        app.router.add_post("/press", self._press)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner:
            await self._runner.cleanup()

    async def _file(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(STATIC / FILES[request.path], headers={"Content-Security-Policy": POLICY})

    async def _state(self, request: web.Request) -> web.Response:
        """Who is there, and what the chosen one sees."""
        people = self.both.people
        person = request.query.get("person") or (people[0] if people else "")
        room = request.query.get("room") == "1"
        shown: dict[str, Any] = {
            p: self.both.seen(p, person, room=room) for p in PLATFORMS if person in people
        }
        return web.json_response({"people": people, "person": person, **shown})

    async def _say(self, request: web.Request) -> web.Response:
        given = await request.json()
        place = {"room": bool(given["room"])}
        await asyncio.to_thread(self.both.say, given["platform"], given["person"], given["text"], **place)
        return web.json_response({})

    async def _press(self, request: web.Request) -> web.Response:
        given = await request.json()
        pressed = (given["platform"], given["person"], given["label"], given["message"])
        await asyncio.to_thread(self.both.press, *pressed)
        return web.json_response({})
