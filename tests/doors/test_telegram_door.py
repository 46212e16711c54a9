"""The door to Telegram: by webhook, by turns, and when something is wrong with it."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from pydantic import SecretStr
from sqlmodel import select

from bot.adapters.telegram import TelegramDoor
from bot.adapters.telegram.checking import examine_telegram
from bot.app import App, build
from bot.doors import DoorDown
from bot.invite import invite
from storage.errors import Unavailable
from storage.leases import hold, let_go
from storage.tables import Inbox, Task
from tests.doors.conftest import telegram_door
from tests.doors.running import Running, until
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.world import SECRET, Failure
from tests.plugin import settings_for

HEADER = "X-Telegram-Bot-Api-Secret-Token"


@pytest.fixture
def hooked(app: App, telegram: FakeTelegram) -> Iterator[Running]:
    """A Parley that is called."""
    running = Running(app, lambda a, r: telegram_door(telegram, a, r, webhook="http://127.0.0.1:1"))
    address = running.serve()
    running.door.settings.telegram_webhook_url = address
    running.start()
    yield running
    running.stop()


def owner(app: App, telegram: FakeTelegram, running: Running) -> int:
    user = telegram.add_user("Lin")
    code = app.engine.work(lambda uow: invite(uow, "owner"))
    telegram.say(user, f"/start {code}")
    telegram.settle(running)
    return user


def titles(app: App) -> list[str]:
    return app.database.read(lambda s: sorted(t.title for t in s.exec(select(Task))))


def test_called_at_the_webhook_it_answers(app: App, telegram: FakeTelegram, hooked: Running) -> None:
    user = owner(app, telegram, hooked)
    update = telegram.say(user, "add task send the quote")
    telegram.settle(hooked)
    assert telegram.told(user).startswith("Added task #1 send the quote")
    telegram.run(telegram.world.tell("message", update))  # the same message under another number
    telegram.settle(hooked)
    assert titles(app) == ["send the quote"]
    assert telegram.world.webhook["url"].endswith("/telegram/webhook")


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x", SECRET[:-1], "ünicode"])
def test_a_wrong_secret_is_refused_before_anything_is_read(
    app: App, telegram: FakeTelegram, hooked: Running, secret: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert hooked.door.up
    url = telegram.world.webhook["url"]
    headers = {HEADER: secret.encode()} if secret else {}
    assert httpx.post(url, content=b"{not json", headers=headers).status_code == 403
    assert app.database.read(lambda s: s.exec(select(Inbox)).first()) is None
    assert "refused" in caplog.text
    assert SECRET not in caplog.text


def test_an_update_that_cannot_be_read_does_not_come_back_for_ever(
    telegram: FakeTelegram, hooked: Running
) -> None:
    url = telegram.world.webhook["url"]
    for body in (b"[]", b"{}", b"\xff", b'{"update_id": 1, "message": {"rubbish": true}}'):
        assert httpx.post(url, content=body, headers={HEADER: SECRET}).status_code == 200, body
    assert hooked.door.up


def test_what_cannot_be_kept_is_not_acknowledged(
    app: App, telegram: FakeTelegram, hooked: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = owner(app, telegram, hooked)
    accept, away = app.engine.accept_soon, iter([True, True, False])

    def refuse(incoming, pool):
        if next(away, False):
            raise Unavailable("the database is away")
        return accept(incoming, pool)

    monkeypatch.setattr(app.engine, "accept_soon", refuse)
    telegram.say(user, "add task send the quote")
    telegram.settle(hooked)
    assert titles(app) == ["send the quote"]
    assert "503" in telegram.world.webhook["last_error_message"]


def test_updates_that_were_not_confirmed_come_again_and_count_once(
    app: App, telegram: FakeTelegram, bot: Running, lin: int
) -> None:
    telegram.fail("getUpdates", Failure(cut="after"), 3)
    for number in range(5):
        telegram.say(lin, f"add task number {number}")
    telegram.settle(bot)
    assert titles(app) == [f"number {n}" for n in range(5)]


def test_of_two_processes_one_polls_and_the_other_takes_over(
    app: App, database_url: str, telegram: FakeTelegram
) -> None:
    first = Running(app, lambda a, r: telegram_door(telegram, a, r, held=3.0, renewed=0.3)).start()
    user = owner(app, telegram, first)
    other_app = build(settings_for(database_url))
    second = Running(other_app, lambda a, r: telegram_door(telegram, a, r, held=3.0, renewed=0.3)).start()
    try:
        assert (first.door.polling.ours, second.door.polling.ours) == (True, False)
        first.run(dies(first.door.polling))
        telegram.say(user, "add task send the quote")
        until(lambda: second.door.polling.ours)
        telegram.settle(second)
        assert titles(app) == ["send the quote"]
        assert telegram.told(user).startswith("Added task #1")
    finally:
        second.stop()
        first.stop()
        other_app.close()


async def dies(polling) -> None:
    """As if its process had been killed: it neither polls nor renews its lease any more."""
    polling._renewed = 3600.0
    polling._task.cancel()
    await asyncio.gather(polling._task, return_exceptions=True)
    polling._pause = asyncio.Event().wait


def test_a_lease_is_held_by_one(app: App) -> None:
    assert hold(app.database, "x", "a", 60)
    assert hold(app.database, "x", "a", 60)
    assert not hold(app.database, "x", "b", 60)
    assert hold(app.database, "y", "b", 60)
    let_go(app.database, "x", "b")
    assert not hold(app.database, "x", "b", 60)
    let_go(app.database, "x", "a")
    assert hold(app.database, "x", "b", -1)
    assert hold(app.database, "x", "a", 60)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"telegram_bot_token": SecretStr("1:wrong")}, "TELEGRAM_BOT_TOKEN is refused"),
        ({"telegram_bot_token": SecretStr("")}, "TELEGRAM_BOT_TOKEN is empty"),
        ({"telegram_api_url": "http://127.0.0.1:9"}, "cannot be reached"),
        ({"telegram_webhook_url": "http://127.0.0.1:1", "telegram_webhook_secret": None}, "WEBHOOK_SECRET"),
    ],
)
def test_a_door_that_is_down_says_why(bot: Running, change: dict, reason: str) -> None:
    settings = bot.door.settings.model_copy(update=change)
    door = TelegramDoor(settings, bot.reception)
    with pytest.raises(DoorDown) as down:
        bot.run(door.run())
    assert reason in down.value.reason
    assert "wrong" not in down.value.reason
    bot.run(door.close())
    found = asyncio.run(examine_telegram(settings))
    assert not all(f.well for f in found)
    assert all(f.well or f.advice for f in found)


def test_the_doctor_looks_at_the_webhook(telegram: FakeTelegram, bot: Running) -> None:
    settings = bot.door.settings
    assert all(f.well for f in asyncio.run(examine_telegram(settings)))
    hooked = settings.model_copy(
        update={
            "telegram_webhook_url": "https://crm.example",
            "telegram_webhook_secret": SecretStr("a" * 20),
        }
    )
    wrong = [f.what for f in asyncio.run(examine_telegram(hooked)) if not f.well]
    assert wrong == ["Telegram: the webhook is not set yet"]
    telegram.world.webhook = {"url": "https://crm.example/telegram/webhook", "last_error_message": "403"}
    telegram.world.webhook["last_error_date"] = 1_772_442_000
    wrong = [f.what for f in asyncio.run(examine_telegram(hooked)) if not f.well]
    assert wrong == ["Telegram: the webhook failed last: 403"]
