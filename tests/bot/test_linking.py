"""An account becomes somebody by a code: once, in time, and both sides hear of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import col, select

from bot.app import App
from bot.incoming import Incoming, Sender
from bot.invite import first_code, invite
from storage.queries.codes import issue
from storage.tables import CodeKind, Identity, Member, Outbox, Reminder
from tests.transcript import Player, Step

HELLO = Incoming("telegram", "1", Sender("7", "Grace", "en", "Europe/Stockholm"), "7", "hi")


def hear(app: App, incoming: Incoming) -> list[str]:
    """What is answered to a message, in every conversation."""
    before = {r.id for r in _outbox(app)}
    app.engine.handle(app.engine.accept(incoming)[0])
    return [
        "".join(s["text"] for s in r.payload["reply"]["headline"]["spans"])
        for r in _outbox(app)
        if r.id not in before
    ]


def _outbox(app: App) -> list[Outbox]:
    return app.database.read(lambda s: list(s.exec(select(Outbox).order_by(col(Outbox.id)))))


def members(app: App) -> list[tuple[str, str]]:
    rows = app.database.read(lambda s: list(s.exec(select(Member).order_by(col(Member.id)))))
    return [(m.name, m.role) for m in rows]


def test_a_stranger_with_an_invitation_comes_in(app: App) -> None:
    assert "team" in hear(app, HELLO)[0]
    code = app.engine.work(lambda uow: invite(uow, "sales"))
    assert "Grace" in hear(app, replace(HELLO, event_id="2", text=f"/start {code.upper()}"))[0]
    assert members(app) == [("Grace", "sales")]


@pytest.mark.parametrize("text", ["/start abcdefghij234567", "link abcdefghij234567"])
def test_a_guess_opens_nothing(app: App, text: str, caplog: pytest.LogCaptureFixture) -> None:
    assert "opens nothing" in hear(app, replace(HELLO, text=text))[0]
    assert members(app) == []
    assert "a code that is unknown was refused" in caplog.text
    assert "abcdefghij234567" not in caplog.text


def test_a_code_is_good_once(app: App) -> None:
    code = app.engine.work(lambda uow: invite(uow, "sales"))
    hear(app, replace(HELLO, text=f"link {code}"))
    other = replace(HELLO, event_id="3", sender=Sender("8", "Mallory"), place="8", text=f"link {code}")
    assert "already used" in hear(app, other)[0]
    assert members(app) == [("Grace", "sales")]


def test_a_code_is_good_for_ten_minutes(app: App) -> None:
    code = app.engine.work(lambda uow: invite(uow, "sales"))
    app.clock.set(app.clock.now() + timedelta(minutes=10))
    assert "too old" in hear(app, replace(HELLO, text=f"link {code}"))[0]


def test_an_account_is_joined_to_a_member_and_both_sides_hear(app: App) -> None:
    code = app.engine.work(lambda uow: invite(uow, "sales"))
    hear(app, replace(HELLO, text=f"link {code}"))
    grace = app.database.read(lambda s: s.exec(select(Member)).one())
    link = app.engine.work(lambda uow: issue(uow, CodeKind.LINK, member_id=grace.id))
    slack = Incoming("slack", "9", Sender("U1", "grace.l"), "D1", f"link {link}", account="T1")
    answers = hear(app, slack)
    assert len(answers) == 2
    assert any("Slack account was just joined" in a for a in answers)
    identities = app.database.read(lambda s: list(s.exec(select(Identity))))
    assert {(i.platform, i.member_id) for i in identities} == {("telegram", grace.id), ("slack", grace.id)}


def joined_by_themselves(app: App, role: str = "sales") -> tuple[Incoming, str]:
    """Somebody who spoke in Slack before they said who they are, and the code that says it."""
    code = app.engine.work(lambda uow: invite(uow, role))
    hear(app, replace(HELLO, text=f"link {code}"))
    grace = app.database.read(lambda s: s.exec(select(Member)).one())
    slack = Incoming("slack", "9", Sender("U1", "grace.l", joins=True), "U1", "hi", account="T1")
    hear(app, slack)
    return slack, app.engine.work(lambda uow: issue(uow, CodeKind.LINK, member_id=grace.id))


def test_who_joined_by_themselves_becomes_one_with_the_person(app: App) -> None:
    slack, link = joined_by_themselves(app)
    hear(app, replace(slack, event_id="10", text="remind me tomorrow at 9 to water the plants"))
    assert members(app) == [("Grace", "sales"), ("grace.l", "viewer")]
    hear(app, replace(slack, event_id="11", text=f"link {link}"))
    rows = app.database.read(lambda s: list(s.exec(select(Member).order_by(col(Member.id)))))
    assert [(m.name, m.status) for m in rows] == [("Grace", "active"), ("grace.l", "removed")]
    assert [r.owner_id for r in app.database.read(lambda s: list(s.exec(select(Reminder))))] == [rows[0].id]
    assert hear(app, replace(HELLO, event_id="12", text="my reminders")) == ["One reminder"]


def test_a_code_takes_nothing_from_somebody_who_was_given_more(app: App) -> None:
    slack, link = joined_by_themselves(app)
    hear(app, replace(slack, event_id="10", text=f"link {app.engine.work(lambda uow: invite(uow, 'admin'))}"))
    hear(app, replace(slack, event_id="11", text=f"link {link}"))
    rows = app.database.read(lambda s: list(s.exec(select(Member).order_by(col(Member.id)))))
    assert [(m.role, m.status) for m in rows] == [("sales", "active"), ("admin", "active")]


def test_the_owner_is_whoever_redeems_the_first_code(app: App) -> None:
    code = app.engine.work(first_code)
    hear(app, replace(HELLO, text=f"link {code}"))
    assert members(app) == [("Grace", "owner")]
    assert app.engine.work(first_code) is None


def test_an_invitation_names_the_page_where_its_address_is_known(player: Player) -> None:
    parts = player.console.app.engine.parts
    player.console.app.engine.parts = replace(parts, site="https://crm.example")
    said = player.play(Step("ana> invite Dave as support", 0))
    assert said[-1] == "| · Page: https://crm.example/join/ABCDEFGH23456723"
    player.console.app.engine.parts = replace(parts, site=None)
    assert player.play(Step("ana> invite Dave as support", 0))[-1].startswith("| I do not know the address")
