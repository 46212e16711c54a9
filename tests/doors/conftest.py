"""A fake Slack and a fake Telegram, and a Parley that listens to one of them."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from bot.adapters.slack import SlackDoor
from bot.adapters.telegram import TelegramDoor
from bot.app import App
from bot.invite import invite
from bot.reception import Reception
from tests.doors.running import Running
from tests.fakes.slack import FakeSlack
from tests.fakes.slack.world import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.world import SECRET, TOKEN


@pytest.fixture
def morning(app: App) -> None:
    """What is offered for tonight is offered in the morning, whenever the tests run."""
    app.clock.set(datetime(2026, 3, 2, 9, tzinfo=UTC))


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    """Whatever a test does, Slack would have taken all that it was sent."""
    fake = FakeSlack().start()
    yield fake
    fake.stop()
    assert fake.world.complaints == []


def slack_door(fake: FakeSlack, app: App, reception: Reception, *, http: bool = False) -> SlackDoor:
    """A door to the fake, by Socket Mode or HTTP."""
    mode = {"slack_signing_secret": SIGNING_SECRET} if http else {"slack_app_token": APP_TOKEN}
    secrets = {k: SecretStr(v) for k, v in {"slack_bot_token": BOT_TOKEN, **mode}.items()}
    settings = app.settings.model_copy(update={**secrets, "slack_api_url": fake.api_url})
    return SlackDoor(settings, reception, ping=0.2)


@pytest.fixture
def parley(app: App, slack: FakeSlack) -> Iterator[Running]:
    running = Running(app, lambda a, r: slack_door(slack, a, r)).start()
    yield running
    running.stop()


@pytest.fixture
def ana(app: App, slack: FakeSlack, parley: Running) -> str:
    """The owner, in Slack."""
    user = slack.add_user("Ana")
    code = app.engine.work(lambda uow: invite(uow, "owner"))
    slack.say(user, None, f"link {code}")
    parley.settle()
    return user


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    fake = FakeTelegram().start()
    yield fake
    fake.stop()


def telegram_door(
    fake: FakeTelegram, app: App, reception: Reception, *, webhook: str | None = None, **more: float
) -> TelegramDoor:
    """A door to the fake, by polling, or called under a host."""
    hook = {"telegram_webhook_url": webhook, "telegram_webhook_secret": SecretStr(SECRET)} if webhook else {}
    settings = app.settings.model_copy(
        update={"telegram_bot_token": SecretStr(TOKEN), "telegram_api_url": fake.api_url, **hook}
    )
    return TelegramDoor(settings, reception, apart=0, **more)


@pytest.fixture
def bot(app: App, telegram: FakeTelegram) -> Iterator[Running]:
    running = Running(app, lambda a, r: telegram_door(telegram, a, r)).start()
    yield running
    running.stop()


@pytest.fixture
def lin(app: App, telegram: FakeTelegram, bot: Running) -> int:
    """The owner, in Telegram."""
    user = telegram.add_user("Lin Mei")
    code = app.engine.work(lambda uow: invite(uow, "owner"))
    telegram.say(user, f"/start {code}")
    telegram.settle(bot)
    return user


@pytest.fixture
def bo(app: App, telegram: FakeTelegram, bot: Running, lin: int) -> int:
    """A colleague who may see contacts but not everybody's tasks."""
    user = telegram.add_user("Bo")
    code = app.engine.work(lambda uow: invite(uow, "viewer"))
    telegram.say(user, f"/start {code}")
    telegram.say(lin, "add Dana Whitfield from Acme")
    telegram.settle(bot)
    return user
