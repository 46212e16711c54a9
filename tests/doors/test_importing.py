"""A table that is dropped into a chat: previewed, put right, imported by a message that moves, and what failed comes back."""

import csv
import io
from typing import Any

import pytest
from sqlmodel import col, select

from bot.app import App
from schedules import jobs
from storage.tables import Contact, ContactPoint
from tests.doors.running import Running
from tests.fakes.slack import FakeSlack
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.people import labels

TABLE = "Name,Company,Reach at,Email\n" + "".join(
    f"Person{i} Name{i},Acme,{'12' if i == 7 else f'+4930901{i:03}'},p{i}@acme.example\n" for i in range(250)
)
MOVING = "Importing people.csv: "


@pytest.fixture(autouse=True)
def _at_every_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "SHOW_EVERY", 0.0)


def rows(app: App, model: Any) -> list[Any]:
    return app.database.read(lambda s: list(s.exec(select(model).order_by(col(model.id)))))


def moved(app: App, running: Running, look: Any) -> list[str]:
    """Do the work piece by piece; what the message says after each."""
    seen: list[str] = []

    def watch(_: object) -> None:
        running.settle()
        seen.append(look())

    app.desk().watch = watch
    assert app.work_off()
    running.settle()
    return [text for text in dict.fromkeys(seen) if text.startswith(MOVING)]


def left_out(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def check(app: App, failed: bytes) -> None:
    assert len(rows(app, Contact)) == 249
    assert len([p for p in rows(app, ContactPoint) if p.kind == "phone"]) == 249
    head, row = left_out(failed)
    assert (head[:4], row[0]) == (["Name", "Company", "Reach at", "Email"], "Person7 Name7")


def test_a_table_dropped_in_slack(app: App, slack: FakeSlack, parley: Running, ana: str) -> None:
    def last() -> str:
        return str(slack.answers(ana)[-1]["text"])

    slack.say(ana, None, "", files=[slack.upload("people.csv", TABLE.encode(), "text/csv")])
    parley.settle()
    assert "250 contacts" in str(slack.answers(ana)[-1])
    assert "Reach at → Phone" not in str(slack.answers(ana)[-1])
    slack.say(ana, None, "the third column is the phone")
    parley.settle()
    assert "Reach at → Phone" in str(slack.answers(ana)[-1])
    slack.press(ana, "Import 249")
    parley.settle()
    begun, count = slack.answers(ana)[-1]["ts"], len(slack.answers(ana))
    assert len(moved(app, parley, last)) >= 2
    files = [f for m in slack.answers(ana) for f in m.get("files", ())]
    done = next(m for m in slack.answers(ana) if m["ts"] == begun)
    assert done["text"].startswith("Imported 249 contacts from people.csv.")
    assert [f["name"] for f in files] == ["people – left out.csv"]
    assert len(slack.answers(ana)) == count + 1  # the file alone; the message itself moved
    check(app, slack.world.files[files[0]["id"]]["content"])
    slack.press(ana, "Undo")
    parley.settle()
    while app.work_off():
        parley.settle()
    assert rows(app, Contact) == []


def test_a_table_dropped_in_telegram(app: App, telegram: FakeTelegram, bot: Running, lin: int) -> None:
    def moving() -> str:
        return next(
            (
                t
                for m in reversed(telegram.answers(lin))
                if (t := str(m.get("text", ""))).startswith("Import")
            ),
            "",
        )

    telegram.document(lin, "people.csv", TABLE.encode(), "text/csv")
    telegram.settle(bot)
    assert "250 contacts" in telegram.told(lin)
    telegram.say(lin, "第三列是电话")
    telegram.settle(bot)
    assert "Reach at → " in telegram.answers(lin)[-1]["text"]
    telegram.press(lin, next(b for b in labels(telegram.answers(lin)[-1]) if "249" in b))
    telegram.settle(bot)
    count = len(telegram.answers(lin))
    app.desk().watch = lambda _: bot.settle()
    assert app.work_off()
    telegram.settle(bot)
    document = next(m["document"] for m in reversed(telegram.answers(lin)) if "document" in m)
    assert document["file_name"].startswith("people – ")
    assert len(telegram.answers(lin)) == count + 1
    check(app, telegram.world.files[document["file_id"]][1])
    undo = telegram.answers(lin)
    pressed = next(m for m in reversed(undo) if labels(m))
    telegram.press(lin, labels(pressed)[0], message=pressed)
    telegram.settle(bot)
    while app.work_off():
        telegram.settle(bot)
    assert rows(app, Contact) == []
