"""A record is found by whatever people say of it, and only by those who may see it."""

import random
from dataclasses import replace
from string import ascii_lowercase
from uuid import UUID, uuid4

import pytest

from bot.app import App
from bot.engine import Engine
from storage.find import LIKELY, Match, Scope, find_anything, find_records
from storage.seed import make_workspace
from storage.tables import Workspace
from storage.unit_of_work import UnitOfWork
from tests.storage.records import company, contact, member

ALL = Scope(uuid4(), None, "all")
SURE_ENOUGH = 80.0  # what a command takes without asking when it is the only one


def find(app: App, said: str, kind: str = "contact", scope: Scope = ALL) -> list[Match]:
    return app.engine.read(lambda uow: find_records(uow, kind, said, scope))


def best(app: App, said: str, kind: str = "contact") -> str | None:
    """The name of the one record that is clearly meant."""
    found = find(app, said, kind)
    clear = found and (len(found) == 1 or found[0].score - found[1].score >= 8)
    return found[0].name if clear and found[0].score >= SURE_ENOUGH else None


@pytest.fixture
def crowd(app: App) -> App:
    """Some people and companies, and others that resemble them."""

    def work(uow: UnitOfWork) -> None:
        acme, globex = company(uow, "Acme Inc."), company(uow, "Globex GmbH")
        honghu = company(uow, "鸿图制造有限公司")
        contact(uow, "Dana Whitfield", at=acme, email="Dana.W@Acme.Example", phone="+49 30 901820")
        contact(uow, "Dana Okafor", at=globex, phone="5550100", job_title="Buyer")
        contact(uow, "Mia Lund", at=acme, job_title="Buyer")
        contact(uow, "José Müller", email="jm@globex.example")
        contact(uow, "Søren Łukasz Kjær")
        contact(uow, "Tom O'Brien", phone="+1 (212) 555-0187")
        contact(uow, "张伟", at=honghu, phone="+8613800138000")
        contact(uow, "王建国", at=honghu, job_title="总经理")
        contact(uow, "欧阳明")
        contact(uow, "陳美玲", at=honghu)

    app.engine.work(work)
    return app


WORDS = [
    # any part of a name
    ("Dana Whitfield", "Dana Whitfield"),
    ("whitfield dana", "Dana Whitfield"),
    ("whit", "Dana Whitfield"),
    ("field", "Dana Whitfield"),
    ("WHITFIELD", "Dana Whitfield"),
    ("Mr. Whitfield", "Dana Whitfield"),
    ("o'brien", "Tom O'Brien"),
    ("brien", "Tom O'Brien"),
    # e-mail in any case
    ("dana.w@acme.example", "Dana Whitfield"),
    ("  DANA.W@ACME.EXAMPLE ", "Dana Whitfield"),
    # phone in any format
    ("+49 30 901820", "Dana Whitfield"),
    ("+4930901820", "Dana Whitfield"),
    ("030 901820", "Dana Whitfield"),
    ("(030) 90 18-20", "Dana Whitfield"),
    ("0049 30/901820", "Dana Whitfield"),
    ("212.555.0187", "Tom O'Brien"),
    ("555-0100", "Dana Okafor"),
    ("138 0013 8000", "张伟"),
    ("138-0013-8000", "张伟"),
    # sound and script
    ("zhang wei", "张伟"),
    ("zhangwei", "张伟"),
    ("Zhāng Wěi", "张伟"),
    ("張偉", "张伟"),
    ("陈美玲", "陳美玲"),
    ("陳美玲", "陳美玲"),
    ("美玲", "陳美玲"),
    ("建国", "王建国"),
    ("chenmeiling", "陳美玲"),
    # accents
    ("jose muller", "José Müller"),
    ("müller", "José Müller"),
    ("MULLER", "José Müller"),
    # a Chinese surname with a form of address
    ("王总", "王建国"),
    ("王经理", "王建国"),
    ("老王", "王建国"),
    ("欧阳老师", "欧阳明"),
    ("陈姐", "陳美玲"),
    ("陳小姐", "陳美玲"),
    # a person by the company
    ("Dana from Acme", "Dana Whitfield"),
    ("dana at globex", "Dana Okafor"),
    ("Acme's buyer", "Mia Lund"),
    ("globex’s buyer", "Dana Okafor"),
    ("鸿图的王总", "王建国"),
    ("鸿图的张伟", "张伟"),
]


@pytest.mark.parametrize("part", range(4))
def test_found_by_what_people_say(crowd: App, part: int) -> None:
    missed = {said: find(crowd, said) for said, name in WORDS[part::4] if best(crowd, said) != name}
    assert not missed


