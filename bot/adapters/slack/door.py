"""The door to Slack: connected by Socket Mode or called over HTTP, through slack-bolt."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_bolt import BoltResponse
from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.adapters.leased import leased
from bot.adapters.slack.desk import Desk
from bot.adapters.slack.files import Files
from bot.adapters.slack.forms import Forms
from bot.adapters.slack.people import Directory, error_of
from bot.adapters.slack.sending import Outgoing
from bot.doors import DoorDown
from bot.reception import Reception
from bot.settings import Settings
from schedules.courier import CONNECTIONS
from schedules.delivery import CannotSend
from storage.deliveries import Delivery
from storage.errors import Unavailable

PING = 5.0  # seconds between pings of the socket, and until it is opened again
PATIENCE = 30.0  # seconds to connect in
REFUSED = 401
log = logging.getLogger(__name__)

# The libraries log what people write, in full, at DEBUG and with some errors: they are not heard at all.
SILENT = logging.getLogger("bot.adapters.slack.library")
SILENT.setLevel(logging.CRITICAL + 1)
OAUTH = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")


@dataclass(frozen=True)
class Installation:
    """The workspace that the app is installed in, and who it is there."""

    team: str
    user: str
    bot: str
    url: str


class SlackDoor:
    """Listens and speaks in one Slack workspace."""

    platform = "slack"
    looks_up = True  # what was posted is found in the history by its mark

    def __init__(self, settings: Settings, reception: Reception, *, ping: float = PING) -> None:
        self.settings, self.reception, self.ping = settings, reception, ping
        self.up = False
        self._session: aiohttp.ClientSession | None = None
        self._bolt: AsyncApp | None = None
        self._outgoing: Outgoing | None = None
        self._desk: Desk | None = None
        called = Route("/slack/events", self._called, methods=["POST"])
        self.routes: Sequence[BaseRoute] = [] if settings.slack_app_token else [called]

    async def run(self) -> None:
        """Connect and receive until cancelled. Raises `DoorDown`."""
        client = self._client()
        home = await introduce(client)
        directory = Directory(client, home.team, home.user)
        files = Files(client, self.reception.engine)
        self._outgoing = Outgoing(client, directory, files)
        self._desk = Desk(self.reception, directory, Forms(client, self.reception.engine, home.url), files)
        self._bolt = bolt_app(client, home, self._desk, self._signing_secret)
        if not self.settings.slack_app_token and not self.settings.slack_signing_secret:
            raise DoorDown("set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)")
        if self.settings.slack_app_token:
            await self._listen(self._bolt, self.settings.slack_app_token.get_secret_value())
        self.up = True
        await asyncio.Event().wait()

    async def send(self, delivery: Delivery) -> str:
        """Post or edit a message."""
        return await self._sending().send(delivery)

    async def sent_before(self, delivery: Delivery) -> str | None:
        """Look for a message in the history."""
        return await self._sending().sent_before(delivery)

    async def close(self) -> None:
        """Let go of connections."""
        self.up = False
        if self._desk:
            await self._desk.close()
        if self._session:
            await self._session.close()

    async def _called(self, request: Request) -> Response:
        """Slack calls in; the library checks the signature and the time."""
        if self._bolt is None:
            return Response(status_code=503)
        answer = await AsyncSlackRequestHandler(self._bolt).handle(request)
        if answer.status_code == REFUSED:
            log.warning("a call to the address of Slack with a wrong signature or time was refused")
        return answer

    def _sending(self) -> Outgoing:
        if self._outgoing is None:
            raise CannotSend("not connected yet")
        return self._outgoing

    @property
    def _signing_secret(self) -> str:
        secret = self.settings.slack_signing_secret
        return secret.get_secret_value() if secret else ""

    def _client(self) -> AsyncWebClient:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS),
                timeout=aiohttp.ClientTimeout(total=PATIENCE),
                trace_configs=[leased()],
            )
        token = self.settings.slack_bot_token
        if token is None:
            raise DoorDown("SLACK_BOT_TOKEN is not set")
        return web_client(self.settings, token.get_secret_value(), self._session)

    async def _listen(self, bolt: AsyncApp, token: str) -> None:
        """Open the socket and watch over it; the library would try a bad token for ever."""
        url = await socket_url(bolt.client, token)
        handler = AsyncSocketModeHandler(bolt, token, SILENT, bolt.client, ping_interval=self.ping)
        handler.client.wss_uri = url
        try:
            await asyncio.wait_for(handler.connect_async(), PATIENCE)  # type: ignore[no-untyped-call]  # the library's
            await self._watch(handler)
        except TimeoutError as error:
            raise DoorDown("Slack does not answer") from error
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]  # the library's

    async def _watch(self, handler: AsyncSocketModeHandler) -> None:
        """The library opens the socket again by itself; where it does not succeed for a while, begin anew."""
        missed = 0.0
        while missed < PATIENCE:
            self.up = await handler.client.is_connected()
            missed = 0.0 if self.up else missed + self.ping / 5
            await asyncio.sleep(self.ping / 5)
        raise DoorDown("the connection to Slack was lost")


def web_client(settings: Settings, token: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """A client that never sends anything twice by itself: the outbox does that, and looks first."""
    where = settings.slack_api_url or AsyncWebClient.BASE_URL
    return AsyncWebClient(token, base_url=where, session=session, retry_handlers=[], logger=SILENT)


async def introduce(client: AsyncWebClient) -> Installation:
    """Who we are and where. Raises `DoorDown` where the token does not tell."""
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        raise DoorDown(f"SLACK_BOT_TOKEN is refused ({error_of(error) or 'no answer'})") from error
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise DoorDown("Slack cannot be reached") from error
    if not answer.get("bot_id"):
        raise DoorDown("SLACK_BOT_TOKEN is no bot's token; it begins with xoxb-")
    return Installation(answer["team_id"], answer["user_id"], answer["bot_id"], answer["url"])


async def socket_url(client: AsyncWebClient, token: str) -> str:
    """Where to open the socket. Raises `DoorDown` for a token that does not allow it."""
    try:
        return str((await client.apps_connections_open(app_token=token))["url"])
    except SlackApiError as error:
        reason = error_of(error) or "no answer"
        raise DoorDown(f"SLACK_APP_TOKEN is refused ({reason}); it needs connections:write") from error
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise DoorDown("Slack cannot be reached") from error


def bolt_app(client: AsyncWebClient, home: Installation, desk: Desk, signing_secret: str) -> AsyncApp:
    """The app of the library, with one middleware: what comes in is taken before it is acknowledged."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None,
            team_id=home.team,
            bot_user_id=home.user,
            bot_id=home.bot,
            bot_token=client.token,
        )

    with _hidden(OAUTH):
        app = AsyncApp(
            name="parley",
            client=client,
            signing_secret=signing_secret,
            authorize=authorize,
            logger=SILENT,
            request_verification_enabled=True,
        )
    app.middleware(_taking(desk))
    return app


def _taking(desk: Desk) -> Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]:
    async def take(request: AsyncBoltRequest) -> BoltResponse:
        try:
            answer = await desk.take(request.body)
        except (TimeoutError, Unavailable, SlackApiError, aiohttp.ClientError) as error:
            log.warning("an event of Slack is not taken yet: %s", type(error).__name__)
            return BoltResponse(status=503, body="")
        return BoltResponse(status=200, body=answer or "")

    return take


@contextmanager
def _hidden(names: tuple[str, ...]) -> Iterator[None]:
    """Without these variables, by which the library would change its mode unasked."""
    kept: dict[str, Any] = {n: os.environ.pop(n) for n in names if n in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)
