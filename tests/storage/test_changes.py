"""Undo: everything as it was before, row by row, and nothing of what others did since."""

from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import select

from bot.adapters.console import Line
from bot.app import build
from storage.find import Scope, find_records
from storage.tables import Activity, Company, Contact, Deal, Reminder, Task, Ticket
from storage.unit_of_work import UnitOfWork
from tests.plugin import settings_for
from tests.storage.records import Rows, dump
from tests.transcript import Player, Step


def say(player: Player, *lines: str) -> str:
    """The whole answer to the last of these lines."""
    answers: list[str] = []
    for text in lines:
        answers = player.play(Step(text, 1))
    return "\n".join(answers)


def rows(player: Player) -> Rows:
    return dump(player.console.app)


WORLD = (
    "ana> add Dana Whitfield from Acme, dana@acme.example, +49 30 901820",
    "ana> add Dana Whit from Globex, dw@globex.example",
    "ana> /contact tag 'Dana Whitfield' VIP",
    "ana> /contact tag 'Dana Whit' VIP,berlin",
    "ana> note on Dana Whitfield: likes tea",
    "ana> had a call with Dana Whit, she wants a demo",
    "ana> /task add 'send the quote' contact:'Dana Whit' due:friday",
    "ana> /reminder add 'call Dana' tomorrow contact:'Dana Whit'",
    "ana> /deal add '50 seats' contact:'Dana Whit' company:Globex amount:'20000 USD'",
    "ana> /ticket open 'printer on fire' contact:'Dana Whit' company:Globex",
)

DOINGS = {
    "a contact": ["/contact add 'Eve Stone' company:Initech email:eve@x.example phone:'+49 30 1' tags:a,b"],
    "a company": ["/company add Initech industry:Software"],
    "several at once": [
        "met Fay Wray from Initech today, she wants a demo, remind me to call her tuesday 3pm"
    ],
    "a call": ["had a call with Dana Whitfield, she likes it"],
    "a task": ["/task add 'water the plants' due:friday priority:high"],
    "a task done": ["/task done 1"],
    "a repeating task done": ["/task add standup repeat:daily due:tomorrow", "/task done 2"],
    "a task edited": ["/task edit 1 due monday"],
    "a reminder snoozed": ["/reminder snooze tomorrow reminder:'call Dana'"],
    "a reminder canceled": ["/reminder cancel 'call Dana'"],
    "a field": ["/contact edit 'Dana Whit' job_title Buyer"],
    "another address": ["/contact edit 'Dana Whit' email other@globex.example"],
    "a first number": ["/contact edit 'Dana Whit' phone '+49 30 5550100'"],
    "a new company for a contact": ["/contact edit 'Dana Whit' company Hooli"],
    "a birthday": ["/contact edit 'Dana Whit' birthday 1990-05-14"],
    "other tags": ["/contact edit 'Dana Whit' tags gold"],
    "a tag": ["/contact tag 'Dana Whit' gold"],
    "a deletion": ["/contact delete 'Dana Whit'", "[Delete]"],
    "the deletion of a tag's contacts": ["/contact delete tag:VIP", "[Delete 2]"],
    "a merge": ["/contact merge 'Dana Whit' 'Dana Whitfield'", "[Merge]"],
    "a merge of companies": ["/company merge Globex Acme", "[Merge]"],
    "the deletion of a company": ["/company delete Globex", "[Delete]"],
    "a stage": ["/deal move '50 seats' negotiation"],
    "a deal won": ["/deal won '50 seats'"],
    "a deal lost": ["/deal lost '50 seats' reason:pricing"],
    "the deletion of a deal": ["/deal delete '50 seats'", "[Delete]"],
    "a ticket resolved": ["/ticket resolve 1 text:'new fuse'"],
    "a draft": ["/ticket reply 1 text:'we ship today'"],
    "an activity": ["/activity edit when 2026-03-01"],
    "whom an activity was with": ["/activity edit contact 'Dana Whitfield'"],
    "a setting": ["/settings set timezone America/New_York"],
}


