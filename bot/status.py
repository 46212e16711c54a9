"""How an installation is doing, in words and for machines."""

import hmac
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime, timedelta

from anyio import to_thread
from fastapi import Request, Response

from bot.app import App
from bot.doors import Door
from schedules.metrics import CONTENT_TYPE, Waiting, page
from storage.errors import Unavailable
from storage.queries.queues import Queue, depths

LOOPBACK = ("127.0.0.1", "::1")


def in_words(app: App) -> Iterator[str]:
    """What waits, how long, and what was given up: a line each. Raises `Unavailable`."""
    now = app.clock.now()
    found = app.database.read(lambda session: depths(session, now))
    yield _waits("messages wait for an answer", found.unanswered, found.unanswered_since, now)
    yield _waits("reminders are due and not told", found.due, found.due_since, now)
    for queue in found.queues:
        yield _queue(queue, now)
    if found.next_due:
        yield f"The next reminder is due in {_span(found.next_due - now)}."


def _waits(what: str, count: int, since: datetime | None, now: datetime) -> str:
    return f"{count} {what}" + (f", the oldest for {_span(now - since)}." if since else ".")


def _queue(queue: Queue, now: datetime) -> str:
    words = _waits("messages wait to be sent", queue.waiting, queue.since, now)
    dead = f" {queue.dead} given up: say “undelivered messages”." if queue.dead else ""
    return f"{queue.platform.title()}: {words}{dead}"


def _span(span: timedelta) -> str:
    seconds = max(int(span.total_seconds()), 0)
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def metrics(app: App, doors: Sequence[Door]) -> Callable[[Request], Awaitable[Response]]:
    """The route for Prometheus: to this machine alone, or to whoever has PARLEY_METRICS_TOKEN where one is set."""
    waiting = Waiting(
        lambda: app.database.read(lambda session: depths(session, app.clock.now())),
        app.clock.now,
        lambda: {door.platform: door.up for door in doors},
    )

    async def figures(request: Request) -> Response:
        if not _may(app, request):
            return Response("Set PARLEY_METRICS_TOKEN and send it as a bearer token.", 403)
        try:
            return Response(await to_thread.run_sync(page, waiting), media_type=CONTENT_TYPE)
        except Unavailable:
            return Response("The database does not answer.", 503)

    return figures


def _may(app: App, request: Request) -> bool:
    token = app.settings.metrics_token
    if token is None:
        host = request.client.host if request.client else ""
        return host in LOOPBACK and "x-forwarded-for" not in request.headers
    given = request.headers.get("authorization", "").encode()
    return hmac.compare_digest(given, f"Bearer {token.get_secret_value()}".encode())
