"""Slack when something fails: calls, sockets, processes; and files on their way there."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from bot.app import App, build
from handlers.post import post
from handlers.reply import FileRef, Reply, line
from storage.deliveries import OPEN
from storage.files import cut, keep_file
from storage.tables import Conversation, Outbox, Reminder, Task
from storage.unit_of_work import UnitOfWork
from tests.doors.conftest import slack_door
from tests.doors.running import Running, until
from tests.doors.test_slack import press, rows, say
from tests.fakes.slack import Failure, FakeSlack
from tests.fakes.slack.world import BOT_USER
from tests.plugin import settings_for


def sent(parley: Running) -> None:
    """Wait until nothing waits to be sent, however often that is tried."""
    parley.settle_in_time(lambda: not any(r.state in OPEN for r in rows(parley, Outbox)))


# When Slack fails


@pytest.mark.parametrize(
    "failure",
    [
        Failure(cut="after"),
        Failure(cut="before"),
        Failure(status=500),
        Failure(status=429, retry_after=1),
        Failure(error="fatal_error"),
    ],
)
def test_an_answer_is_posted_exactly_once(
    slack: FakeSlack, parley: Running, ana: str, failure: Failure
) -> None:
    slack.fail("chat.postMessage", failure)
    slack.say(ana, None, "add task send the quote")
    sent(parley)
    assert sum("send the quote" in a["text"] for a in slack.answers(ana)) == 1


@pytest.mark.usefixtures("morning")
def test_deliveries_are_taken_once(slack: FakeSlack, parley: Running, ana: str) -> None:
    slack.delivering.copies = 3
    say(slack, parley, ana, "add task send the quote")
    slack.slash(ana, "/task add water the plants")
    say(slack, parley, ana, "remind me about the tax forms")
    press(slack, parley, ana, "Tonight")
    assert len(rows(parley, Task)) == 2
    assert len(rows(parley, Reminder)) == 1


@pytest.mark.parametrize("announced", [True, False])
def test_the_socket_is_opened_again(slack: FakeSlack, parley: Running, ana: str, announced: bool) -> None:
    slack.disconnect(announced=announced)
    say(slack, parley, ana, "add task send the quote")
    assert len(rows(parley, Task)) == 1


@pytest.fixture
def other(app: App, slack: FakeSlack, parley: Running, ana: str, database_url: str) -> Iterator[Running]:  # noqa: ARG001 - the first is there before
    """Another process on the same database and the same app."""
    built = build(settings_for(database_url))
    running = Running(built, lambda a, r: slack_door(slack, a, r)).start()
    until(lambda: slack.delivering.connections == 2)
    yield running
    running.stop()
    built.close()


def test_two_processes_share_one_app(slack: FakeSlack, parley: Running, other: Running, ana: str) -> None:
    slack.delivering.copies = 2  # one to each of them
    for number in range(6):
        slack.say(ana, None, f"add task number {number}")
        slack.slash(ana, f"/task add thing {number}")
    sent(parley)
    other.settle()
    titles = {f"number {n}" for n in range(6)} | {f"thing {n}" for n in range(6)}
    assert Counter(t.title for t in rows(parley, Task)) == Counter(titles)
    posted = Counter(str(m["metadata"]) for m in slack.answers(ana))
    assert set(posted.values()) == {1}
    assert all(any(title in m["text"] for m in slack.answers(ana)) for title in titles)


def test_when_one_of_two_goes_the_other_goes_on(slack: FakeSlack, other: Running, ana: str) -> None:
    slack.run(slack.delivering._sockets[0].close())
    until(lambda: slack.delivering.connections >= 1)
    slack.say(ana, None, "add task send the quote")
    until(lambda: len(rows(other, Task)) == 1)
    sent(other)
    assert [m["text"].partition("\n")[0] for m in slack.answers(ana)[1:]] == ["Added task #1 send the quote."]


# Files


def with_files(app: App, user: str) -> None:
    """Queue an answer with a picture and a file."""
    where = (app.database, app.engine.workspace_id)
    png = keep_file(*where, "pipeline.png", "image/png", cut(b"\x89PNG"))
    csv = keep_file(*where, "contacts.csv", "text/csv", cut(b"name\nDana\n" * 100_000))
    file = FileRef(str(csv.id), csv.name, csv.media_type, csv.size)

    def work(uow: UnitOfWork) -> None:
        conversation = uow.first(Conversation, Conversation.external_id == user)
        post(
            uow,
            conversation,
            Reply(line("The pipeline"), pictures=(str(png.id),), files=(file,)),
            member=None,
        )

    app.engine.work(work)


def shared(slack: FakeSlack, user: str) -> list[Any]:
    """The last files and words of the bot, in order."""
    seen = [m for m in slack.messages(user) if m["user"] == BOT_USER]
    return [[f["title"] for f in m["files"]] if "files" in m else m["text"] for m in seen]


def test_files_are_sent_before_the_words(slack: FakeSlack, parley: Running, ana: str, app: App) -> None:
    with_files(app, ana)
    sent(parley)
    assert shared(slack, ana)[-3:] == [["contacts.csv"], ["The pipeline"], "The pipeline"]
    contents = {f["name"]: f["content"] for f in slack.world.files.values()}
    assert contents == {"contacts.csv": b"name\nDana\n" * 100_000, "pipeline.png": b"\x89PNG"}


@pytest.mark.parametrize(
    "method", ["files.getUploadURLExternal", "files.completeUploadExternal", "chat.postMessage"]
)
@pytest.mark.parametrize("failure", [Failure(cut="after"), Failure(status=500)])
def test_files_arrive_once_whatever_fails(
    slack: FakeSlack, parley: Running, ana: str, app: App, method: str, failure: Failure
) -> None:
    with_files(app, ana)
    slack.fail(method, failure)
    sent(parley)
    with_files(app, ana)
    sent(parley)
    assert shared(slack, ana)[1:] == [["contacts.csv"], ["The pipeline"], "The pipeline"] * 2


def test_an_export_comes_as_a_file(slack: FakeSlack, parley: Running, ana: str, app: App) -> None:
    say(slack, parley, ana, "add Dana Whitfield from Acme")
    say(slack, parley, ana, "/data export contacts")
    while app.work_off():
        pass
    sent(parley)
    words, [name] = shared(slack, ana)[-2:]
    assert words == "Here is one contact as CSV."
    assert name.startswith("contacts")
    assert b"Dana" in next(f["content"] for f in slack.world.files.values())
