"""The HTTP application: health for now, a plain page, and what other doors mount on it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse, JSONResponse

from bot.app import App
from bot.doors import Door, supervise
from bot.reception import Reception
from schedules.courier import Courier
from schedules.ticker import Ticker
from storage.errors import Unavailable

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Parley</title><style>body{font:17px/1.5 system-ui,sans-serif;max-width:34em;margin:12vh auto;padding:0 1em}
code{background:#8882;padding:.1em .3em;border-radius:.3em}@media(prefers-color-scheme:dark){body{background:#111;color:#eee}}</style>
<h1>Parley is running</h1><p>A CRM that you talk to. Open a terminal and type <code>.venv/bin/parley chat</code>, then say
“add Dana Whitfield from Acme”, or “help”.</p></html>"""


def web(app: App, reception: Reception, doors: Sequence[Door] = (), *, tick: bool = True) -> FastAPI:
    """The application on a Parley, with its doors; with `tick`, what falls due is done and sent while it runs."""

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        await to_thread.run_sync(app.engine.recover)
        courier = Courier(app.database, doors, app.clock.now)
        ticker = Ticker(app.tick)
        tasks = [asyncio.create_task(supervise(door)) for door in doors]
        tasks += [asyncio.create_task(courier.run())]
        if tick:
            ticker.start()
        yield
        for task in tasks[:-1]:
            task.cancel()
        await reception.drain()
        if tick:
            await to_thread.run_sync(ticker.stop)
        await courier.finish()
        tasks[-1].cancel()
        await asyncio.gather(*tasks, *(door.close() for door in doors), return_exceptions=True)

    api = FastAPI(title="Parley", lifespan=life, docs_url=None, redoc_url=None, openapi_url=None)
    api.add_api_route("/", _page, response_class=HTMLResponse)
    api.add_api_route("/healthz", _alive)
    api.add_api_route("/readyz", _readiness(app, doors))
    for door in doors:
        api.router.routes.extend(door.routes)
    return api


async def _page() -> str:
    return PAGE


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
