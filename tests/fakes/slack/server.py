"""The fake Slack as a server in a thread, and the people who use it."""

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from aiohttp import WSMsgType, web

from tests.fakes.slack.delivery import Delivering
from tests.fakes.slack.people import People
from tests.fakes.slack.web_api import WebApi
from tests.fakes.slack.world import BOT_TOKEN, Failure, World

T = TypeVar("T")


class FakeSlack(People):
    """Start it, speak as somebody, and look at what each person sees."""

    def __init__(self) -> None:
        self.world = World()
        self.delivering = Delivering()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fake-slack", daemon=True)
        self._runner: web.AppRunner | None = None
        self.port = 0

    def start(self) -> "FakeSlack":
        """Listen on a free port of this machine."""
        self._thread.start()
        self.run(self._listen())
        return self

    def stop(self) -> None:
        """Stop listening."""
        self.run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def api_url(self) -> str:
        """What goes into SLACK_API_URL."""
        return self.url("/api/")

    def url(self, path: str) -> str:
        """An address of this server."""
        return f"http://127.0.0.1:{self.port}{path}"

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something in the server's loop and wait for it."""
        future: Future[T] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return future.result(timeout=60)

    def fail(self, method: str, failure: Failure, times: int = 1) -> None:
        """Order the next calls of a method to fail."""
        self.world.failures[method].extend([failure] * times)

    def disconnect(self, *, announced: bool = True) -> None:
        """Close every socket, with or without Slack's warning."""
        self.run(self.delivering.disconnect(announced=announced))

    async def _listen(self) -> None:
        app = web.Application(client_max_size=64 * 2**20)
        api = WebApi(self.world, self.url)
        app.router.add_route("*", "/api/{method}", api.handle)
        app.router.add_get("/link", self._socket)
        app.router.add_post("/upload/{file}", self._upload)
        app.router.add_get("/download/{file}", self._download)
        app.router.add_post("/respond/{id}", self._respond)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _close(self) -> None:
        await self.delivering.close()
        if self._runner:
            await self._runner.cleanup()

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json(
            {"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0PARLEY"}}
        )
        self.delivering.connected(socket)
        async for message in socket:
            if message.type == WSMsgType.TEXT:
                self.delivering.acknowledged(json.loads(message.data))
        self.delivering.gone(socket)
        return socket

    async def _upload(self, request: web.Request) -> web.Response:
        self.world.files[request.match_info["file"]]["content"] = await request.read()
        return web.Response(text="OK")

    async def _download(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {BOT_TOKEN}":
            return web.Response(text="<html>sign in</html>", content_type="text/html")
        file = self.world.files[request.match_info["file"]]
        return web.Response(body=file["content"], content_type=file["mimetype"])

    async def _respond(self, request: web.Request) -> web.Response:
        self.world.ephemerals.append(await request.json())
        return web.Response(text="ok")


Waits = Callable[[], bool]
