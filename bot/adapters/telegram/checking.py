"""What `parley doctor` looks at in Telegram: the token, the webhook, and whether groups can be used."""

import re
from collections.abc import AsyncIterator

from telegram import Bot, User, WebhookInfo
from telegram.error import InvalidToken, TelegramError

from bot.adapters.telegram.door import bot_of, webhook
from bot.doctor import Finding
from bot.doors import DoorDown
from bot.settings import Settings

ANEW = "Copy the token from BotFather into TELEGRAM_BOT_TOKEN."
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")


async def examine_telegram(settings: Settings) -> list[Finding]:
    """What is well and what is not."""
    try:
        bot = bot_of(settings)
    except DoorDown as down:
        return [Finding(False, f"Telegram: {down.reason}", ANEW)]
    try:
        await bot.initialize()
        return [finding async for finding in _examine(settings, bot)]
    except InvalidToken:
        return [Finding(False, "Telegram: the token is refused", ANEW)]
    except TelegramError as error:
        what = f"Telegram cannot be reached ({type(error).__name__})"
        return [Finding(False, what, "Check the network, and TELEGRAM_API_URL where it is set.")]
    finally:
        await bot.shutdown()


async def _examine(settings: Settings, bot: Bot) -> AsyncIterator[Finding]:
    me = bot.bot
    yield Finding(True, f"Telegram: the token is @{me.username}'s")
    yield _groups(me)
    info = await bot.get_webhook_info()
    url = settings.telegram_webhook_url
    if not url:
        other = Finding(True, "Telegram: a webhook is set; it is taken away when Parley starts")
        yield other if info.url else Finding(True, "Telegram: updates are asked for (polling)")
        return
    secret = settings.telegram_webhook_secret
    yield Finding(
        bool(secret and _SECRET.fullmatch(secret.get_secret_value())),
        "Telegram: the webhook has a secret",
        "Set TELEGRAM_WEBHOOK_SECRET to 16 to 256 letters, digits, - and _.",
    )
    yield _webhook(webhook(url), info)


def _groups(me: User) -> Finding:
    return Finding(
        bool(me.can_join_groups),
        "Telegram: the bot can be added to groups",
        "Send /setjoingroups to BotFather if Parley is to be in groups.",
    )


def _webhook(url: str, info: WebhookInfo) -> Finding:
    if not url.startswith("https://"):
        return Finding(False, f"Telegram: {url} is no https address", "Telegram calls https addresses only.")
    if info.url != url:
        return Finding(False, "Telegram: the webhook is not set yet", "Start Parley; it sets the webhook.")
    if info.last_error_message:
        advice = "Look whether this address leads to Parley from outside, with a valid certificate."
        return Finding(False, f"Telegram: the webhook failed last: {info.last_error_message}", advice)
    return Finding(True, f"Telegram: the webhook is set, {info.pending_update_count} updates wait")
