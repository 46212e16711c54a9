"""A conversation file played in a browser: the same words and the same rows as in the terminal."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser

from bot.app import App, build
from storage.due import next_due
from storage.find import MODELS, name_of
from storage.tables import ContactPoint, Member, NameKey, Tagging
from storage.unit_of_work import UnitOfWork
from tests.page.serving import Serving
from tests.page.sitting import Sitter, sit
from tests.plugin import settings_for
from tests.transcript import _CLOCK, _PERSON, _SAID, START, ZONE, Player, Step, steps

FOLDER = Path(__file__).parent.parent / "conversations"
OF_A_ROW = {
    "id",
    "workspace_id",
    "created_at",
    "version",
    "record_id",
    "conversation_id",
    "digest",
    "tail_digest",
}


class PagePlayer:
    """Plays steps at the page, each person in a browser of their own."""

    def __init__(self, serving: Serving, browser: Browser) -> None:
        self.serving, self.browser = serving, browser
        self.sitters: dict[str, Sitter] = {}
        serving.app.clock.set(START)

    def play(self, step: Step) -> list[str]:
        """The answers to one step, in the notation of the file."""
        speaker = ""
        if found := _CLOCK.fullmatch(step.line):
            zone = ZoneInfo(found["zone"]) if found["zone"] else ZONE
            self._advance(datetime.fromisoformat(found["moment"]).replace(tzinfo=zone))
        elif found := _PERSON.fullmatch(step.line):
            self._sit(found["who"], found["role"], found["lang"], found["zone"])
        elif found := _SAID.fullmatch(step.line):
            speaker = found["who"].title()
            self._say(self._sit(speaker, "owner"), found["text"])
        return list(self._heard(speaker))

    def _sit(self, name: str, role: str, language: str | None = None, zone: str | None = None) -> Sitter:
        if name not in self.sitters:
            options = {"timezone_id": zone} if zone else {}
            self.sitters[name] = sit(self.serving, self.browser, name, role, **options)
        if language:
            self.serving.app.engine.work(lambda uow: _speaks(uow, name, language))
        return self.sitters[name]

    def _say(self, sitter: Sitter, text: str) -> None:
        if text.startswith("["):
            sitter.press(text.strip("[]"))
        else:
            sitter.say(text.replace("\\n", "\n"))

    def _advance(self, moment: datetime) -> None:
        app = self.serving.app
        while (due := app.database.read(next_due)) is not None and due <= moment:
            app.clock.set(max(due, app.clock.now()))
            app.tick()
            self.serving.quiet()
        app.clock.set(moment)

    def _heard(self, speaker: str) -> Iterator[str]:
        for name, sitter in self.sitters.items():
            head = "|" if name == speaker or not speaker else f"|{name}|"
            for answer in sitter.answers():
                yield from (f"{head} {line}".rstrip() for line in answer)


def _speaks(uow: UnitOfWork, name: str, language: str) -> None:
    member = uow.first(Member, Member.name == name)
    assert member
    member.language = language
    uow.add(member)


def rows(app: App) -> list[str]:
    """What is true at the end, without the ids that differ between two databases."""

    def read(uow: UnitOfWork) -> list[str]:
        models = [*MODELS.values(), ContactPoint, Tagging]
        found = [(model, row) for model in models for row in uow.list(model)]
        names = {row.id: f"{model.__tablename__} {name_of(row)}" for model, row in found}
        keys = uow.session.exec(NameKey.__table__.select()).all()  # type: ignore[attr-defined]
        told = [f"{model.__tablename__} {_told(row, names)}" for model, row in found]
        return sorted(told) + sorted(f"{k.kind} {k.key}" for k in keys)

    return app.engine.read(read)


def _told(row: Any, names: dict[UUID, str]) -> dict[str, Any]:
    values = row.model_dump(
        exclude=OF_A_ROW | ({"zone"} if isinstance(row, Member) else set())
    )  # browsers tell it
    return {k: names.get(v, "?") if isinstance(v, UUID) else v for k, v in values.items()}


@pytest.mark.parametrize("name", ["first-day", "tickets", "zh-hans"])
def test_the_page_says_and_does_what_the_terminal_does(
    name: str, sqlite_serving: Serving, browser: Browser
) -> None:
    played = list(steps((FOLDER / f"{name}.md").read_text("utf-8")))
    terminal = build(settings_for("sqlite://"))
    player = Player(terminal)
    page = PagePlayer(sqlite_serving, browser)
    try:
        for step in played:
            answers = player.play(step)
            assert (step.number, page.play(step)) == (step.number, answers)
        assert rows(sqlite_serving.app) == rows(terminal)
        assert [s.trouble for s in page.sitters.values()] == [[] for _ in page.sitters]
    finally:
        terminal.close()
        for sitter in page.sitters.values():
            sitter.context.close()
