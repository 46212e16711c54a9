"""Many rows at once are what they would be one by one, and what is due is found among many that are not."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from bot.app import App
from storage.due import due_reminders
from storage.journal import with_defaults
from storage.many import write_many
from storage.tables import Keyboard, Member, Reminder, new_id
from storage.unit_of_work import UnitOfWork
from tests.transcript import START

PENDING = 3000


def keyboard(app: App, token: str) -> dict[str, Any]:
    given = {
        "workspace_id": app.engine.workspace_id,
        "token": token,
        "message_id": new_id(),
        "choices": [
            {
                "label": "tab\tline\nback\\slash 明天 \\N",
                "turn": {"calls": [{"name": "help", "slots": {"topic": 'quote " and \\n'}}]},
            }
        ],
        "expires_at": START,
    }
    return with_defaults(Keyboard, given)


def test_rows_come_back_as_they_were_given(app: App) -> None:
    rows = [keyboard(app, f"t{n}") for n in range(100)]
    app.database.run(lambda s: write_many(s.connection(), Keyboard, rows))
    found = app.database.read(lambda s: {b.token: b.model_dump() for b in s.exec(select(Keyboard))})
    assert found == {row["token"]: row for row in rows}


def test_a_key_that_is_taken_is_an_integrity_error_and_keeps_nothing(app: App) -> None:
    rows = [keyboard(app, "the same") for _ in range(2)]
    with pytest.raises(IntegrityError):
        app.database.run(lambda s: write_many(s.connection(), Keyboard, rows))
    assert app.database.read(lambda s: list(s.exec(select(Keyboard)))) == []


def test_what_is_due_is_found_without_a_look_at_what_is_pending(app: App) -> None:
    app.clock.set(START)
    owner = app.engine.work(
        lambda uow: uow.add(Member(workspace_id=uow.workspace_id, name="P", role="sales"))
    )
    base = {"workspace_id": app.engine.workspace_id, "zone": "UTC", "wall": "", "starts": "", "text": "x"}
    dues = [START + timedelta(days=1 + n) for n in range(PENDING)] + [START]
    rows = [with_defaults(Reminder, {**base, "due_at": due, "owner_id": owner.id}) for due in dues]
    app.database.run(lambda s: write_many(s.connection(), Reminder, rows))
    app.database.run(lambda s: s.connection().exec_driver_sql("ANALYZE"))
    asked: list[tuple[str, Any]] = []

    def note(_conn: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        asked.append((statement, values))

    def plan(uow: UnitOfWork) -> str:
        event.listen(app.database.engine, "before_cursor_execute", note)
        assert [r.due_at for r in due_reminders(uow, 500)] == [START]
        event.remove(app.database.engine, "before_cursor_execute", note)
        statement, values = asked[-1]
        explain = "EXPLAIN QUERY PLAN " if app.database.sqlite else "EXPLAIN "
        return str(list(uow.session.connection().exec_driver_sql(explain + statement, values)))

    found = app.engine.work(plan)
    assert "ix_reminder_firing" in found
    assert "TEMP B-TREE" not in found
