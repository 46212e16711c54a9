"""One conversation, through every door: the same words and the same rows as in the terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.app import App, build
from tests.doors.conftest import slack_door
from tests.doors.playing import Stage, StagePlayer, domain
from tests.doors.running import Running
from tests.doors.slack_stage import SlackStage
from tests.fakes.slack import FakeSlack
from tests.plugin import settings_for
from tests.transcript import Player, steps

FIRST_DAY = Path(__file__).parent.parent / "conversations/first-day.md"


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


@pytest.mark.parametrize("door", [slack_socket, slack_http])
def test_the_first_day_is_the_same_everywhere(app: App, door: Callable[[App], Iterator[Stage]]) -> None:
    text = FIRST_DAY.read_text("utf-8")
    with door(app) as stage:  # type: ignore[attr-defined]
        player = StagePlayer(stage)
        for step in steps(text):
            assert [step.line, *player.play(step)] == [step.line, *step.expected]
    assert domain(app) == _in_the_terminal(text)


def _in_the_terminal(text: str) -> object:
    app = build(settings_for("sqlite://"))
    try:
        player = Player(app)
        for step in steps(text):
            player.play(step)
        return domain(app)
    finally:
        app.close()
