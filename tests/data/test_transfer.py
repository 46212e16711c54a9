"""Imports, exports and backups through the whole program."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select as select_columns
from sqlmodel import SQLModel, col, select

from bot.adapters.console import Answer, Console, Line
from bot.app import App, build
from bot.transfer import bring_in, take_out
from schedules import imports
from schedules.jobs import Desk
from storage.backup import Unfit, backup, restore, tables
from storage.bulk import write
from storage.database import Database
from storage.files import pieces
from storage.search import indexed
from storage.tables import Change, ChangeSet, Company, Contact, ContactPoint, Job, JobState, NameKey
from tests.plugin import settings_for
from tests.transcript import START

DATA = ("company", "contact", "contact_point", "deal", "stage_entry", "tag", "tagging", "name_key")


class Talker:
    """Somebody at the console who hands in files."""

    def __init__(self, app: App, name: str = "Ana") -> None:
        self.app, self.heard = app, []
        self.console = Console(app, self.heard.append, name)
        app.clock.set(START)
        self.console.take(Line(name=name, role="owner", language="en", zone="Europe/Berlin"))

    def say(self, text: str) -> Answer:
        self.console.take(Line(say=text))
        return self.heard[-1]

    def press(self, label: str) -> Answer:
        self.console.take(Line(press=label))
        return self.heard[-1]

    def hand(self, path: Path) -> Answer:
        self.console.take(Line(file=path))
        return self.heard[-1]

    def content(self, answer: Answer) -> bytes:
        file, engine = answer.reply.files[0], self.app.engine
        return b"".join(pieces(engine.database, engine.workspace_id, UUID(file.id)))


@pytest.fixture
def ana(app: App) -> Talker:
    return Talker(app)


def snapshot(database: Database, names: tuple[str, ...] = DATA) -> dict[str, Any]:
    def work(session: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in names:
            table = SQLModel.metadata.tables[name]
            rows = session.connection().execute(select_columns(table))
            found[name] = sorted(repr(sorted(r._mapping.items())) for r in rows)
        found["index"] = sorted((k, str(i), t) for k, i, t in indexed(session))
        return found

    return database.read(work)


def people(path: Path, count: int, first: int = 0) -> Path:
    with path.open("w", encoding="utf-8") as out:
        out.write("Name,Company,Email,Phone,Tags,Shoe size\n")
        for i in range(first, first + count):
            out.write(f"Person{i} Name{i},Company {i % 50},p{i}@x.example,+49301{i:06},t{i % 3},{i % 9}\n")
    return path


def rows(app: App, model: Any) -> list[Any]:
    return app.database.read(lambda s: list(s.exec(select(model).order_by(col(model.id)))))


def test_imported_rows_are_as_if_each_were_added_by_itself(ana: Talker, tmp_path: Path) -> None:
    ana.say(
        '/contact add "Dana Whitfield" company:Acme email:dana@acme.example phone:"+49 30 901820" tags:vip'
    )
    added = snapshot(ana.app.database, DATA)
    changes = shapes(ana.app)
    ana.say("undo")
    table = tmp_path / "one.csv"
    table.write_text(
        "Name,Company,Email,Phone,Tags\nDana Whitfield,Acme,dana@acme.example,+49 30 901820,vip\n"
    )
    ana.hand(table)
    ana.press("Import 1")
    assert shapes(ana.app) == changes
    imported = snapshot(ana.app.database, DATA)
    assert {n: len(r) for n, r in imported.items()} == {n: len(r) for n, r in added.items()}
    tokens = lambda snap: sorted((k, tuple(t)) for k, _, t in snap["index"])  # noqa: E731
    assert tokens(imported) == tokens(added)
    assert (
        {c.made_by for c in rows(ana.app, Contact)} == {c.owner_id for c in rows(ana.app, Contact)} != {None}
    )


def shapes(app: App) -> list[tuple[str, tuple[str, ...]]]:
    """The kinds and columns of the changes of the newest change set."""
    newest = rows(app, ChangeSet)[-1]
    found = [c for c in rows(app, Change) if c.change_set_id == newest.id]
    return sorted((c.kind, tuple(sorted(c.after or ()))) for c in found)


def test_ten_thousand_rows_go_back_as_they_came(ana: Talker, tmp_path: Path) -> None:
    ana.say('/contact add "Kim Novak" company:"Company 7"')
    before = snapshot(ana.app.database)
    shown = ana.hand(people(tmp_path / "many.csv", 10_000))
    assert "10000 contacts" in shown.reply.text()
    done = ana.press("Import 10000")
    assert done.reply.text() == "Imported 10000 contacts from many.csv."
    assert len(rows(ana.app, Contact)) == 10_001
    assert len(rows(ana.app, Company)) == 50
    assert "Person77" in ana.say("who is Person77?").reply.text()
    undone = ana.press("Undo") if "Undo" in ana.heard[-1].buttons else ana.say("undo")
    assert undone.reply.text().startswith("Took back: Imported 10000 records")
    assert snapshot(ana.app.database) == before


def test_undo_leaves_and_names_what_others_changed(ana: Talker, tmp_path: Path) -> None:
    ana.hand(people(tmp_path / "some.csv", 300))
    ana.press("Import 300")
    bob = Talker(ana.app, "Bob")
    bob.say("/contact edit Person5 job_title Buyer")
    bob.say("/task add Call contact:Person6")
    undone = ana.say("undo").reply.text()
    assert "Person5 Name5" in undone
    assert "Person6 Name6" in undone
    left = {c.name for c in rows(ana.app, Contact)}
    assert left == {"Person5 Name5", "Person6 Name6"}


def test_an_import_goes_on_where_a_dead_process_left_it(ana: Talker, tmp_path: Path) -> None:
    ana.hand(people(tmp_path / "some.csv", 450))
    desk = ana.app.desk()
    seen: list[int] = []

    def die(job: Job) -> None:
        seen.append(job.position)
        if len(seen) == 2:
            desk.leave()

    desk.watch = die
    ana.press("Import 450")
    assert 0 < len(rows(ana.app, Contact)) < 450
    fresh = Desk(
        ana.app.database, ana.app.engine.work, ana.app.engine.parts.book, desk.place, holder=desk.holder
    )
    ana.app._desk = fresh
    assert ana.app.work_off()
    assert len(rows(ana.app, Contact)) == 450
    assert [j.state for j in rows(ana.app, Job)] == [JobState.DONE]


def test_updating_duplicates_keeps_what_the_file_does_not_tell(ana: Talker, tmp_path: Path) -> None:
    ana.say('/contact add "Dana Whitfield" company:Acme email:dana@acme.example job_title:CFO')
    before = snapshot(ana.app.database)
    table = tmp_path / "u.csv"
    table.write_text("Name,Email,Phone,Notes\nDana W,DANA@acme.example,+49 30 901820,Likes tea\n")
    ana.hand(table)
    ana.press("Update duplicates")
    ana.press("Import 1")
    contact = rows(ana.app, Contact)[0]
    assert (contact.name, contact.job_title, contact.notes) == ("Dana Whitfield", "CFO", "Likes tea")
    assert len(rows(ana.app, ContactPoint)) == 2
    ana.say("undo")
    after = snapshot(ana.app.database)
    drop = ("contact",)  # the version has risen
    assert {k: v for k, v in after.items() if k not in drop} == {
        k: v for k, v in before.items() if k not in drop
    }
    assert rows(ana.app, Contact)[0].notes is None


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_round_trip_brings_the_same_back(ana: Talker, tmp_path: Path, form: str) -> None:
    table = tmp_path / "in.csv"
    table.write_text(
        "Name,Company,Email,Phone,Tags,Notes,Birthday,Size\n"
        '李薇,蓝海科技,li@x.example,13900139000,"a, b",=SUM(A1),1980-02-03,+5\n'
        "Dana Whitfield,Acme,d@x.example; d2@x.example,+49 30 901820,,@home,,\n",
        "utf-8",
    )
    ana.hand(table)
    ana.press("Import 2")
    answer = ana.say(f"/data export contacts {form}")
    out = tmp_path / f"out.{form}"
    out.write_bytes(ana.content(answer))
    first = plain(ana.app)
    ana.say("undo")
    assert plain(ana.app) == []
    ana.hand(out)
    ana.press("Import 2")
    assert plain(ana.app) == first
    assert [(c[2], c[3]) for c in first] == [("@home", {}), ("=SUM(A1)", {"Size": "+5"})]


def plain(app: App) -> list[Any]:
    points = rows(app, ContactPoint)
    companies = {c.id: c.name for c in rows(app, Company)}
    return sorted(
        (
            (c.name, companies.get(c.company_id), c.notes, c.custom, c.birthday,
             [p.value for p in points if p.contact_id == c.id])
            for c in rows(app, Contact)
        ),
        key=lambda c: c[0],
    )  # fmt: skip


def test_export_holds_only_what_may_be_seen_and_done(ana: Talker) -> None:
    ana.say("add Dana from Acme")
    sue = Talker(ana.app, "Sue")
    sue.console.take(Line(name="Sue", role="sales"))
    assert "does not let you export" in sue.say("/data export contacts").reply.text()


def test_no_message_waits_long_for_an_import(ana: Talker, tmp_path: Path) -> None:
    """Each piece of the work holds the writer for a small part of a second: nothing is written in one long transaction."""
    ana.hand(people(tmp_path / "some.csv", 1000))
    sizes: list[int] = []
    last = [0]

    def watch(job: Job) -> None:
        sizes.append(job.position - last[0])
        last[0] = job.position

    ana.app.desk().watch = watch
    ana.press("Import 1000")
    assert max(sizes) <= 100


def test_a_slow_machine_takes_smaller_pieces(
    ana: Talker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*given: Any) -> Any:
        time.sleep(0.3)
        return write(*given)

    ana.hand(people(tmp_path / "some.csv", 250))
    sizes = [0]
    monkeypatch.setattr(imports, "write", slow)
    monkeypatch.setattr(ana.app.desk(), "watch", lambda job: sizes.append(job.position))
    ana.press("Import 250")
    pieces = [b - a for a, b in pairwise(sizes) if b > a]
    assert pieces[0] == 100
    assert min(pieces[1:-1]) <= 50
    assert sum(pieces) == 250
    assert len(rows(ana.app, Contact)) == 250


@pytest.fixture
def other(database_url: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of the other kind."""
    sqlite = database_url.startswith("sqlite")
    url = request.getfixturevalue("postgres").empty() if sqlite else f"sqlite:///{tmp_path}/other.db"
    database = Database(url)
    yield database
    database.close()


