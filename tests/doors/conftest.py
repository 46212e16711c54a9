"""A fake Slack, and a Parley that listens to it."""

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from bot.adapters.slack import SlackDoor
from bot.app import App
from bot.invite import invite
from bot.reception import Reception
from tests.doors.running import Running
from tests.fakes.slack import FakeSlack
from tests.fakes.slack.world import APP_TOKEN, BOT_TOKEN


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    fake = FakeSlack().start()
    yield fake
    fake.stop()


def slack_door(fake: FakeSlack, app: App, reception: Reception) -> SlackDoor:
    """A door to the fake, by Socket Mode."""
    settings = app.settings.model_copy(
        update={
            "slack_bot_token": SecretStr(BOT_TOKEN),
            "slack_app_token": SecretStr(APP_TOKEN),
            "slack_api_url": fake.api_url,
        }
    )
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
