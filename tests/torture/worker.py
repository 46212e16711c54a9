"""Processes of Parley for the tests that kill them, with short leases and no pace, on a platform of ours."""

import asyncio
import logging
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

import schedules.delivery
import storage.deliveries
from bot.adapters.slack import SlackDoor
from bot.adapters.telegram import TelegramDoor
from bot.adapters.telegram.polling import HELD, RENEWED
from bot.app import App, build
from bot.background import run
from bot.doors import supervise
from bot.reception import Reception
from bot.settings import Settings
from tests.fakes.slack.world import APP_TOKEN, BOT_TOKEN
from tests.fakes.telegram.world import TOKEN
from tests.plugin import settings_for
from tests.torture.platforms import FORGETS, REMEMBERS, HttpSender


def reminding(log: str, url: str, platform: str, lease: float, slots: int) -> None:
    """Send what is due until killed or told to stop."""
    app = begin(log, url, lease)
    senders = [HttpSender(kind, platform) for kind in (REMEMBERS, FORGETS)]

    async def work() -> None:
        await run(app, Reception(app.engine), senders, paces={}, slots=slots)
        for sender in senders:
            await sender.close()

    try:
        asyncio.run(work())
    finally:
        app.close()


def talking(log: str, url: str, slack: str, telegram: str, lease: float) -> None:
    """Listen and speak in both platforms, until killed or told to stop."""
    app = begin(log, url, lease)
    settings = with_tokens(app.settings, slack, telegram)

    async def work() -> None:
        reception = Reception(app.engine)
        polling = {"held": lease, "renewed": lease * RENEWED / HELD, "apart": 0.0}
        doors = [SlackDoor(settings, reception), TelegramDoor(settings, reception, **polling)]
        listening = [asyncio.create_task(supervise(door)) for door in doors]
        await run(app, reception, doors, paces={}, slots=16)
        for task in listening:
            task.cancel()
        for door in doors:
            await door.close()

    try:
        asyncio.run(work())
    finally:
        app.close()


def with_tokens(settings: Settings, slack: str, telegram: str) -> Settings:
    secrets = {"slack_bot_token": BOT_TOKEN, "slack_app_token": APP_TOKEN, "telegram_bot_token": TOKEN}
    urls = {"slack_api_url": slack, "telegram_api_url": telegram}
    return settings.model_copy(update={**{k: SecretStr(v) for k, v in secrets.items()}, **urls})


def begin(log: str, url: str, lease: float) -> App:
    """A Parley whose leases are short."""
    logging.basicConfig(filename=Path(log), level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    storage.deliveries.LEASE = schedules.delivery.LEASE = timedelta(seconds=lease)
    schedules.delivery.MARGIN = timedelta(seconds=lease / 3)
    return build(settings_for(url))
