"""Nothing personal and no secret is ever logged, at DEBUG from the first moment on, by us or by a library."""

import logging

import pytest
from pydantic import SecretStr

from bot.app import build
from bot.invite import invite
from tests.doors.conftest import slack_door, telegram_door
from tests.doors.running import Running
from tests.fakes.slack import Failure as SlackFailure
from tests.fakes.slack import FakeSlack
from tests.fakes.slack.world import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.world import SECRET, TOKEN, Failure
from tests.plugin import settings_for

OURS = ("tests", "aiohttp.server", "aiohttp.web", "asyncio")  # of the fakes
SECRETS = (BOT_TOKEN, APP_TOKEN, SIGNING_SECRET, TOKEN, TOKEN.partition(":")[2], SECRET)
PERSONAL = ("canary", "zwitscher", "5550199", "555 0199", "secret.example")


def in_slack(slack: FakeSlack, running: Running, code: str) -> None:
    user = slack.add_user("Canary Slack", email="ana@secret.example")
    slack.say(user, None, f"link {code}")
    slack.say(user, None, "add Canary Zwitscher, +49 30 5550199, canary@secret.example")
    slack.slash(user, "/task add canary task")
    card = slack.upload("canary.vcf", b"BEGIN:VCARD\nFN:Canary\nEND:VCARD", "text/vcard")
    slack.say(user, None, "who is Canary Zwitscher?", files=[card])
    running.settle()
    for failure in (
        SlackFailure(cut="after"),
        SlackFailure(error="invalid_blocks"),
        SlackFailure(status=500),
    ):
        slack.fail("chat.postMessage", failure)
        slack.say(user, None, "who is Canary Zwitscher?")
        running.settle()
    slack.world.bot_token_valid = False
    slack.say(user, None, "add canary again")
    running.quiet()
    running.settle()


def in_telegram(telegram: FakeTelegram, running: Running, code: str) -> None:
    user = telegram.add_user("Canary Telegram")
    telegram.say(user, f"/start {code}")
    telegram.share_contact(user, "Canary Whitfield", "49305550199", vcard="BEGIN:VCARD\nCanary\n")
    telegram.photo(user, b"canary", "Canary")
    telegram.settle(running)
    for failure in (
        Failure(400, "Canary"),
        Failure(cut="after"),
        Failure(403, "Canary"),
        Failure(401, "Canary"),
    ):
        telegram.fail("sendMessage", failure)
        telegram.say(user, "who is Canary Whitfield?")
        telegram.settle(running)


def test_neither_people_nor_secrets_are_logged(
    database_url: str, slack: FakeSlack, telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    app = build(settings_for(database_url))
    app.settings.slack_signing_secret = SecretStr(SIGNING_SECRET)
    codes = [app.engine.work(lambda uow: invite(uow, "owner")) for _ in range(2)]
    doors = [
        Running(app, lambda a, r: slack_door(slack, a, r)).start(),
        Running(app, lambda a, r: telegram_door(telegram, a, r)).start(),
    ]
    in_slack(slack, doors[0], codes[0])
    in_telegram(telegram, doors[1], codes[1])
    for door in doors:
        door.stop()
    app.close()
    heard = [r for r in caplog.records if not r.name.startswith(OURS)]
    assert {r.name.partition(".")[0] for r in heard} >= {"schedules", "alembic"}
    logged = "\n".join(f"{r.getMessage()} {r.exc_text or ''} {r.exc_info or ''}" for r in heard).lower()
    found = [s for s in (*SECRETS, *PERSONAL, *codes) if s.lower() in logged]
    assert found == []