@pytest.mark.parametrize("what", DOINGS)
def test_undo_leaves_everything_as_before(player: Player, what: str) -> None:
    say(player, *WORLD)
    *first, last = [f"ana> {line}" for line in DOINGS[what]]
    if last.startswith("ana> ["):
        say(player, *first)
    else:
        for line in first:
            say(player, line)
    before = rows(player)
    done = say(player, last)
    after = rows(player)
    assert after != before, done
    undone = say(player, "ana> undo")
    assert "Took back" in undone, undone
    assert rows(player) == before
    assert "already" not in undone


def test_what_was_deleted_is_found_again_after_undo(player: Player) -> None:
    say(player, *WORLD, "ana> /contact delete 'Dana Whit'", "ana> [Delete]")
    assert found(player, "dw@globex.example") == found(player, "Dana Whit") == []
    say(player, "ana> undo")
    assert found(player, "dw@globex.example") == found(player, "Dana Whit")[:1] == ["Dana Whit"]


def test_what_was_made_is_not_found_after_undo(player: Player) -> None:
    say(player, "ana> add Eve Stone from Initech")
    assert found(player, "eve") == ["Eve Stone"]
    say(player, "ana> undo")
    assert found(player, "eve") == []
    assert "know" in say(player, "ana> who is Eve Stone")


def test_an_old_name_is_found_again_after_undo(player: Player) -> None:
    say(player, *WORLD, "ana> /contact edit 'Dana Whit' name 'Zoe Quinn'", "ana> undo")
    assert found(player, "quinn") == []
    assert found(player, "Dana Whit")[:1] == ["Dana Whit"]


def found(player: Player, said: str) -> list[str]:
    scope = Scope(uuid4(), None, "all")
    return player.console.app.engine.read(
        lambda uow: [m.name for m in find_records(uow, "contact", said, scope) if m.score >= 90]
    )


def contact(player: Player, name: str) -> Contact:
    return player.console.app.database.read(
        lambda s: s.exec(select(Contact).where(Contact.name == name)).one()
    )


# What others did since

BOB = "-- Bob: owner, en, Europe/Berlin"


def test_another_field_changed_since_stays(player: Player) -> None:
    say(player, *WORLD, "ana> /contact edit 'Dana Whit' job_title Buyer", BOB)
    say(player, "bob> /contact edit 'Dana Whit' source fair")
    assert "Took back" in say(player, "ana> undo")
    assert (contact(player, "Dana Whit").job_title, contact(player, "Dana Whit").source) == (None, "fair")


def test_the_same_field_changed_since_is_left_and_its_changer_named(player: Player) -> None:
    say(player, *WORLD, "ana> /contact edit 'Dana Whit' job_title Buyer", BOB)
    say(player, "bob> /contact edit 'Dana Whit' job_title CFO")
    refused = say(player, "ana> undo")
    assert "Took back" not in refused
    assert "Bob" in refused
    assert "Dana Whit" in refused
    assert contact(player, "Dana Whit").job_title == "CFO"
    assert "Took back" in say(player, "bob> undo")
    assert "Took back" in say(player, "ana> undo")
    assert contact(player, "Dana Whit").job_title is None


def test_what_nobody_changed_since_is_taken_back_column_by_column(player: Player) -> None:
    say(player, *WORLD, "ana> /contact edit 'Dana Whit' job_title Buyer")
    say(player, "ana> /contact edit 'Dana Whit' source fair", BOB)
    say(player, "ana> /contact merge 'Dana Whit' 'Dana Whitfield'", "ana> [Merge]")
    say(player, "bob> /contact edit 'Dana Whitfield' job_title CFO")
    say(player, "ana> undo")
    stayed = contact(player, "Dana Whitfield")
    assert (stayed.job_title, stayed.source) == ("CFO", None)


