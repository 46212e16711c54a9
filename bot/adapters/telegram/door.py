"""The door to Telegram: polled under a lease, or called at a webhook, through python-telegram-bot."""

import asyncio
import hmac
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, TelegramError
from telegram.request import HTTPXRequest

from bot.adapters.telegram.desk import Desk
from bot.adapters.telegram.polling import HELD, KINDS, RENEWED, Polling
from bot.adapters.telegram.quiet import hush
from bot.adapters.telegram.sending import APART, Outgoing
from bot.doors import DoorDown
from bot.reception import Reception
from bot.settings import Settings
from schedules.delivery import CannotSend
from storage.deliveries import Delivery
from storage.errors import Unavailable

PATIENCE = 15.0  # seconds for an answer
WEBHOOK = "/telegram/webhook"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
log = logging.getLogger(__name__)
hush()


@dataclass(frozen=True)
class Connected:
    """A bot whose token was accepted, with what takes and what sends."""

    bot: Bot
    desk: Desk
    outgoing: Outgoing


class TelegramDoor:
    """Listens and speaks as one bot."""

    looks_up = False  # there is no history to look in
    platform = "telegram"

    def __init__(
        self,
        settings: Settings,
        reception: Reception,
        *,
        held: float = HELD,
        renewed: float = RENEWED,
        apart: float = APART,
    ) -> None:
        self.settings, self.reception = settings, reception
        self.held, self.renewed, self.apart = held, renewed, apart
        self.up = False
        self.polling: Polling | None = None
        self._connected: Connected | None = None
        self.routes: Sequence[BaseRoute] = []
        if url := settings.telegram_webhook_url:
            self.routes = [Route(urlsplit(webhook(url)).path, self._called, methods=["POST"])]

    async def run(self) -> None:
        """Connect and receive until cancelled. Raises `DoorDown`."""
        try:
            await self._receive(await self._introduced())
        except InvalidToken as error:
            raise DoorDown("TELEGRAM_BOT_TOKEN is refused; take it anew from BotFather") from error
        except Conflict as error:
            raise DoorDown(
                "another program receives for this bot; stop it or give it a bot of its own"
            ) from error
        except TelegramError as error:
            raise DoorDown(f"Telegram cannot be reached ({type(error).__name__})") from error

    @property
    def _desk(self) -> Desk | None:
        """What takes, once connected."""
        return self._connected.desk if self._connected else None

    async def send(self, delivery: Delivery) -> str:
        """Send or edit a message."""
        if self._connected is None:
            raise CannotSend("not connected yet")
        sent = await self._connected.outgoing.send(delivery)
        if delivery.private:
            self._connected.desk.answered(delivery.place)
        return sent

    async def sent_before(self, delivery: Delivery) -> str | None:  # noqa: ARG002 - the contract of doors
        """Telegram cannot tell."""
        return None

    async def close(self) -> None:
        """Let go of connections."""
        self.up = False
        if self._connected:
            await self._connected.desk.close()
            await self._connected.bot.shutdown()

    async def _introduced(self) -> Connected:
        """Who we are, asked of Telegram; what sends stays the same when the door is tried again."""
        if self._connected is None:
            bot = bot_of(self.settings)
            try:
                await bot.initialize()
            except TelegramError:
                await bot.shutdown()
                raise
            desk = Desk(self.reception, bot)
            outgoing = Outgoing(bot, desk.files, desk.moved, apart=self.apart)
            self._connected = Connected(bot, desk, outgoing)
        return self._connected

    async def _receive(self, to: Connected) -> None:
        to.desk.begin()
        if self.settings.telegram_webhook_url:
            await self._be_called(to.bot, self.settings.telegram_webhook_url)
            self.up = True
            await asyncio.Event().wait()
        if (await to.bot.get_webhook_info()).url:
            await to.bot.delete_webhook()
        self.up = True
        database = self.reception.engine.database
        self.polling = Polling(to.bot, to.desk.take, database, held=self.held, renewed=self.renewed)
        await self.polling.run()

    async def _be_called(self, bot: Bot, url: str) -> None:
        secret = self.settings.telegram_webhook_secret
        if not secret:
            raise DoorDown("set TELEGRAM_WEBHOOK_SECRET to a random text beside TELEGRAM_WEBHOOK_URL")
        await bot.set_webhook(webhook(url), secret_token=secret.get_secret_value(), allowed_updates=KINDS)

    async def _called(self, request: Request) -> Response:
        """Telegram calls in: the secret is compared before anything is read."""
        secret = self.settings.telegram_webhook_secret
        given = request.headers.get(HEADER, "")
        if not secret or not hmac.compare_digest(given.encode(), secret.get_secret_value().encode()):
            log.warning("a call to the webhook of Telegram with a wrong secret was refused")
            return Response(status_code=403)
        if self._connected is None:
            return Response(status_code=503)
        return await _taken(self._connected, await request.body())


async def _taken(to: Connected, body: bytes) -> Response:
    try:
        update = Update.de_json(json.loads(body), to.bot)
    except Exception as error:  # noqa: BLE001 - whatever cannot be read would come back for ever
        log.error("an update of Telegram cannot be read: %s", type(error).__name__)  # noqa: TRY400 - it may be personal
        return Response()
    try:
        await to.desk.take(update)
    except Unavailable:
        log.warning("an update of Telegram is not taken yet")
        return Response(status_code=503)
    return Response()


def webhook(url: str) -> str:
    """Where Telegram is to call: the address as given, or our own path under a host alone."""
    return url if urlsplit(url).path.rstrip("/") else url.rstrip("/") + WEBHOOK


def bot_of(settings: Settings) -> Bot:
    """The library's bot; a self-hosted server has its own address. Raises `DoorDown`."""
    token = settings.telegram_bot_token
    reached: dict[str, Any] = {}
    if where := (settings.telegram_api_url or "").rstrip("/"):
        reached = {"base_url": f"{where}/bot", "base_file_url": f"{where}/file/bot"}
    try:
        return Bot(
            token.get_secret_value() if token else "",
            request=HTTPXRequest(read_timeout=PATIENCE, write_timeout=PATIENCE, pool_timeout=PATIENCE),
            get_updates_request=HTTPXRequest(1, read_timeout=PATIENCE),
            **reached,
        )
    except InvalidToken as error:
        raise DoorDown("TELEGRAM_BOT_TOKEN is empty") from error
