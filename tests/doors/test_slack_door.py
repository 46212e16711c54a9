"""The door to Slack itself: who may knock, what is said when it is shut, what the logs keep, and its papers."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from pydantic import SecretStr

from bot.adapters.slack.checking import SCOPES
from bot.adapters.slack.forms import SHORTCUTS
from bot.app import App
from bot.doctor import examine
from bot.doors import DoorDown
from bot.invite import invite
from storage.errors import Unavailable
from storage.tables import Task
from tests.doors.conftest import slack_door
from tests.doors.running import Running
from tests.doors.test_slack import last, rows
from tests.fakes.slack import FakeSlack
from tests.fakes.slack.delivery import signed
from tests.fakes.slack.world import APP_TOKEN, BOT_TOKEN

MANIFEST = json.loads((Path(__file__).parent.parent.parent / "manifest.json").read_text("utf-8"))


@pytest.fixture
def called(app: App, slack: FakeSlack) -> Iterator[Running]:
    """A Parley that Slack calls over HTTP."""
    running = Running(app, lambda a, r: slack_door(slack, a, r, http=True)).start()
    slack.delivering.http_url = running.serve() + "/slack/events"
    yield running
    running.stop()


def command(slack: FakeSlack, user: str) -> str:
    fields = {
        "command": "/task",
        "text": "add send the quote",
        "user_id": user,
        "channel_id": "D1",
        "team_id": "T0HOME",
    }
    return urlencode(
        {**fields, "trigger_id": "t1", "api_app_id": "A0PARLEY", "response_url": slack.url("/respond/1")}
    )


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"secret": "another"},
        {"at": -600},
        {"at": 600},
    ],
    ids=["unsigned", "forged", "replayed", "from the future"],
)
def test_what_is_not_signed_now_is_refused(
    slack: FakeSlack, called: Running, headers: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    user = slack.add_user("Ana")
    body = command(slack, user)
    given = dict(headers)
    if "at" in given:
        given["at"] = time.time() + given["at"]
    status, _ = slack.run(slack.delivering.post(body, {**FORM, **(signed(body, **given) if headers else {})}))
    assert status == 401
    called.settle()
    assert slack.answers(user) == []
    assert "wrong signature or time was refused" in caplog.text
    assert "send the quote" not in caplog.text


def test_a_signature_is_good_for_its_body_alone(slack: FakeSlack, called: Running) -> None:
    body = command(slack, slack.add_user("Ana"))
    status, _ = slack.run(slack.delivering.post(body + "&text=more", {**FORM, **signed(body)}))
    assert status == 401
    assert rows(called, Task) == []


@pytest.mark.usefixtures("called")
def test_slack_checks_the_address(slack: FakeSlack) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "abc", "token": "x"})
    headers = {"Content-Type": "application/json", **signed(body)}
    status, text = slack.run(slack.delivering.post(body, headers))
    assert (status, json.loads(text)["challenge"]) == (200, "abc")


def test_everything_works_over_http(slack: FakeSlack, called: Running, app: App) -> None:
    user = slack.add_user("Ana")
    slack.say(user, None, f"link {app.engine.work(lambda uow: invite(uow, 'owner'))}")
    called.settle()
    slack.slash(user, "/task add send the quote")
    called.settle()
    slack.press(user, "Undo")
    called.settle()
    assert rows(called, Task) == []
    slack.open_home(user)
    called.quiet()
    slack.press_home(user, "New task")
    called.quiet()
    assert slack.submit(user, {"Title": "send the quote", "Due date": "qwertz"}) != {}
    assert slack.submit(user, {"Title": "send the quote"}) == {}
    called.settle()
    assert len(rows(called, Task)) == 1
    assert slack.world.complaints == []


def test_what_cannot_be_kept_is_delivered_again(
    slack: FakeSlack, called: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = slack.add_user("Ana")
    accept, calls = called.app.engine.accept_soon, []

    def away(incoming: Any, pool: Executor) -> Any:
        calls.append(incoming)
        if len(calls) == 1:
            raise Unavailable("gone for a moment")
        return accept(incoming, pool)

    monkeypatch.setattr(called.app.engine, "accept_soon", away)
    slack.say(user, None, "hi")
    called.settle()
    assert len(calls) == 2
    assert "Hello" in last(slack, user)


# A door that is shut


def down(slack: FakeSlack, app: App, **settings: Any) -> str:
    def make(a: App, r: Any) -> Any:
        door = slack_door(slack, a, r)
        door.settings = door.settings.model_copy(update=settings)
        return door

    running = Running(app, make)
    try:
        with pytest.raises(DoorDown) as raised:
            running.run(running.door.run())
        return raised.value.reason
    finally:
        running.stop()


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"slack_bot_token": SecretStr("xoxb-canary")}, "SLACK_BOT_TOKEN is refused (invalid_auth)"),
        ({"slack_app_token": SecretStr("xapp-canary")}, "SLACK_APP_TOKEN is refused (invalid_auth)"),
        ({"slack_app_token": None}, "set SLACK_APP_TOKEN"),
        ({"slack_api_url": "http://127.0.0.1:9/api/"}, "cannot be reached"),
    ],
)
def test_a_shut_door_says_why(slack: FakeSlack, app: App, settings: dict[str, Any], told: str) -> None:
    reason = down(slack, app, **settings)
    assert told in reason
    assert "canary" not in reason


def test_the_environment_does_not_change_the_mode(
    slack: FakeSlack, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "s")
    running = Running(app, lambda a, r: slack_door(slack, a, r)).start()
    user = slack.add_user("Ana")
    slack.say(user, None, "hi")
    running.settle()
    assert "Hello" in last(slack, user)
    running.stop()


# Papers


def test_the_manifest_asks_for_what_is_used_and_no_more() -> None:
    assert MANIFEST["oauth_config"]["scopes"]["bot"] == list(SCOPES)
    assert {s["callback_id"] for s in MANIFEST["features"]["shortcuts"]} == set(SHORTCUTS)
    assert [c["command"] for c in MANIFEST["features"]["slash_commands"]] == [
        "/crm",
        "/contact",
        "/task",
        "/ticket",
        "/deal",
    ]
    assert len(MANIFEST["display_information"]["long_description"]) >= 175
    assert all(len(s["name"]) <= 24 for s in MANIFEST["features"]["shortcuts"])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, "all scopes are there"),
        ({"scopes": "chat:write"}, "scopes are missing: app_mentions:read"),
        ({"bot_token_valid": False}, "SLACK_BOT_TOKEN is refused"),
        ({"app_token_valid": False}, "SLACK_APP_TOKEN is refused"),
    ],
)
def test_the_doctor_looks_at_tokens_and_scopes(
    slack: FakeSlack, app: App, change: dict[str, Any], told: str
) -> None:
    for name, value in change.items():
        setattr(slack.world, name, value)
    tokens = {"slack_bot_token": SecretStr(BOT_TOKEN), "slack_app_token": SecretStr(APP_TOKEN)}
    settings = app.settings.model_copy(update={**tokens, "slack_api_url": slack.api_url})
    findings = [f for f in examine(settings) if "Slack" in f.what]
    assert any(told in f.what for f in findings)
    assert all(f.well for f in findings) == (not change)