def test_a_merge_is_taken_back_but_for_what_somebody_changed_since(player: Player) -> None:
    say(player, *WORLD, BOB)
    before = rows(player)
    say(player, "ana> /contact merge 'Dana Whit' 'Dana Whitfield'", "ana> [Merge]")
    say(player, "bob> /task edit 1 contact Acme", "bob> /deal edit '50 seats' contact 'Dana Whitfield'")
    say(player, "bob> /task edit 1 contact 'Dana Whitfield'", "bob> /ticket edit 1 title 'printer smokes'")
    say(player, "bob> add Eve Stone", "bob> /task edit 1 contact 'Eve Stone'")
    undone = say(player, "ana> undo")
    assert "Took back" in undone
    assert "send the quote" in undone
    assert "Bob" in undone
    assert differences(before, rows(player)) == {
        ("task", "contact_id"),
        ("task", "company_id"),
        ("ticket", "title"),
    }


def test_a_bulk_delete_is_taken_back_row_by_row(player: Player) -> None:
    say(player, *WORLD, BOB)
    before = rows(player)
    say(player, "ana> /contact delete tag:VIP", "ana> [Delete 2]")
    say(player, "bob> /task edit 1 title 'send the big quote'", "bob> add Eve Stone")
    say(player, "bob> /task edit 1 contact 'Eve Stone'")
    undone = say(player, "ana> undo")
    assert "Took back" in undone
    assert "send the big quote" in undone
    assert "Bob" in undone
    assert differences(before, rows(player)) == {
        ("task", "title"),
        ("task", "contact_id"),
        ("task", "company_id"),
    }


def differences(before: Rows, after: Rows) -> set[tuple[str, str]]:
    """What differs now in the rows that were there before, by kind and column."""
    assert before.keys() <= after.keys()
    return {(kind, c) for (kind, i), row in before.items() for c in row if after[kind, i][c] != row[c]}


OTHERS_LEAN_ON_IT = {
    "a contact that has a task since": (
        ["add Eve Stone"],
        ["/task add 'call Eve' contact:'Eve Stone'"],
    ),
    "a company that has a contact since": (["/company add Initech"], ["add Eve Stone from Initech"]),
    "a tag that others use since": (
        ["/contact tag 'Dana Whit' gold"],
        ["/contact tag 'Dana Whitfield' gold"],
    ),
    "the deletion of a contact whose company is gone since": (
        ["/contact delete 'Dana Whit'", "[Delete]"],
        ["company gone"],
    ),
}


def without_globex(uow: UnitOfWork) -> None:
    """The company goes; what referred to it stays without."""
    globex = uow.first(Company, Company.name == "Globex")
    assert globex
    for model in (Activity, Contact, Deal, Reminder, Task, Ticket):
        for row in uow.list(model, model.company_id == globex.id):
            row.company_id = None
            uow.add(row)
    uow.flush()
    uow.delete(globex)


@pytest.mark.parametrize("what", OTHERS_LEAN_ON_IT)
def test_undo_of_what_others_lean_on_is_answered(player: Player, what: str) -> None:
    """It is refused or done in part, in words; it never fails under a reference, and what others did stays."""
    mine, theirs = OTHERS_LEAN_ON_IT[what]
    say(player, *WORLD, *(f"ana> {line}" for line in mine), BOB)
    if theirs == ["company gone"]:
        app = player.console.app
        app.engine.work(without_globex)
    else:
        say(player, *(f"bob> {line}" for line in theirs))
    before = rows(player)
    answered = say(player, "ana> undo")
    assert "reference" not in answered, answered
    kept = {key: row for key, row in rows(player).items() if key in before}
    assert kept.keys() == before.keys() or "Took back" in answered


