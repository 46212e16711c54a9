"""The demonstrations: every message of them is understood and done, the same each time, in every language."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import func, select

from bot.app import App, build
from bot.demo import COMPANIES, LANGUAGES, Occupied, fill
from bot.demo.story import Story, told
from storage.tables import Audit, Company, Contact, Deal, Member, StageEntry, Task, Team, Ticket
from tests.plugin import settings_for
from tests.storage.test_changes import say
from tests.transcript import Player

NOW = datetime(2026, 3, 2, 10, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.fixture
def player() -> Iterator[Player]:
    """In memory: a story is hundreds of commits, and what they write is tested on both databases elsewhere."""
    app = build(settings_for("sqlite://"))
    yield Player(app)
    app.close()


def counted(app: App) -> dict[str, int]:
    tables = (Member, Company, Contact, Deal, Ticket, Task)
    return app.engine.read(lambda uow: {str(t.__tablename__): uow.count(t) for t in tables})


@pytest.mark.parametrize("company", COMPANIES)
def test_every_message_is_done(company: str) -> None:
    app = build(settings_for("sqlite://"))
    try:
        steps = list(fill(app, company, "zh-Hans", NOW))
        outcomes = app.database.read(
            lambda s: dict(s.exec(select(Audit.outcome, func.count()).group_by(Audit.outcome)).all())
        )
        assert outcomes == {"done": steps[0]}
        story = told(company)
        assert counted(app) == {
            "member": len(story["team"]),
            "company": len(story["customers"]),
            "contact": len(story["customers"]) * story["people"],
            "deal": story["deals"],
            "ticket": story["tickets"],
            "task": story["tasks"],
        }
        stages = app.engine.read(lambda uow: {d.stage for d in uow.list(Deal)})
        assert stages == {
            "prospecting",
            "qualification",
            "proposal",
            "negotiation",
            "closed_won",
            "closed_lost",
        }
        in_order = app.engine.read(
            lambda uow: all(e.left_at is None or e.left_at >= e.entered_at for e in uow.list(StageEntry))
        )
        assert in_order
        departments = {d for _, _, *rest in story["team"] for d in rest}
        assert app.engine.read(lambda uow: {t.name for t in uow.list(Team)}) == departments
    finally:
        app.close()


@pytest.mark.parametrize("company", COMPANIES)
def test_a_story_is_told_the_same_each_time_in_every_language(company: str) -> None:
    tellings = [[m.text for m in Story(told(company), x, NOW).messages()] for x in (*LANGUAGES, "en")]
    assert tellings[0] == tellings[-1]
    assert len({len(t) for t in tellings}) == 1
    assert len({tuple(t) for t in tellings}) == len(LANGUAGES)
    assert all(m.at <= NOW for m in Story(told(company), "en", NOW).messages())


@pytest.mark.parametrize("company", COMPANIES)
def test_every_text_is_there_in_every_language(company: str) -> None:
    def texts(value: object) -> list[dict[str, str]]:
        if isinstance(value, dict):
            return [value] if "en" in value else [t for v in value.values() for t in texts(v)]
        return [t for v in value for t in texts(v)] if isinstance(value, list) else []

    assert texts(told(company))
    for text in texts(told(company)):
        assert set(text) == set(LANGUAGES), text


def test_it_can_be_undone_found_and_counted(player: Player) -> None:
    app = player.console.app
    list(fill(app, "kestrel", "en", NOW))
    assert "Umbra Interiors" in say(player, "ana brandt> show me Umbra")
    assert "22 new deals" in say(player, "ana brandt> /report show deals by:month")
    before = counted(app)
    say(player, "ana brandt> add Eve Stone from Umbra Interiors", "ana brandt> undo")
    assert counted(app) == before


def test_data_of_ones_own_is_not_mixed_with(player: Player) -> None:
    say(player, "ana> add Dana from Acme")
    before = counted(player.console.app)
    with pytest.raises(Occupied):
        list(fill(player.console.app, "kestrel", "en", NOW))
    assert counted(player.console.app) == before