def test_a_backup_goes_to_the_other_database_and_back(ana: Talker, other: Database, tmp_path: Path) -> None:
    ana.say("add Dana Whitfield from Acme, dana@acme.example")
    ana.say("new deal with Acme: 50 seats at $20k")
    ana.say("remind me to call Dana tomorrow at 3pm")
    ana.hand(people(tmp_path / "some.csv", 20))
    ana.press("Import 20")
    names = tuple(t.name for t in tables())
    first, second = tmp_path / "a.backup", tmp_path / "b.backup"
    with first.open("wb") as out:
        count = backup(ana.app.database, out)
    with first.open("rb") as source:
        assert restore(other, source) == count
    assert snapshot(other, names) == snapshot(ana.app.database, names)
    with second.open("wb") as out:
        backup(other, out)
    home = Database(f"sqlite:///{tmp_path}/home.db")
    with second.open("rb") as source:
        restore(home, source)
    assert snapshot(home, names) == snapshot(ana.app.database, names)
    home.close()
    again = build(settings_for(f"sqlite:///{tmp_path}/home.db"))
    assert "dana@acme.example" in Talker(again).say("who is Dana Whitfield?").reply.text()
    again.close()


def test_restore_refuses_what_it_should(ana: Talker, tmp_path: Path) -> None:
    ana.say("add Dana from Acme")
    before = snapshot(ana.app.database)
    whole = tmp_path / "whole"
    with whole.open("wb") as out:
        backup(ana.app.database, out)
    cut = tmp_path / "cut"
    cut.write_bytes(whole.read_bytes()[:-200])
    noise = tmp_path / "noise"
    noise.write_bytes(b"not a backup")
    for path, force in ((whole, False), (cut, True), (noise, True)):
        with path.open("rb") as source, pytest.raises(Unfit):
            restore(ana.app.database, source, force=force)
        assert snapshot(ana.app.database) == before
    ana.say("add Tom from Globex")
    with whole.open("rb") as source:
        restore(ana.app.database, source, force=True)
    assert snapshot(ana.app.database) == before
    assert ana.app.database.read(lambda s: s.exec(select(NameKey)).first())


