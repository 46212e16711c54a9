"""What waits is told, in words and to Prometheus, without a word of anybody's."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.adapters.web import web
from bot.app import App
from bot.reception import Reception
from bot.status import in_words
from storage.tables import Outbox, OutboxState
from tests.transcript import Player, Step


@pytest.fixture
def busy(player: Player) -> App:
    """A reminder is late, a message waits, and one was given up."""
    app = player.console.app
    for text in ("ana> hi", "ana> remind me to call Dana tomorrow at 3pm"):
        player.play(Step(text, 1))
    app.clock.set(app.clock.now() + timedelta(days=1, hours=6))
    assert app.tick() == 1

    def spoil(uow: object) -> None:
        row = uow.first(Outbox, Outbox.state == OutboxState.SENT)  # type: ignore[attr-defined]
        row.state = OutboxState.DEAD
        uow.session.add(row)  # type: ignore[attr-defined]

    app.engine.work(spoil)
    app.clock.set(app.clock.now() + timedelta(minutes=5))
    return app


def test_in_words(busy: App) -> None:
    assert list(in_words(busy)) == [
        "0 messages wait for an answer.",
        "0 reminders are due and not told.",
        "Console: 1 messages wait to be sent, the oldest for 5 min. 1 given up: say “undelivered messages”.",
    ]


@pytest.mark.usefixtures("busy")
def test_the_command(database_url: str) -> None:
    shown = CliRunner().invoke(cli, ["status", "--database", database_url])
    assert shown.exit_code == 0
    assert "1 given up" in shown.output


def get(app: App, host: str, **headers: str) -> httpx.Response:
    """The page as it is served to somebody."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=web(app, Reception(app.engine)), client=(host, 5))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
            return await client.get("/metrics", headers=headers)

    return asyncio.run(ask())


def test_for_prometheus(busy: App) -> None:
    text = get(busy, "127.0.0.1").text
    assert 'parley_outbox_waiting{door="console"} 1.0' in text
    assert 'parley_outbox_age_seconds{door="console"} 300.0' in text
    assert 'parley_dead_letters{door="console"} 1.0' in text
    assert "parley_reminder_lateness_seconds_bucket" in text
    assert "Dana" not in text


def test_figures_are_not_for_everyone(busy: App) -> None:
    assert get(busy, "192.0.2.1").status_code == 403
    busy.settings.metrics_token = SecretStr("open sesame")
    assert get(busy, "127.0.0.1").status_code == 403
    assert get(busy, "192.0.2.1", authorization="Bearer open says me").status_code == 403
    assert get(busy, "192.0.2.1", authorization="Bearer open sesame").status_code == 200
