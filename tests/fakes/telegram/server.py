"""The fake Telegram as a server in a thread."""

import asyncio
import operator
from functools import partial
from typing import Protocol

import aiohttp
from aiohttp import web

from tests.fakes.telegram.bot_api import BotApi, arguments
from tests.fakes.telegram.check import Bad
from tests.fakes.telegram.people import People
from tests.fakes.telegram.world import Failure, Json, World

PATIENCE = 30.0
AGAIN = 0.05  # seconds until a webhook that failed is called again
HEADER = "X-Telegram-Bot-Api-Secret-Token"


class Settling(Protocol):
    """What can be waited for until it is quiet."""

    def settle(self) -> None:
        """Wait."""


class FakeTelegram(People):
    """Start it, speak as somebody, and look at what each person sees."""

    def __init__(self) -> None:
        super().__init__("fake-telegram")
        self.world = World()
        self.api = BotApi(self.world)
        self._calling: asyncio.Task[None] | None = None

    @property
    def api_url(self) -> str:
        """What goes into TELEGRAM_API_URL."""
        return self.url()

    def fail(self, method: str, failure: Failure, times: int = 1) -> None:
        """Order the next calls of a method to fail."""
        self.world.failures[method.lower()].extend([failure] * times)

    def taken(self) -> None:
        """Wait until the bot has confirmed all that was said."""

        async def empty() -> None:
            async with self.world.fresh:
                await self.world.fresh.wait_for(lambda: not self.world.updates)

        self.run(asyncio.wait_for(empty(), PATIENCE))

    def settle(self, parley: Settling) -> None:
        """Wait until all that was said is taken, handled and answered."""
        self.taken()
        parley.settle()

    def repeat(self, update: Json) -> None:
        """Deliver an update once more, under the same number."""

        async def again() -> None:
            async with self.world.fresh:
                self.world.updates.append(update)
                self.world.fresh.notify_all()

        self.run(again())

    def application(self) -> web.Application:
        """The Bot API and its files."""
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_route("*", "/bot{token}/{method}", self._called)
        app.router.add_get("/file/bot{token}/documents/{file}/{name}", self._download)
        return app

    async def _listen(self) -> None:
        await super()._listen()
        self._calling = asyncio.get_running_loop().create_task(self._call_webhook())

    async def _close(self) -> None:
        if self._calling:
            self._calling.cancel()
            await asyncio.gather(self._calling, return_exceptions=True)
        await super()._close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _called(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        given = arguments(await _fields(request))
        if request.match_info["token"] != self.world.token:
            return _refusal(Bad("Unauthorized", 401))
        self.world.calls.append((name, given))
        ordered = self.world.failures[name.lower()]
        failure = ordered.popleft() if ordered else None
        if failure and failure.cut != "after":
            return _failed(request, failure)
        answer = await self._answer(name, given)
        return _failed(request, failure) if failure else answer

    async def _answer(self, name: str, given: Json) -> web.Response:
        method = self.api.method(name)
        if method is None:
            self.world.complaints.append(f"{name}: unknown method")
            return _refusal(Bad("Not Found", 404))
        try:
            return web.json_response({"ok": True, "result": await method(given)})
        except Bad as bad:
            if bad.status == 400 and not bad.description.startswith(EXPECTED):
                self.world.complaints.append(f"{name}: {bad.description}")
            return _refusal(bad)

    async def _download(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != self.world.token:
            return web.Response(status=401)
        return web.Response(body=self.world.files[request.match_info["file"]][1])

    async def _call_webhook(self) -> None:
        """Deliver updates to the webhook, one after another, again and again until it answers with 200."""
        async with aiohttp.ClientSession() as session:
            while True:
                async with self.world.fresh:
                    await self.world.fresh.wait_for(lambda: self.world.webhook["url"] and self.world.updates)
                update = self.world.updates[0]
                if await self._post(session, update):
                    await self.world.drop(partial(operator.eq, update))
                else:
                    await asyncio.sleep(AGAIN)

    async def _post(self, session: aiohttp.ClientSession, update: Json) -> bool:
        hook = self.world.webhook
        headers = {HEADER: hook["secret"]} if hook.get("secret") else {}
        try:
            async with session.post(hook["url"], json=update, headers=headers) as answer:
                status = answer.status
        except aiohttp.ClientError as error:
            hook |= {"last_error_date": self.world.now(), "last_error_message": type(error).__name__}
            return False
        if status != 200:
            message = f"Wrong response from the webhook: {status}"
            hook |= {"last_error_date": self.world.now(), "last_error_message": message}
        return status == 200


EXPECTED = (  # what a bot that does its duty may run into
    "message is not modified",
    "message to edit not found",
    "query is too old",
    "chat not found",
    "group chat was upgraded",
    "member not found",
)


async def _fields(request: web.Request) -> Json:
    if request.content_type == "application/json":
        return dict(await request.json())
    posted = await request.post()
    given: Json = dict(request.query)
    for key, value in posted.items():
        is_file = isinstance(value, web.FileField)
        given[key] = (value.filename, value.file.read()) if is_file else value
    for key in [k for k, v in given.items() if isinstance(v, str) and v.startswith("attach://")]:
        given[key] = given.pop(given[key].removeprefix("attach://"))
    return given


def _refusal(bad: Bad) -> web.Response:
    kinds = {400: "Bad Request: ", 403: "Forbidden: ", 409: "Conflict: "}
    body: Json = {
        "ok": False,
        "error_code": bad.status,
        "description": kinds.get(bad.status, "") + bad.description,
    }
    if bad.parameters:
        body["parameters"] = bad.parameters
    return web.json_response(body, status=bad.status)


def _failed(request: web.Request, failure: Failure) -> web.StreamResponse:
    if failure.cut:
        if request.transport:
            request.transport.abort()
        return web.Response(status=500)
    if failure.retry_after:
        text = f"Too Many Requests: retry after {failure.retry_after}"
        return _refusal(Bad(text, 429, retry_after=failure.retry_after))
    return _refusal(Bad(failure.description, failure.status))
