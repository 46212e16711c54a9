"""Likely duplicates: found by shared keys, with the reason, the surest first."""

from uuid import uuid4

import pytest

from bot.app import App
from storage.find import Scope
from storage.queries.duplicates import COMMON, duplicates
from storage.unit_of_work import UnitOfWork
from tests.storage import records

ALL = Scope(uuid4(), None, "all")


def pairs(app: App) -> list[tuple[str, str, str]]:
    """Name of the newer, of the older, and the reason."""
    return app.engine.read(lambda uow: [(p.newer.name, p.older.name, p.reason) for p in duplicates(uow, ALL)])


def test_an_address_a_number_a_name_and_a_sound_are_reasons(app: App) -> None:
    def work(uow: UnitOfWork) -> None:
        acme, hongtu = records.company(uow, "Acme"), records.company(uow, "鸿图制造")
        records.contact(uow, "Dana Whitfield", at=acme, email="dana@acme.example")
        records.contact(uow, "D. Whitfield", email="Dana@Acme.example")
        records.contact(uow, "Bo Lund", phone="+49 30 901820")
        records.contact(uow, "Robert Lund", phone="+49 30 901820")
        records.contact(uow, "张伟", at=hongtu)
        records.contact(uow, "张玮", at=hongtu)
        records.contact(uow, "Eve Stone", at=acme)
        records.contact(uow, "eve stone")

    app.engine.work(work)
    assert set(pairs(app)) == {
        ("D. Whitfield", "Dana Whitfield", "email"),
        ("Robert Lund", "Bo Lund", "phone"),
        ("张玮", "张伟", "sound"),
        ("eve stone", "Eve Stone", "name"),
    }


def test_companies_are_alike_without_their_legal_form_and_by_their_registration(app: App) -> None:
    def work(uow: UnitOfWork) -> None:
        records.company(uow, "Acme GmbH")
        records.company(uow, "ACME", domain="acme.example")
        records.company(uow, "Zenith", domain="acme.example")
        records.company(uow, "鴻圖製造", tax_id="91310000MA1")
        records.company(uow, "鸿图制造有限公司")
        records.company(uow, "Hongtu Mfg", tax_id="91310000MA1")

    app.engine.work(work)
    assert set(pairs(app)) == {
        ("Hongtu Mfg", "鴻圖製造", "tax_id"),
        ("Zenith", "ACME", "domain"),
        ("ACME", "Acme GmbH", "name"),
        ("鸿图制造有限公司", "鴻圖製造", "name"),
    }


def test_namesakes_elsewhere_and_common_names_are_no_duplicates(app: App) -> None:
    def work(uow: UnitOfWork) -> None:
        for n in range(COMMON + 1):
            records.contact(uow, "Li Wei", at=records.company(uow, f"Firm{n} {'abcdef'[n] * 4}"))
        records.contact(uow, "Li Wei")
        records.contact(uow, "王芳")
        records.contact(uow, "汪芳")

    app.engine.work(work)
    assert pairs(app) == []


def test_a_switchboard_number_is_no_reason(app: App) -> None:
    def work(uow: UnitOfWork) -> None:
        for n in range(COMMON + 1):
            records.contact(uow, f"Person {'abcdef'[n] * 4}", phone="+49 30 1000000")

    app.engine.work(work)
    assert pairs(app) == []


def test_someone_who_moves_to_a_namesake_is_found_and_who_moves_away_is_not(app: App) -> None:
    def work(uow: UnitOfWork) -> None:
        acme, globex = records.company(uow, "Acme"), records.company(uow, "Globex")
        records.contact(uow, "Dana Whitfield", at=acme)
        second = records.contact(uow, "Dana Whitfield", at=globex)
        uow.settle()
        assert duplicates(uow, ALL) == []
        second.company_id = acme.id
        uow.add(second)
        uow.settle()
        assert [p.reason for p in duplicates(uow, ALL)] == ["name"]

    app.engine.work(work)


@pytest.mark.parametrize("reach", ["own", "none"])
def test_what_one_may_not_see_is_not_told(app: App, reach: str) -> None:
    def work(uow: UnitOfWork) -> None:
        for owner in (uuid4(), uuid4()):
            records.contact(uow, "Dana Whitfield", owner_id=owner)
        uow.settle()
        assert len(duplicates(uow, ALL)) == 1
        assert duplicates(uow, Scope(uuid4(), None, reach)) == []

    app.engine.work(work)
