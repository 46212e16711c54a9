"""A platform over HTTP that records what is posted: one kind can be asked what has arrived, the other cannot."""

import asyncio
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from bot.adapters.leased import leased
from schedules.delivery import Ambiguous, CannotSend
from storage.deliveries import Delivery

REMEMBERS, FORGETS = "remembers", "forgets"


@dataclass(frozen=True)
class Posted:
    """A message as it arrived."""

    kind: str
    id: str
    place: str
    words: str
    at: float


@dataclass
class Fake:
    """The server's side; `trouble` is the share of requests that meet a 429 or lose their reply."""

    latency: tuple[float, float] = (0.0, 0.0)
    trouble: float = 0.0
    seed: int = 7
    posted: list[Posted] = field(default_factory=list)
    url: str = ""

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    async def post(self, request: web.Request) -> web.StreamResponse:
        data = await request.json()
        await asyncio.sleep(self._chance.uniform(*self.latency) / 2)
        if self._chance.random() < self.trouble:
            return web.json_response({}, status=429, headers={"Retry-After": "0.1"})
        self.posted.append(Posted(request.match_info["kind"], **data, at=time.time()))
        if self._chance.random() < self.trouble and request.transport:
            request.transport.abort()  # it arrived, and nobody is told
        await asyncio.sleep(self._chance.uniform(*self.latency) / 2)
        return web.json_response({"ts": str(len(self.posted))})

    async def find(self, request: web.Request) -> web.Response:
        kind, wanted = request.match_info["kind"], request.query["id"]
        found = next((str(i) for i, p in enumerate(self.posted) if (p.kind, p.id) == (kind, wanted)), None)
        return web.json_response({"ts": found if kind == REMEMBERS else None})

    @contextmanager
    def serving(self) -> Iterator["Fake"]:
        """Serve on a free port, in a thread."""
        loop, ready = asyncio.new_event_loop(), threading.Event()
        app = web.Application()
        app.add_routes([web.post("/{kind}/post", self.post), web.get("/{kind}/find", self.find)])
        runner = web.AppRunner(app)

        async def begin() -> None:
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            ready.set()

        def run() -> None:
            loop.run_until_complete(begin())
            loop.run_forever()

        thread = threading.Thread(target=run, name="platform", daemon=True)
        thread.start()
        assert ready.wait(10)
        try:
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(10)
            loop.close()


class HttpSender:
    """Sends to one kind of the platform."""

    def __init__(self, kind: str, url: str) -> None:
        self.platform, self.looks_up, self._url = kind, kind == REMEMBERS, f"{url}/{kind}"
        self._session: aiohttp.ClientSession | None = None

    async def send(self, delivery: Delivery) -> str:
        data = {"id": str(delivery.id), "place": delivery.place, "words": words(delivery.payload["reply"])}
        return str(await self._call("POST", "/post", json=data))

    async def sent_before(self, delivery: Delivery) -> str | None:
        found = await self._call("GET", "/find", params={"id": str(delivery.id)})
        return None if found is None else str(found)

    async def close(self) -> None:
        if self._session:
            await self._session.close()

    async def _call(self, method: str, path: str, **what: Any) -> Any:
        if self._session is None:
            self._session = aiohttp.ClientSession(trace_configs=[leased()])
        try:
            async with self._session.request(method, self._url + path, **what) as response:
                if response.status == 429:
                    raise CannotSend("busy", float(response.headers["Retry-After"]))
                return (await response.json())["ts"]
        except aiohttp.ClientConnectorError as error:
            raise CannotSend("not reachable") from error
        except aiohttp.ClientError as error:
            raise Ambiguous(type(error).__name__) from error


def words(reply: dict[str, Any]) -> str:
    """All that a reader would see."""
    parts = [reply["headline"], *reply["lines"]]
    return "\n".join("".join(span["text"] for span in part["spans"]) for part in parts)
