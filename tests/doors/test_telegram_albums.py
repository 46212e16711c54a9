"""Several photos under one caption: one message of the person, one answer, all the files."""

import asyncio

import pytest
from sqlmodel import col, select

from bot.app import App
from bot.talk import Talk
from storage.tables import Attachment, ChangeSet, File, Inbox, InboxState, Ticket
from tests.doors.running import PAUSE, Running, until
from tests.doors.test_telegram_brings import BY_DANA
from tests.doors.test_telegram_door import hooked, owner  # noqa: F401 - a fixture
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.people import labels
from tests.fakes.telegram.world import BOT_NAME

sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing in it is the database's
PHOTOS = [b"\xff\xd8picture %d" % n for n in range(5)]


def rows(app: App, model: type) -> list:
    return app.database.read(lambda s: list(s.exec(select(model).order_by(col(model.id)))))


@sqlite
def test_five_photos_under_one_caption_are_one_message(
    app: App, telegram: FakeTelegram, bot: Running, lin: int
) -> None:
    before = len(telegram.answers(lin))
    first, *_ = telegram.album(lin, PHOTOS, "open a ticket for Acme: printer on fire")
    telegram.say(lin, "add task call Acme")
    telegram.settle(bot)
    ticket, task = telegram.answers(lin)[before:]
    assert ticket["text"] == "Opened ticket #1 printer on fire.\nAcme (new)\n📎 photo.jpg ×5"
    assert task["text"].startswith("Added task #1 call Acme")
    assert [a.record_id for a in rows(app, Attachment)] == [rows(app, Ticket)[0].id] * 5
    assert [f.size for f in rows(app, File)] == [len(p) for p in PHOTOS]
    telegram.edit(first, "open a ticket for Acme: copier on fire")
    telegram.settle(bot)
    telegram.press(lin, "Correct it")
    telegram.settle(bot)
    assert [t.title for t in rows(app, Ticket)] == ["copier on fire"]
    assert [a.record_id for a in rows(app, Attachment)] == [rows(app, Ticket)[0].id] * 5
    telegram.press(lin, "Undo")
    telegram.settle(bot)
    assert [t.title for t in rows(app, Ticket)] == [
        "printer on fire"
    ]  # a correction is taken back to what it corrected
    assert [a.record_id for a in rows(app, Attachment)] == [rows(app, Ticket)[0].id] * 5


@sqlite
def test_an_album_without_words_is_offered_as_a_whole(
    app: App, telegram: FakeTelegram, bot: Running, lin: int
) -> None:
    telegram.say(lin, "add Dana Whitfield from Acme")
    telegram.album(lin, PHOTOS)
    telegram.settle(bot)
    offer = telegram.answers(lin)[-1]
    assert offer["text"] == "Kept 5 files. What are they for?"
    assert telegram.answers(lin)[-2]["text"].startswith("Added Dana")
    telegram.press(lin, "Note on Dana Whitfield")
    telegram.settle(bot)
    assert len(rows(app, Attachment)) == 5
    telegram.album(lin, PHOTOS[:2], "Need these", forward_origin=BY_DANA)
    telegram.settle(bot)
    assert labels(telegram.answers(lin)[-1]) == ["Log activity", "New task", "Open ticket", "Remind me"]
    telegram.press(lin, "Open ticket")
    telegram.settle(bot)
    assert rows(app, Ticket)[0].title == "Need these"
    assert len(rows(app, Attachment)) == 7


@sqlite
def test_called_at_the_webhook_an_album_waits_for_what_takes_long_to_fetch(
    app: App,
    telegram: FakeTelegram,
    hooked: Running,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user = owner(app, telegram, hooked)
    fetch = hooked.door._desk.files.fetch

    async def slowly(sent):
        await asyncio.sleep(3 * PAUSE)
        return await fetch(sent)

    monkeypatch.setattr(hooked.door._desk.files, "fetch", slowly)
    telegram.album(user, PHOTOS[:3], "open a ticket for Acme: printer on fire")
    telegram.settle(hooked)
    assert telegram.told(user).endswith("📎 photo.jpg ×3")
    assert len(rows(app, ChangeSet)) == 1


@sqlite
def test_an_album_in_a_group_is_said_to_us_where_its_words_are(
    app: App, telegram: FakeTelegram, bot: Running, lin: int
) -> None:
    telegram.world.privacy = False
    team = telegram.add_group("Team", lin)
    telegram.album(lin, PHOTOS[:2], "our summer party", team)
    telegram.album(lin, PHOTOS[:3], f"@{BOT_NAME} open a ticket for Acme: printer on fire", team)
    telegram.settle(bot)
    (answer,) = telegram.answers(lin, team)
    assert "📎 photo.jpg ×3" in answer["text"]
    assert len(rows(app, File)) == 3
    guest = telegram.add_user("Guest")
    telegram.album(guest, PHOTOS, "look")
    telegram.settle(bot)
    assert len(telegram.answers(guest)) == 1
    assert len(rows(app, File)) == 3


def test_what_ends_the_process_loses_no_part(
    app: App, telegram: FakeTelegram, bot: Running, lin: int
) -> None:
    bot.reception.albums.pause = 3600.0
    telegram.album(lin, PHOTOS[:3], "open a ticket for Acme: printer on fire")
    telegram.taken()
    until(lambda: len([r for r in rows(app, Inbox) if r.state == InboxState.PENDING]) == 3)
    assert rows(app, Ticket) == []
    app.engine.recover()  # as the next process does
    assert [a.record_id for a in rows(app, Attachment)] == [rows(app, Ticket)[0].id] * 3
    assert len(rows(app, ChangeSet)) == 1


@sqlite
def test_an_album_that_fails_is_given_up_once(
    app: App, telegram: FakeTelegram, bot: Running, lin: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: Talk) -> None:
        raise ZeroDivisionError

    before = len(telegram.answers(lin))
    monkeypatch.setattr(Talk, "answer", fails)
    telegram.album(lin, PHOTOS, "open a ticket for Acme: printer on fire")
    telegram.settle(bot)
    assert len(telegram.answers(lin)) == before + 1
    assert [r.state for r in rows(app, Inbox)[-5:]] == [InboxState.FAILED] * 5
