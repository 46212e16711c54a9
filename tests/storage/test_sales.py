"""Deals: several pipelines, the workspace's own lists, totals by currency, who has a say."""

from decimal import Decimal
from uuid import uuid4

from bot.app import App
from storage.find import Scope
from storage.queries.sales import choice_named, deals, fitting, pipelines, stage_named, totals
from storage.tables import Choice, Contact, Deal, DealContact, Pipeline, Stage, StageEntry
from storage.unit_of_work import UnitOfWork
from tests.storage.test_changes import say
from tests.transcript import Player

ALL = Scope(uuid4(), None, "all")
RENEWALS = (("due", 60), ("closed_won", 100), ("closed_lost", 0))


def renewals(uow: UnitOfWork) -> None:
    """A second way of selling, with stages of its own."""
    made = uow.add(
        Pipeline(workspace_id=uow.workspace_id, key="renewals", position=1, labels={"en": "Renewals"})
    )
    for position, (key, probability) in enumerate(RENEWALS):
        uow.add(
            Stage(
                workspace_id=uow.workspace_id,
                pipeline_id=made.id,
                key=key,
                position=position,
                probability=probability,
                labels={"en": key.title(), "zh-Hans": "待续约"} if key == "due" else {},
            )
        )


def test_a_stage_of_another_pipeline_takes_the_deal_there(player: Player) -> None:
    player.console.app.engine.work(renewals)
    say(player, "ana> /deal add licence company:Acme amount:'1000 EUR' stage:待续约")
    card = say(player, "ana> /deal show licence")
    assert "Due" in card
    assert "60 %" in card
    assert "Pipeline: Renewals" in card
    refused = say(player, "ana> /deal move licence negotiation")
    assert "no stage" in refused
    assert "Due" in refused
    assert "Won" in say(player, "ana> /deal won licence")
    found = say(player, "ana> /deal list stage:closed_won")
    assert "licence" in found


def test_the_standard_pipeline_comes_first(app: App) -> None:
    def work(uow: UnitOfWork) -> None:
        renewals(uow)
        uow.flush()
        assert [p.key for p in pipelines(uow)] == ["sales", "renewals"]
        found = stage_named(uow, "Won")
        assert found is not None
        assert found.pipeline_id == pipelines(uow)[0].id

    app.engine.work(work)


def test_totals_are_summed_by_currency_and_weighted_by_stage(app: App) -> None:
    def work(uow: UnitOfWork) -> None:
        pipeline = pipelines(uow)[0]
        for n, (stage, amount, currency) in enumerate(
            [
                ("proposal", "0.10", "EUR"),
                ("negotiation", "99999999999.99", "EUR"),
                ("prospecting", "1000", "USD"),
                ("closed_won", "5", "USD"),
                ("proposal", None, None),
            ]
        ):
            uow.add(
                Deal(
                    workspace_id=uow.workspace_id,
                    title=f"deal {n}",
                    pipeline_id=pipeline.id,
                    stage=stage,
                    stage_since=uow.now,
                    amount=Decimal(amount) if amount else None,
                    currency=currency,
                    closed_on=uow.now.date() if stage == "closed_won" else None,
                )
            )
        uow.flush()
        which = fitting(ALL)
        assert [(t.currency, t.amount, t.weighted) for t in totals(uow, which)] == [
            ("EUR", Decimal("100000000000.09"), Decimal("80000000000.042")),
            ("USD", Decimal(1000), Decimal(100)),
        ]
        page, total = deals(uow, which, 2)
        assert ([d.title for d in page], total) == (["deal 1", "deal 2"], 4)

    app.engine.work(work)


def test_reasons_are_those_that_the_workspace_keeps(player: Player) -> None:
    def own_list(uow: UnitOfWork) -> None:
        for row in uow.list(Choice, Choice.kind == "lost_reason"):
            if row.key != "other":
                uow.delete(row)
        labels = {"en": "wrong colour", "zh-Hans": "颜色不对"}
        uow.add(Choice(workspace_id=uow.workspace_id, kind="lost_reason", key="colour", labels=labels))

    player.console.app.engine.work(own_list)
    say(player, "ana> /deal add desks company:Acme", "ana> /deal add chairs company:Acme")
    assert "[Wrong colour]" in say(player, "ana> /deal lost desks")
    say(player, "ana> [Wrong colour]")
    say(player, "ana> /deal lost chairs reason:pricing")
    reasons = player.console.app.engine.read(
        lambda uow: {d.title: (d.lost_reason, d.lost_note) for d in uow.list(Deal)}
    )
    assert reasons == {"Acme, desks": ("colour", None), "Acme, chairs": ("other", "pricing")}
    assert (
        player.console.app.engine.read(lambda uow: choice_named(uow, "lost_reason", "颜色不对")) is not None
    )


def test_losing_twice_is_one_stay(player: Player) -> None:
    say(player, "ana> /deal add desks company:Acme", "ana> /deal lost desks", "ana> [Price]")
    stays = player.console.app.engine.read(lambda uow: [e.stage for e in uow.list(StageEntry)])
    assert sorted(stays) == ["closed_lost", "qualification"]


def test_who_has_a_say_moves_with_a_merge_and_goes_with_a_contact(player: Player) -> None:
    say(player, "ana> /deal add desks company:Acme contact:'Dana Whitfield'")
    say(player, "ana> /deal involve desks 'Bo Lund' role:champion", "ana> /contact add 'Bob Lund'")
    say(player, "ana> /contact merge 'Bo Lund' 'Bob Lund'", "ana> [Merge]")

    def parts(uow: UnitOfWork) -> list[tuple[str, str | None]]:
        return [
            (person.name, p.role) for p in uow.list(DealContact) if (person := uow.get(Contact, p.contact_id))
        ]

    read = player.console.app.engine.read
    assert read(parts) == [("Bob Lund", "champion")]
    say(player, "ana> /contact delete 'Bob Lund'", "ana> [Delete]")
    assert read(parts) == []
    say(player, "ana> undo")
    assert read(parts) == [("Bob Lund", "champion")]
