"""The HTTP application: the page, health, and what other doors mount on it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import uvicorn
from anyio import to_thread
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from bot.adapters.page.guard import Guard, hosts_of
from bot.adapters.page.routes import mount
from bot.adapters.page.visit import Page
from bot.app import App
from bot.background import Background
from bot.doors import Door, supervise
from bot.reception import Reception
from bot.status import metrics
from storage.errors import Unavailable

LARGEST_BODY = 1024 * 1024  # bytes of a request, but for files
GRACE = 10  # seconds for what is under way when the server is told to stop


class Server(uvicorn.Server):
    """Serves the application; open streams end when it is told to stop, so that nothing waits for them."""

    def __init__(self, api: FastAPI, host: str, port: int, log_level: str) -> None:
        super().__init__(
            uvicorn.Config(
                api,
                host,
                port,
                log_level=log_level,
                access_log=False,  # the addresses of invitations have their codes in them
                timeout_graceful_shutdown=GRACE,
            )
        )
        self._watchers = api.state.page.door.watchers

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let the open pages go, then stop as ever."""
        self._watchers.end()
        await super().shutdown(sockets)


def web(
    app: App,
    reception: Reception,
    doors: Sequence[Door] = (),
    *,
    tick: bool = True,
    port: int | None = None,
) -> FastAPI:
    """The application on a Parley, with its doors, which also send; with `tick`, what falls due is done as well."""
    page = Page(app, reception)
    doors = (page.door, *doors)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        background = Background(app, doors, ticks=tick)
        tasks = [asyncio.create_task(supervise(door)) for door in doors]
        tasks += [asyncio.create_task(reception.sweep())]
        background.start()
        yield
        for task in tasks:
            task.cancel()
        await reception.drain()
        await background.stop()
        await asyncio.gather(*tasks, *(door.close() for door in doors), return_exceptions=True)

    api = FastAPI(
        title="Parley",
        lifespan=life,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        max_body_size=LARGEST_BODY,
        exception_handlers={RequestValidationError: _malformed},
    )
    api.state.page = page
    api.add_middleware(Guard, hosts=hosts_of(app.settings.hosts, port or app.settings.port))
    mount(page, api)
    api.add_api_route("/healthz", _alive)
    api.add_api_route("/readyz", _readiness(app, doors))
    api.add_api_route("/metrics", metrics(app, doors))
    for door in doors:
        api.router.routes.extend(door.routes)
    return api


async def _malformed(_request: Request, _error: Exception) -> JSONResponse:
    """What was wrong is not told in detail: it would repeat what people wrote."""
    return JSONResponse({"detail": "That is not of the form that is expected here."}, 422)


async def _alive() -> dict[str, str]:
    return {"status": "ok"}


def _readiness(app: App, doors: Sequence[Door]) -> Callable[[], Awaitable[Response]]:
    async def ready() -> Response:
        """200 when the database answers and every door is up, 503 when not."""
        try:
            await to_thread.run_sync(app.database.ping)
        except Unavailable:
            return JSONResponse({"status": "database unreachable"}, 503)
        if down := [door.platform for door in doors if not door.up]:
            return JSONResponse({"status": "down: " + ", ".join(down)}, 503)
        return JSONResponse({"status": "ready"})

    return ready