def test_letters_with_a_stroke(crowd: App) -> None:
    assert best(crowd, "soren lukasz") == "Søren Łukasz Kjær"


def test_pinyin_initials(crowd: App) -> None:
    assert best(crowd, "zw") == "张伟"


def test_a_traditional_form_of_address(crowd: App) -> None:
    assert best(crowd, "王總") == "王建国"


def test_a_traditional_name_by_company_and_title(crowd: App) -> None:
    assert best(crowd, "鸿图的陈总") == "陳美玲"


def test_full_width_digits_are_digits(crowd: App) -> None:
    wide = "030 901820".translate({ord(d): chr(ord(d) + 0xFEE0) for d in "0123456789"})
    assert best(crowd, wide) == "Dana Whitfield"


COMPANIES = [
    ("acme", "Acme Inc."),
    ("globex gmbh", "Globex GmbH"),
    ("globx", "Globex GmbH"),
    ("鸿图", "鸿图制造有限公司"),
    ("鴻圖製造", "鸿图制造有限公司"),
    ("hongtu", "鸿图制造有限公司"),
]


def test_companies_with_and_without_their_form(crowd: App) -> None:
    assert {said: best(crowd, said, "company") for said, _ in COMPANIES} == dict(COMPANIES)


def test_a_company_said_with_another_legal_form(crowd: App) -> None:
    crowd.engine.work(lambda uow: company(uow, "Initech"))
    said = {
        "Acme Incorporated": "Acme Inc.",
        "Initech Inc.": "Initech",
        "鸿图制造股份公司": "鸿图制造有限公司",
    }
    assert {name: best(crowd, name, "company") for name in said} == said


def test_two_of_one_name_are_both_found(crowd: App) -> None:
    assert {m.name for m in find(crowd, "dana") if m.score >= LIKELY} == {"Dana Whitfield", "Dana Okafor"}
    crowd.engine.work(lambda uow: contact(uow, "Dana Whitfield"))
    same = [m for m in find(crowd, "Dana Whitfield") if m.score >= LIKELY]
    assert [m.name for m in same] == ["Dana Whitfield"] * 2
    assert same[0].score == same[1].score


@pytest.mark.parametrize(
    "said", ["Zebediah", "qqqqqq", "+1 999 999 9999", "nobody@nowhere.example", "赵六", "'", '"*"']
)
def test_nobody_is_found_for_what_nobody_is_called(crowd: App, said: str) -> None:
    assert [m for m in find(crowd, said) if m.score >= SURE_ENOUGH] == []


def test_a_new_name_replaces_the_old_one(crowd: App) -> None:
    (found,) = find(crowd, "Mia Lund")

    def rename(uow: UnitOfWork) -> None:
        row = uow.get(type(contact(uow, "x")), found.id)
        assert row
        row.name = "Mia Berg"
        uow.add(row)

    crowd.engine.work(rename)
    assert best(crowd, "mia berg") == "Mia Berg"
    assert best(crowd, "lund") is None


# One typing error

FIRST = "Dana Oliver Martha Xavier Petra Quentin Sabine Theodor Ulrike Viktor Wanda Yvonne".split()
LAST = "Whitfield Lindqvist Abernathy Castellanos Drummond Eriksson Fitzgerald Hargreaves".split()


def typo(word: str, kind: str, chance: random.Random) -> str:
    """The word with one letter left out, put in, changed, or swapped with the next."""
    at = chance.randrange(len(word) - 1)
    letter = chance.choice(ascii_lowercase)
    return {
        "deletion": word[:at] + word[at + 1 :],
        "insertion": word[:at] + letter + word[at:],
        "substitution": word[:at] + letter + word[at + 1 :],
        "transposition": word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    }[kind]


@pytest.mark.parametrize("kind", ["deletion", "insertion", "substitution", "transposition"])
def test_one_typing_error(app: App, kind: str) -> None:
    chance = random.Random(11)
    names = [f"{first} {last}" for first in FIRST for last in LAST]
    app.engine.work(lambda uow: [contact(uow, name) for name in names])
    found = first = 0
    tries = 60
    for _ in range(tries):
        name = chance.choice(names)
        said = name.split()
        at = chance.randrange(2)
        said[at] = typo(said[at].lower(), kind, chance)
        matches = find(app, " ".join(said))
        found += name in [m.name for m in matches]
        first += bool(matches) and matches[0].name == name
    print(f"{kind}: {found} of {tries} found, {first} as the first")  # noqa: T201 - shown with -s
    assert found / tries >= 0.98
    assert first / tries >= 0.95