def test_the_message_moves_while_it_works(ana: Talker, tmp_path: Path) -> None:
    from schedules import jobs  # noqa: PLC0415

    ana.hand(people(tmp_path / "some.csv", 250))
    old, jobs.SHOW_EVERY = jobs.SHOW_EVERY, 0.0
    try:
        ana.press("Import 250")
    finally:
        jobs.SHOW_EVERY = old
    moved = [a.reply.text() for a in ana.heard if a.replaces]
    assert moved[0].startswith("Importing some.csv: ")
    assert moved[-1] == "Imported 250 contacts from some.csv."
    assert ana.app.clock.now() - START < timedelta(days=1)


def test_a_button_about_somebody_who_is_gone_makes_nobody(ana: Talker) -> None:
    ana.say("add Dana Whitfield from Acme")
    ana.say("who is Dana Whitfield?")
    card = ana.heard[-1].id
    ana.say("undo")
    ana.console.take(Line(press="New task", press_in=card))
    ana.say("call her")
    assert rows(ana.app, Contact) == []


def test_a_server_may_do_what_the_terminal_began(database_url: str, app: App, tmp_path: Path) -> None:
    Talker(app)
    server, ended = build(settings_for(database_url), app.clock), threading.Event()

    def serve() -> None:
        while not ended.wait(0.05):
            server.work_off()

    app.desk().leave()  # this process claims no job itself
    thread = threading.Thread(target=serve)
    thread.start()
    try:
        file = people(tmp_path / "people.csv", 40)
        file.write_text(file.read_text() + "Broken,,not-an-address,,,\n")
        said = bring_in(app, "Ana", file, lambda _: True)
        assert said.startswith("Imported 40 contacts from people.csv.")
        assert "not-an-address" in (tmp_path / "people – left out.csv").read_text()
        assert take_out(app, "Ana", "contacts", "csv", tmp_path / "out.csv") == "Here are 40 contacts as CSV."
        assert len((tmp_path / "out.csv").read_text().splitlines()) == 41
    finally:
        ended.set()
        thread.join()
        server.close()
