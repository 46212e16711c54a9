"""The fake Slack as a server in a thread, and the people who use it."""

import json

from aiohttp import WSMsgType, web

from tests.fakes.slack.delivery import Delivering
from tests.fakes.slack.people import People
from tests.fakes.slack.web_api import WebApi
from tests.fakes.slack.world import BOT_TOKEN, Failure, World


class FakeSlack(People):
    """Start it, speak as somebody, and look at what each person sees."""

    def __init__(self) -> None:
        super().__init__("fake-slack")
        self.world = World()
        self.delivering = Delivering()

    @property
    def api_url(self) -> str:
        """What goes into SLACK_API_URL."""
        return self.url("/api/")

    def fail(self, method: str, failure: Failure, times: int = 1) -> None:
        """Order the next calls of a method to fail."""
        self.world.failures[method].extend([failure] * times)

    def disconnect(self, *, announced: bool = True) -> None:
        """Close every socket, with or without Slack's warning."""
        self.run(self.delivering.disconnect(announced=announced))

    def application(self) -> web.Application:
        """The Web API, the socket, and files."""
        app = web.Application(client_max_size=64 * 2**20)
        api = WebApi(self.world, self.url)
        app.router.add_route("*", "/api/{method}", api.handle)
        app.router.add_get("/link", self._socket)
        app.router.add_post("/upload/{file}", self._upload)
        app.router.add_get("/download/{file}", self._download)
        app.router.add_post("/respond/{id}", self._respond)
        return app

    async def _close(self) -> None:
        await self.delivering.close()
        await super()._close()

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