def test_one_typing_error_in_a_surname_alone(app: App) -> None:
    chance = random.Random(12)
    app.engine.work(lambda uow: [contact(uow, f"{f} {n}") for f, n in zip(FIRST, LAST, strict=False)])
    kinds = ["deletion", "insertion", "substitution", "transposition"]
    said = [(n, typo(n.lower(), k, chance)) for n in LAST for k in kinds for _ in range(2)]
    missed = [(n, t) for n, t in said if not any(n in m.name for m in find(app, t)[:1])]
    assert len(missed) <= len(said) * 0.03, missed


# Who may see it


@pytest.fixture
def owners(app: App) -> tuple[App, dict[str, UUID]]:
    """Two members with one contact, one company and the like each."""

    def work(uow: UnitOfWork) -> dict[str, UUID]:
        ana, bob = member(uow, "Ana"), member(uow, "Bob")
        for who in (ana, bob):
            contact(uow, f"Casey {who.name}son", email=f"{who.name}@x.example", owner_id=who.id)
            company(uow, f"Initech {who.name}", owner_id=who.id)
        contact(uow, "Casey Made", made_by=ana.id, owner_id=bob.id)
        return {"Ana": ana.id, "Bob": bob.id}

    return app, app.engine.work(work)


SAID = ["casey", "Casey Bobson", "bobson", "bob@x.example", "bobsn", "caesy bobson", "from initech bob"]


@pytest.mark.parametrize(("reach", "seen"), [("own", {"Casey Anason", "Casey Made"}), ("none", set())])
def test_scope_hides_the_records_of_others(
    owners: tuple[App, dict[str, UUID]], reach: str, seen: set[str]
) -> None:
    app, ids = owners
    scope = Scope(ids["Ana"], None, reach)
    assert {m.name for m in find(app, "casey", scope=scope)} == seen
    for said in SAID:
        assert {m.name for m in find(app, said, scope=scope)} <= seen, said
    scopes = dict.fromkeys(("contact", "company"), scope)
    anything = app.engine.read(lambda uow: find_anything(uow, "bob", scopes))
    assert anything == []


def test_ones_own_is_found_among_many_of_others(owners: tuple[App, dict[str, UUID]]) -> None:
    app, ids = owners

    def work(uow: UnitOfWork) -> None:
        for i in range(150):
            contact(uow, f"Jo Ferris{i:03}", owner_id=ids["Bob"])
        for i in range(995, 1000):
            contact(uow, f"Jo Ferris{i}", owner_id=ids["Ana"])

    app.engine.work(work)
    assert len(find(app, "ferris", scope=Scope(ids["Ana"], None, "own"))) == 5


def test_a_team_sees_its_own(owners: tuple[App, dict[str, UUID]]) -> None:
    app, ids = owners
    team = uuid4()
    app.engine.work(lambda uow: contact(uow, "Casey Teamson", owner_id=ids["Bob"], team_id=team))
    ours = {m.name for m in find(app, "casey", scope=Scope(ids["Ana"], team, "team"))}
    assert ours == {"Casey Anason", "Casey Made", "Casey Teamson"}
    others = {m.name for m in find(app, "casey", scope=Scope(ids["Ana"], uuid4(), "team"))}
    assert others == {"Casey Anason", "Casey Made"}


def other_workspaces(app: App, count: int) -> list[App]:
    """The same program on further workspaces of the database."""

    def work(session: object) -> list[Workspace]:
        return [
            make_workspace(session, f"Other {i}", zone="UTC", language="en", currency="EUR")  # type: ignore[arg-type]
            for i in range(count)
        ]

    made = [w.id for w in app.database.run(work)]
    return [replace(app, engine=Engine(app.database, i, app.engine.parts, app.clock)) for i in made]


def test_another_workspace_finds_nothing(crowd: App) -> None:
    # The eleventh has a number that begins with that of the first.
    for other in other_workspaces(crowd, 10)[::9]:
        for said, _ in WORDS:
            assert find(other, said) == [], said
        other.engine.work(lambda uow: contact(uow, "Dana Elsewhere", email="dana.w@acme.example"))
        assert [m.name for m in find(other, "dana")] == ["Dana Elsewhere"]
        assert [m.name for m in find(other, "dana.w@acme.example")] == ["Dana Elsewhere"]
    assert best(crowd, "dana.w@acme.example") == "Dana Whitfield"
    assert best(crowd, "elsewhere") is None
