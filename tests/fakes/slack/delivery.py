"""How events reach the app: over its sockets, or by signed HTTP; again until they are acknowledged."""

import asyncio
import hashlib
import hmac
import itertools
import json
import random
import time
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from tests.fakes.slack.world import SIGNING_SECRET

PATIENCE = 3.0
RETRIES = 3


class Delivering:
    """Sends envelopes and waits for their acknowledgement."""

    def __init__(self) -> None:
        self.http_url: str | None = None
        self.copies = 1  # how often each is delivered at once
        self.disorder: random.Random | None = None  # up to so many copies, none of which waits for another
        self.retries = RETRIES  # in a hurry: Slack's are after a minute, and five
        self.outstanding = 0
        self.unacknowledged: list[dict[str, Any]] = []
        self.times: list[float] = []
        self._sockets: list[web.WebSocketResponse] = []
        self._turn = itertools.count()
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._carried: dict[web.WebSocketResponse, set[str]] = {}  # which envelopes went over which socket
        self._ready = asyncio.Event()
        self._session: aiohttp.ClientSession | None = None

    @property
    def connections(self) -> int:
        """How many sockets are open."""
        return len(self._sockets)

    def connected(self, socket: web.WebSocketResponse) -> None:
        """A socket is there."""
        self._sockets.append(socket)
        self._carried[socket] = set()
        self._ready.set()

    def gone(self, socket: web.WebSocketResponse) -> None:
        """A socket is no longer there."""
        if socket in self._sockets:
            self._sockets.remove(socket)
        for envelope in self._carried.pop(socket, ()):
            self._waiting[envelope].cancel()
        if not self._sockets:
            self._ready.clear()

    def acknowledged(self, message: dict[str, Any]) -> None:
        """The app has taken an envelope."""
        future = self._waiting.get(message.get("envelope_id", ""))
        if future and not future.done():
            future.set_result(message.get("payload") or {})

    async def disconnect(self, *, announced: bool) -> None:
        """Close all sockets."""
        for socket in list(self._sockets):
            if announced:
                await socket.send_json({"type": "disconnect", "reason": "refresh_requested"})
            else:
                await socket.close()

    async def close(self) -> None:
        """Let go of everything."""
        for socket in list(self._sockets):
            await socket.close()
        if self._session:
            await self._session.close()

    async def send(self, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Deliver something, as often as was ordered; what the app answered to it."""
        self.outstanding += 1
        try:
            count = self.disorder.randint(1, self.copies) if self.disorder else self.copies
            copies = [self._until_taken(kind, payload) for _ in range(count)]
            answers = await asyncio.gather(*copies)
            return answers[0]
        finally:
            self.outstanding -= 1

    async def _until_taken(self, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        if self.disorder:
            await asyncio.sleep(self.disorder.uniform(0, 0.02))
        for attempt in range(self.retries + 1):
            started = time.perf_counter()
            answer = await (self._post if self.http_url else self._push)(kind, payload, attempt)
            if answer is not None:
                self.times.append(time.perf_counter() - started)
                return answer
            await asyncio.sleep(0.05)
        self.unacknowledged.append(payload)
        return {}

    async def _open(self) -> web.WebSocketResponse:
        """A socket that is open; one may close between being awaited and being taken."""
        while True:
            await asyncio.wait_for(self._ready.wait(), 30)
            if self._sockets:
                return self._sockets[next(self._turn) % len(self._sockets)]
            await asyncio.sleep(0.01)

    async def _push(self, kind: str, payload: dict[str, Any], attempt: int) -> dict[str, Any] | None:
        socket = await self._open()
        envelope = f"e-{next(self._turn)}"
        body = {
            "envelope_id": envelope,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        body |= {"retry_attempt": attempt, "retry_reason": "timeout" if attempt else ""}
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[envelope] = future
        self._carried[socket].add(envelope)
        try:
            await socket.send_json(body)
            await asyncio.wait([future], timeout=PATIENCE)
            return future.result() if future.done() and not future.cancelled() else None
        except ConnectionError:
            return None
        finally:
            self._carried.get(socket, set()).discard(envelope)
            del self._waiting[envelope]

    async def _post(self, kind: str, payload: dict[str, Any], attempt: int) -> dict[str, Any] | None:
        if kind == "events_api":
            body, content_type = json.dumps(payload), "application/json"
        else:
            form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
            body, content_type = urlencode(form), "application/x-www-form-urlencoded"
        headers = {"Content-Type": content_type, **signed(body)}
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": "http_timeout"}
        try:
            status, text = await self.post(body, headers)
        except (aiohttp.ClientError, TimeoutError):
            return None
        if status != 200:
            return None
        return json.loads(text) if text.startswith("{") else {}

    async def post(self, body: str, headers: dict[str, str]) -> tuple[int, str]:
        """Post to the app's events address."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE))
        async with self._session.post(str(self.http_url), data=body.encode(), headers=headers) as response:
            return response.status, await response.text()


def signed(body: str, *, secret: str = SIGNING_SECRET, at: float | None = None) -> dict[str, str]:
    """The headers by which Slack vouches for a request."""
    stamp = str(int(time.time() if at is None else at))
    mac = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={mac}"}
