"""Figures are the same on both databases, counted in the asker's zone, of what the asker may see."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from bot.app import App
from handlers.registry import phrasebook
from handlers.reports.periods import buckets, called, usual
from handlers.voice import Voice
from storage.find import Scope
from storage.queries.reports import MEASURES, Group, Question, figures
from storage.queries.sales import pipelines
from storage.tables import Contact, Deal
from storage.unit_of_work import UnitOfWork
from tests.storage import records

ALL = Scope(uuid4(), None, "all")
SHANGHAI = ZoneInfo("Asia/Shanghai")


def shown(groups: list[Group]) -> list[tuple[object, int]]:
    return [(g.name or g.key, g.count) for g in groups]


def deal(uow: UnitOfWork, title: str, stage: str, amount: str | None = None, **columns: object) -> Deal:
    return uow.add(
        Deal(
            workspace_id=uow.workspace_id,
            title=title,
            pipeline_id=pipelines(uow)[0].id,
            stage=stage,
            stage_since=uow.now,
            amount=Decimal(amount) if amount else None,
            currency="EUR" if amount else None,
            **columns,
        )
    )


def test_contacts_are_counted_by_what_they_have(app: App) -> None:
    def work(uow: UnitOfWork) -> None:
        ana, acme = records.member(uow, "Ana"), records.company(uow, "Acme")
        records.contact(uow, "A", at=acme, source="fair", owner_id=ana.id, tags=("vip", "berlin"))
        records.contact(uow, "B", at=acme, source="fair", tags=("vip",))
        records.contact(uow, "C")
        uow.flush()
        for by, expected in {
            None: [(None, 3)],
            "owner": [("Ana", 1), (None, 2)],
            "company": [("Acme", 2), (None, 1)],
            "source": [("fair", 2), (None, 1)],
            "tag": [("vip", 2), ("berlin", 1)],
            "stage": [("lead", 3)],
        }.items():
            found = shown(figures(uow, Question("contacts", ALL, by=by)))
            assert sorted(found, key=str) == sorted(expected, key=str), by

    app.engine.work(work)


def test_the_edges_of_a_month_are_those_of_the_zone(app: App) -> None:
    def work(uow: UnitOfWork) -> None:
        for name, at in (
            ("last of April", datetime(2026, 4, 30, 15, 59, tzinfo=UTC)),
            ("first of May", datetime(2026, 4, 30, 16, 0, tzinfo=UTC)),
            ("last of May", datetime(2026, 5, 31, 15, 59, tzinfo=UTC)),
            ("first of June", datetime(2026, 5, 31, 16, 0, tzinfo=UTC)),
        ):
            row = records.contact(uow, name)
            row.created_at = at
            uow.add(row)
        uow.flush()
        months = [datetime.combine(d, time(), SHANGHAI) for d in (date(2026, m, 1) for m in (4, 5, 6, 7))]
        asked = Question("contacts", ALL, (months[0], months[3]), "month", months[1:])
        assert sorted(shown(figures(uow, asked))) == [(0, 1), (1, 2), (2, 1)]
        assert shown(figures(uow, Question("contacts", ALL, (months[1], months[2])))) == [(None, 2)]

    app.engine.work(work)


def test_money_is_exact_weighted_and_by_currency(app: App) -> None:
    def work(uow: UnitOfWork) -> None:
        deal(uow, "a", "proposal", "0.10")
        deal(uow, "b", "negotiation", "0.20")
        deal(uow, "c", "closed_won", "5", closed_on=date(2026, 5, 3))
        deal(uow, "d", "closed_lost", None, closed_on=date(2026, 5, 31))
        uow.flush()
        (pipeline,) = figures(uow, Question("pipeline", ALL))
        assert (pipeline.count, pipeline.amounts, pipeline.weighted) == (
            2,
            {"EUR": Decimal("0.30")},
            {"EUR": Decimal("0.21")},
        )
        (rate,) = figures(uow, Question("win_rate", ALL, (date(2026, 5, 1), date(2026, 6, 1))))
        assert (rate.won, rate.count) == (1, 2)

    app.engine.work(work)


@pytest.mark.parametrize("reach", ["own", "team"])
def test_figures_are_of_what_one_may_see(app: App, reach: str) -> None:
    def work(uow: UnitOfWork) -> None:
        me, team = uuid4(), uuid4()
        records.contact(uow, "mine", owner_id=me)
        records.contact(uow, "the team's", team_id=team)
        records.contact(uow, "another's", owner_id=uuid4())
        uow.flush()
        assert uow.count(Contact) == 3
        (found,) = figures(uow, Question("contacts", Scope(me, team, reach)))
        assert found.count == {"own": 1, "team": 2}[reach]

    app.engine.work(work)


def test_every_split_of_every_measure_can_be_asked(app: App) -> None:
    def work(uow: UnitOfWork) -> None:
        for metric, measure in MEASURES.items():
            for by in (None, *measure.splits):
                assert figures(uow, Question(metric, ALL, by=by)) in ([], [Group(None)])

    app.engine.work(work)


def test_spans_are_cut_and_called_as_people_do() -> None:
    voice = Voice(phrasebook(), "en", datetime(2026, 6, 2, 10, tzinfo=SHANGHAI))
    assert called((date(2026, 5, 1), date(2026, 6, 1)), voice) == "May 2026"
    assert called((date(2026, 4, 1), date(2026, 7, 1)), voice) == "Q2 2026"
    assert called((date(2025, 1, 1), date(2026, 1, 1)), voice) == "2025"
    assert called((date(2026, 5, 4), date(2026, 5, 11)), voice) == "Mon 4 May – Sun 10 May"
    assert called((date(2026, 6, 2), date(2026, 6, 3)), voice) == "today"
    assert usual(date(2026, 1, 15), "month", ahead=False) == (date(2025, 8, 1), date(2026, 2, 1))
    assert usual(date(2026, 11, 15), "quarter", ahead=True) == (date(2026, 10, 1), date(2027, 10, 1))
    assert buckets((date(2026, 1, 28), date(2026, 3, 5)), "month") == [
        date(2026, 2, 1),
        date(2026, 3, 1),
        date(2026, 4, 1),
    ]