def test_an_older_undo_button_after_more_was_told(player: Player) -> None:
    """The button of the first message, pressed after an address was added to what it made."""
    say(player, "ana> add Eve Stone")
    (made,) = [m for m in player.console.last_buttons["Ana"] if m == "Undo"]
    say(player, "ana> /contact edit 'Eve Stone' email eve@x.example")
    player.answers = []
    player.console.take(Line(press=made, press_in="a-1"))
    assert "reference" not in "\n".join(player.answers)


# Undo twice, and too late


def test_undo_twice_takes_back_two_and_then_nothing(player: Player) -> None:
    say(player, "ana> hi")
    start = rows(player)
    say(player, "ana> add a task: one")
    between = rows(player)
    say(player, "ana> add a task: two")
    assert "two" in say(player, "ana> undo")
    assert rows(player) == between
    assert "one" in say(player, "ana> undo")
    assert rows(player) == start
    assert "Took back" not in say(player, "ana> undo")
    assert rows(player) == start


def test_the_same_undo_button_twice(player: Player) -> None:
    say(player, "ana> add a task: one", "ana> [Undo]")
    after = rows(player)
    assert "already" in say(player, "ana> [Undo]")
    assert rows(player) == after


def test_undo_goes_for_a_day(player: Player) -> None:
    say(player, "ana> add a task: one", "-- 2026-03-03 09:59")
    assert "Take it back?" in say(player, "ana> undo")
    assert "Took back" in say(player, "ana> [Undo]")


def test_undo_of_what_was_done_an_hour_ago_asks_nothing(player: Player) -> None:
    say(player, "ana> add a task: one", "-- 2026-03-02 11:00")
    assert "Took back" in say(player, "ana> undo")


@pytest.mark.parametrize("how", ["undo", "[Undo]"])
def test_undo_after_a_day_is_refused(player: Player, how: str) -> None:
    say(player, "ana> add a task: one", "-- 2026-03-03 10:00")
    before = rows(player)
    assert "Took back" not in say(player, f"ana> {how}")
    assert rows(player) == before


def test_nobody_undoes_what_another_did(player: Player) -> None:
    say(player, "ana> add a task: one", BOB)
    before = rows(player)
    assert "Took back" not in say(player, "bob> undo")
    assert rows(player) == before


def test_what_somebody_undid_can_be_done_again(player: Player) -> None:
    say(player, "ana> tag Dana as VIP", "ana> add Dana from Acme", "ana> tag Dana as VIP")
    before = rows(player)
    say(player, "ana> undo", "ana> tag Dana as VIP")
    assert len(rows(player)) == len(before)


# Any sequence of edits

NAMES = ("'Dana Whit'", "'Dana Whitfield'")
EDITS = [
    *(f"/contact edit {n} {f}" for n in NAMES for f in ("job_title CFO", "notes tea", "email n@x.example")),
    *(f"/contact edit {n} tags {t}" for n in NAMES for t in ("gold,silver", "VIP")),
    *(f"/contact tag {n} {t}" for n in NAMES for t in ("gold", "vip")),
    *(f"/contact edit {n} company {c}" for n in NAMES for c in ("Globex", "Hooli")),
    "/task edit 1 due monday",
    "/task edit 1 priority urgent",
    "/task edit 1 contact 'Dana Whitfield'",
    "/task done 1",
    "/task add 'another one' contact:'Dana Whit'",
    "/reminder snooze tomorrow reminder:'call Dana'",
    "/company edit Acme industry Software",
    "/contact add Eve company:Acme email:eve@x.example tags:vip",
]


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(EDITS), min_size=1, max_size=7))
def test_undone_in_reverse_any_edits_restore_the_start(edits: list[str]) -> None:
    app = build(settings_for("sqlite://"))
    try:
        player = Player(app)
        say(player, *WORLD)
        states = [rows(player)]
        for edit in edits:
            say(player, f"ana> {edit}")
            if (now := rows(player)) != states[-1]:
                states.append(now)
        while len(states) > 1:
            states.pop()
            say(player, "ana> undo")
            assert rows(player) == states[-1]
    finally:
        app.close()
