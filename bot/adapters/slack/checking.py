"""What `parley doctor` looks at in Slack: the tokens, and whether the app may do what it does."""

from collections.abc import AsyncIterator

import aiohttp

from bot.adapters.slack.door import introduce, socket_url, web_client
from bot.doctor import Finding
from bot.doors import DoorDown
from bot.settings import Settings

SCOPES = (
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:write",
    "mpim:history",
    "mpim:read",
    "users:read",
    "users:read.email",
)


async def examine_slack(settings: Settings) -> list[Finding]:
    """What is well and what is not."""
    return [finding async for finding in _examine(settings)]


async def _examine(settings: Settings) -> AsyncIterator[Finding]:
    token = settings.slack_bot_token
    if token is None:
        return
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)) as session:
        client = web_client(settings, token.get_secret_value(), session)
        try:
            await introduce(client)
        except DoorDown as down:
            yield Finding(False, f"Slack: {down.reason}", "Copy the bot token from “OAuth & Permissions”.")
            return
        answer = await client.auth_test()
        yield Finding(True, f"Slack: the bot token opens “{answer.get('team')}”")
        granted = set(str(answer.headers.get("x-oauth-scopes", "")).replace(" ", "").split(","))
        missing = sorted(set(SCOPES) - granted)
        what = (
            f"Slack: scopes are missing: {', '.join(missing)}" if missing else "Slack: all scopes are there"
        )
        yield Finding(not missing, what, "Paste manifest.json into the app's settings and install it again.")
        if settings.slack_app_token is None:
            signed = settings.slack_signing_secret is not None
            what = "Slack: events come over HTTP, signed" if signed else "Slack: no way for events to come"
            yield Finding(signed, what, "Set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP).")
            return
        try:
            await socket_url(client, settings.slack_app_token.get_secret_value())
        except DoorDown as down:
            yield Finding(False, f"Slack: {down.reason}", "Make an app-level token with connections:write.")
        else:
            yield Finding(True, "Slack: the app token opens Socket Mode")
