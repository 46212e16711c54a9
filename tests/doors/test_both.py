"""Both platforms side by side, as `parley demo --fake` shows them."""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from bot.adapters.slack import SlackDoor
from bot.adapters.telegram import TelegramDoor
from bot.app import App
from storage.tables import Member
from tests.doors.running import Running, until
from tests.fakes.both import Both, Page


@pytest.fixture
def page(app: App) -> Iterator[tuple[httpx.Client, Both]]:
    app.clock.set(datetime(2026, 3, 2, 9, tzinfo=UTC))
    app.engine.work(lambda uow: [_member(uow, n, r) for n, r in (("Ana", "owner"), ("Bo", "sales"))])
    both = Both().start()
    settings = both.settings(app.settings)
    doors = [
        Running(app, lambda _, r: SlackDoor(settings, r)).start(),
        Running(app, lambda _, r: TelegramDoor(settings, r, apart=0)).start(),
    ]
    shown = Page(both)
    doors[0].run(shown.start())
    both.bring(app)
    with httpx.Client(base_url=f"http://127.0.0.1:{shown.port}") as client:
        until(lambda: not both.telegram.world.updates)
        for door in doors:
            door.settle()
        both.settle = lambda: [both.telegram.taken(), *(door.settle() for door in doors)]
        yield client, both
    doors[0].run(shown.stop())
    for door in doors:
        door.stop()
    both.stop()


def _member(uow, name: str, role: str) -> None:
    uow.add(Member(workspace_id=uow.workspace_id, name=name, role=role))


def test_the_same_person_speaks_on_both_sides(page: tuple[httpx.Client, Both]) -> None:
    client, both = page
    for platform in ("slack", "telegram"):
        place = {"platform": platform, "person": "Ana", "room": False}
        client.post("/say", json={**place, "text": f"remind me about the {platform} forms"})
        both.settle()
        told = client.get("/state", params={"person": "Ana"}).json()[platform][-1]
        assert told["text"] == f"When shall I remind you about the {platform} forms?"
        client.post("/press", json={**place, "label": "Tonight", "message": told["id"]})
        both.settle()
        told = client.get("/state", params={"person": "Ana"}).json()[platform][-1]
        assert told["text"].startswith("I will remind you")
    state = client.get("/state", params={"person": "Bo"}).json()
    assert state["people"] == ["Ana", "Bo"]
    assert "forms" not in str(state)


def test_the_room_hears_what_is_said_to_parley(page: tuple[httpx.Client, Both]) -> None:
    client, both = page
    for platform in ("slack", "telegram"):
        client.post(
            "/say",
            json={
                "platform": platform,
                "person": "Bo",
                "room": True,
                "text": "add Dana Whitfield from Acme",
            },
        )
        both.settle()
        told = client.get("/state", params={"person": "Ana", "room": "1"}).json()[platform][-1]
        assert "Dana Whitfield" in told["text"]


def test_the_page_comes_with_its_files(page: tuple[httpx.Client, Both]) -> None:
    client, _ = page
    assert "Slack and Telegram" in client.get("/").text
    assert "script-src 'self'" in client.get("/").headers["content-security-policy"]
    assert client.get("/both.js").status_code == client.get("/both.css").status_code == 200
