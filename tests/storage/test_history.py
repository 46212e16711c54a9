"""Timelines and where values come from, on both databases."""

from storage.queries.provenance import origin
from storage.tables import Contact, Deal
from storage.unit_of_work import UnitOfWork
from tests.storage.test_changes import say
from tests.transcript import Player


def words_of(player: Player, model: type[Contact] | type[Deal], field: str | None) -> str | None:
    def work(uow: UnitOfWork) -> str | None:
        row = uow.first(model)
        assert row is not None
        found = origin(uow, row, field)
        return found.words if found else None

    return player.console.app.engine.read(work)


def test_a_value_comes_from_the_last_message_that_set_it(player: Player) -> None:
    say(player, "ana> add Dana from Acme, dana@acme.example", "ana> Dana is the CFO")
    say(player, "ana> Dana's email is d@acme.example", "ana> Dana's email is x@acme.example", "ana> undo")
    assert words_of(player, Contact, "email") == "Dana's email is d@acme.example"
    assert words_of(player, Contact, "job_title") == "Dana is the CFO"
    assert words_of(player, Contact, "birthday") is None
    assert words_of(player, Contact, None) == "add Dana from Acme, dana@acme.example"


def test_words_that_tell_of_what_one_may_not_see_are_not_quoted(player: Player) -> None:
    say(player, "-- Ana: owner, en", "ana> met Dana from Acme today, remind me to call her tuesday 3pm")
    say(player, "-- Vera: viewer, en")
    told = say(player, "vera> /record source contact:Dana")
    assert "added by Ana" in told
    assert "met Dana" not in told
    assert "met Dana" in say(player, "ana> /record source contact:Dana")


def test_a_page_of_a_timeline_continues_where_the_last_ended(player: Player) -> None:
    say(player, "ana> add Dana from Acme")
    for n in range(8):
        say(player, f"-- 2026-03-03 10:{n:02d}", f"ana> note on Dana: note {n}")
        say(player, f"ana> /ticket open 'trouble {n}' contact:Dana")
    pages = [say(player, "ana> timeline of Dana"), *(say(player, "ana> more") for _ in range(3))]
    lines = [x.removeprefix("| ") for page in pages for x in page.split("\n") if x[2:3].isdigit()]
    assert [int(x.partition(".")[0]) for x in lines] == list(range(1, 17))
    whens = [x.split("today ")[1][:5] for x in lines]
    assert whens == sorted(whens, reverse=True)
    assert sum("trouble" in x for x in lines) == sum("note" in x for x in lines) == 8
