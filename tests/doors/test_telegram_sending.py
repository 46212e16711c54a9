"""What may go wrong on the way to Telegram, and what comes of it."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from bot.app import App
from handlers.post import post
from handlers.reply import FileRef, Reply, line
from storage.files import cut, keep_file
from storage.queries.people import speaker_of
from storage.tables import Conversation, Outbox, OutboxState
from tests.doors.running import Running
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.people import labels
from tests.fakes.telegram.world import BOT_NAME, Failure

LOST = Failure(cut="after")
CUT = Failure(cut="before")


@pytest.fixture
def later(app: App, telegram: FakeTelegram, bot: Running, lin: int) -> Running:  # noqa: ARG001 - linked first
    """A clock that stands, so that a test decides when something is tried again."""
    app.clock.set(app.clock.now())
    return bot


def wait(app: App, bot: Running, minutes: float = 20) -> None:
    app.clock.set(app.clock.now() + timedelta(minutes=minutes))
    bot.settle()


def outbox(app: App) -> list[Outbox]:
    return app.database.read(lambda s: list(s.exec(select(Outbox).order_by(col(Outbox.id)))))


def tell(app: App, user: int, reply: Reply) -> None:
    """Queue something for somebody."""

    def work(uow) -> None:
        member = speaker_of(uow, "telegram", "", str(user))[1]
        conversation = uow.first(Conversation, Conversation.external_id == str(user))
        post(uow, conversation, reply, member=member)

    app.engine.work(work)


def test_asked_to_wait_it_waits(app: App, telegram: FakeTelegram, later: Running, lin: int) -> None:
    telegram.fail("sendMessage", Failure(retry_after=7))
    tell(app, lin, Reply(line("first")))
    later.settle()
    assert telegram.told(lin) != "first"
    row = outbox(app)[-1]
    assert row.state == OutboxState.PENDING
    assert row.not_before - app.clock.now() == timedelta(seconds=7)
    assert not row.doubtful
    wait(app, later)
    assert telegram.told(lin) == "first"


@pytest.mark.parametrize(("failure", "arrived"), [(LOST, 2), (CUT, 1), (Failure(502, "Bad Gateway"), 1)])
def test_a_lost_reply_is_sent_again_and_logged(
    app: App,
    telegram: FakeTelegram,
    later: Running,
    lin: int,
    caplog: pytest.LogCaptureFixture,
    failure: Failure,
    arrived: int,
) -> None:
    telegram.fail("sendMessage", failure)
    tell(app, lin, Reply(line("canary words")))
    later.settle()
    wait(app, later)
    assert [m["text"] for m in telegram.answers(lin)].count("canary words") == arrived
    assert "is ambiguous: it is sent again and may arrive twice" in caplog.text
    assert "canary" not in caplog.text


def test_who_has_blocked_the_bot_is_unreachable(
    app: App, telegram: FakeTelegram, later: Running, lin: int
) -> None:
    telegram.block(lin)
    tell(app, lin, Reply(line("anybody there")))
    later.settle()
    assert outbox(app)[-1].state == OutboxState.DEAD
    assert "blocked" in str(outbox(app)[-1].reason)


@pytest.mark.usefixtures("morning")
def test_an_edit_that_changes_nothing_is_fine(
    app: App, telegram: FakeTelegram, later: Running, lin: int
) -> None:
    telegram.say(lin, "remind me about the tax forms")
    telegram.settle(later)
    telegram.fail("editMessageText", LOST)
    telegram.press(lin, "Tonight")
    telegram.settle(later)
    wait(app, later)
    assert all(r.state == OutboxState.SENT for r in outbox(app))
    assert [labels(m) for m in telegram.answers(lin)][-2] == []


def test_lists_are_paged_in_one_message(app: App, telegram: FakeTelegram, later: Running, lin: int) -> None:
    for number in range(7):
        telegram.say(lin, f"add task number {number}")
    telegram.say(lin, "my tasks")
    telegram.settle(later)
    shown = telegram.answers(lin)[-1]
    telegram.press(lin, "More")
    telegram.settle(later)
    assert telegram.answers(lin)[-1] is shown
    assert "#6 number 5" in shown["text"]
    assert labels(shown) == ["Back"]
    shown["deleted"] = True
    telegram.press(lin, "Back", message=shown)
    telegram.settle(later)
    assert "#1 number 0" in telegram.told(lin)
    assert all(r.state == OutboxState.SENT for r in outbox(app))


def test_long_answers_come_in_order_and_go_on_where_they_broke(
    app: App, telegram: FakeTelegram, later: Running, lin: int
) -> None:
    before = len(telegram.answers(lin))
    tell(app, lin, Reply(line("Start"), lines=tuple(line(f"{n} " + "word " * 700) for n in range(3))))
    telegram.fail("sendMessage", Failure(retry_after=1))
    later.settle()
    telegram.fail("sendMessage", Failure(retry_after=1))
    wait(app, later)
    wait(app, later)
    told = [m["text"] for m in telegram.answers(lin)[before:]]
    assert [t[:5] for t in told] == ["Start", "1 wor", "2 wor"]


def test_files_and_pictures_are_sent(app: App, telegram: FakeTelegram, later: Running, lin: int) -> None:
    where = (app.database, app.engine.workspace_id)
    png = keep_file(*where, "pipeline.png", "image/png", cut(b"\x89PNG"))
    csv = keep_file(*where, "contacts.csv", "text/csv", cut(b"name\nDana\n" * 100_000))
    reply = Reply(
        line("Here"),
        pictures=(str(png.id),),
        files=(FileRef(str(csv.id), csv.name, csv.media_type, csv.size),),
    )
    tell(app, lin, reply)
    later.settle()
    picture, table, words = telegram.answers(lin)[-3:]
    assert ("photo" in picture, table["document"]["file_name"], words["text"]) == (
        True,
        "contacts.csv",
        "Here",
    )
    assert telegram.world.files[table["document"]["file_id"]][1] == b"name\nDana\n" * 100_000


@pytest.mark.parametrize("told", [True, False])
def test_a_group_that_becomes_a_supergroup_goes_on(
    app: App, telegram: FakeTelegram, later: Running, lin: int, told: bool
) -> None:
    group = telegram.add_group("Acme", lin, kind="group")
    telegram.say(lin, "add Acme as a company")
    telegram.settle(later)
    telegram.say(lin, f"@{BOT_NAME} this group is about Acme", group)
    telegram.settle(later)
    if told:
        new = telegram.migrate(group)
        telegram.settle(later)
    else:
        telegram.world.updates.clear()
        new = telegram.migrate(group, told=False)
        app.engine.work(lambda uow: _say_in(uow, str(group)))
        later.settle()
        assert telegram.told(lin, new) == "in the room"
    telegram.say(lin, "/task_list", new)
    telegram.settle(later)
    rooms = app.database.read(
        lambda s: [c.external_id for c in s.exec(select(Conversation)) if not c.private]
    )
    assert rooms == [str(new)]


def _say_in(uow, place: str) -> None:
    room = uow.first(Conversation, Conversation.external_id == place)
    post(uow, room, Reply(line("in the room")), member=None)


def test_where_the_asker_cannot_be_reached_the_room_shows_the_way(
    app: App, telegram: FakeTelegram, later: Running, lin: int
) -> None:
    guest = telegram.add_user("Guest")
    telegram.say(lin, "add Dana Whitfield from Acme")
    telegram.settle(later)
    team = telegram.add_group("Team", lin, guest)

    def block(uow) -> None:
        uow.first(Conversation, Conversation.external_id == str(lin)).unreachable_at = uow.now

    app.engine.work(block)
    telegram.say(lin, "/contact_show Dana", team)
    telegram.settle(later)
    way = telegram.answers(lin, team)[-1]
    assert "Dana" not in way["text"]
    button = way["reply_markup"]["inline_keyboard"][0][0]
    assert button["text"] == "Open our chat"
    assert button["url"].endswith(f"/{BOT_NAME}?start=here")


def test_an_export_comes_as_a_file(app: App, telegram: FakeTelegram, bot: Running, lin: int) -> None:
    for words in ("add Dana Whitfield from Acme", "/data export contacts"):
        telegram.say(lin, words)
        telegram.settle(bot)
    while app.work_off():
        pass
    bot.settle()
    words, file = telegram.answers(lin)[-2:]
    assert words["text"] == "Here is one contact as CSV."
    assert b"Dana" in telegram.world.files[file["document"]["file_id"]][1]
