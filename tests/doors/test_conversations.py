"""One conversation, through every door: the same words and the same rows as in the terminal."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from bot.app import App, build
from tests.doors.conftest import slack_door, telegram_door
from tests.doors.playing import Stage, StagePlayer, domain
from tests.doors.running import Running
from tests.doors.slack_stage import SlackStage
from tests.doors.telegram_stage import TelegramStage
from tests.fakes.slack import FakeSlack
from tests.fakes.telegram import FakeTelegram
from tests.plugin import settings_for
from tests.transcript import Player, steps

CONVERSATIONS = Path(__file__).parent.parent / "conversations"
# These have what platforms have not alike: files by name, old keys, drawn tables, accounts, a name that one is called by.
OWN = ("activities", "data", "digests", "files", "reports", "talking", "team")
ALL = sorted({path.stem for path in CONVERSATIONS.glob("*.md")} - {*OWN, "first-day"})
# All of them take minutes, so they are played by hand: CONVERSATIONS=all pytest tests/doors/test_conversations.py
NAMES = ALL if os.environ.get("CONVERSATIONS") == "all" else ["everywhere"]


@contextmanager
def slack_socket(app: App) -> Iterator[Stage]:
    """Slack by Socket Mode."""
    with _slack(app, http=False) as stage:
        yield stage


@contextmanager
def slack_http(app: App) -> Iterator[Stage]:
    """Slack by signed HTTP."""
    with _slack(app, http=True) as stage:
        yield stage


@contextmanager
def _slack(app: App, *, http: bool) -> Iterator[SlackStage]:
    fake = FakeSlack().start()
    running = Running(app, lambda a, r: slack_door(fake, a, r, http=http)).start()
    if http:
        fake.delivering.http_url = running.serve() + "/slack/events"
    try:
        yield SlackStage(fake, running)
        assert fake.world.complaints == []
    finally:
        running.stop()
        fake.stop()


@contextmanager
def telegram_polling(app: App) -> Iterator[Stage]:
    """Telegram, asked for what is new."""
    with _telegram(app, webhook=False) as stage:
        yield stage


@contextmanager
def telegram_webhook(app: App) -> Iterator[Stage]:
    """Telegram, calling in."""
    with _telegram(app, webhook=True) as stage:
        yield stage


@contextmanager
def _telegram(app: App, *, webhook: bool) -> Iterator[TelegramStage]:
    fake = FakeTelegram().start()
    hook = "http://127.0.0.1:1" if webhook else None
    running = Running(app, lambda a, r: telegram_door(fake, a, r, webhook=hook))
    if webhook:
        running.door.settings.telegram_webhook_url = running.serve()
    running.start()
    try:
        yield TelegramStage(fake, running)
        assert fake.world.complaints == []
    finally:
        running.stop()
        fake.stop()


@pytest.mark.parametrize("door", [slack_socket, slack_http, telegram_polling, telegram_webhook])
def test_the_first_day_is_the_same_everywhere(app: App, door: Callable[[App], Iterator[Stage]]) -> None:
    play("first-day", app, door)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("door", [slack_http, telegram_webhook])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_others_are_the_same_in_slack_and_telegram(
    app: App, door: Callable[[App], Iterator[Stage]], name: str
) -> None:
    """By one way of each alone, on one database: the first day goes all ways."""
    play(name, app, door)


def play(name: str, app: App, door: Callable[[App], Iterator[Stage]]) -> None:
    """Play a conversation through a door, and compare."""
    text = (CONVERSATIONS / f"{name}.md").read_text("utf-8")
    with door(app) as stage:  # type: ignore[attr-defined]
        player = StagePlayer(stage)
        for step in steps(text):
            assert [step.line, *player.play(step)] == [step.line, *step.expected]
    assert domain(app) == _in_the_terminal(text)


@cache
def _in_the_terminal(text: str) -> object:
    app = build(settings_for("sqlite://"))
    try:
        player = Player(app)
        for step in steps(text):
            player.play(step)
        return domain(app)
    finally:
        app.close()
