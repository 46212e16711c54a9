"""Every way to the present form of the database ends in the same form: that of the tables."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Uuid, bindparam, inspect, text
from sqlmodel import Session, SQLModel, select

import storage.tables  # noqa: F401 - registers the tables
from storage.database import Database
from storage.migrate import _config, current, head, upgrade
from storage.queries.buttons import each
from storage.tables import Keyboard
from storage.tables.types import utcnow


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without tables."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/parley.db"
    else:
        url = request.getfixturevalue("postgres").empty()
    database = Database(url)
    yield database
    database.close()


def differences(database: Database) -> list[object]:
    """What Alembic would still change so that the database is as the tables say."""

    def ours(_object: object, name: str | None, type_: str, _reflected: bool, _to: object) -> bool:
        return not (type_ == "table" and str(name).startswith("search_index"))

    options = {"include_object": ours, "compare_type": True}
    return database.run(
        lambda s: compare_metadata(
            MigrationContext.configure(s.connection(), opts=options), SQLModel.metadata
        )
    )


def downgrade(database: Database, revision: str) -> None:
    def work(session: Session) -> None:
        config = _config()
        config.attributes["connection"] = session.connection()
        command.downgrade(config, revision)

    database.run(work)


def first_revision() -> str:
    return ScriptDirectory.from_config(_config()).get_bases()[0]


def foreign_keys(database: Database) -> set[tuple[object, ...]]:
    """Which columns refer to which, and when that is checked: autogenerate does not compare the latter."""

    def work(session: object) -> set[tuple[object, ...]]:
        found = inspect(session.connection())  # type: ignore[attr-defined]
        return {
            (
                t,
                *key["constrained_columns"],
                key["referred_table"],
                bool(key["options"].get("deferrable")),
                key["options"].get("initially"),
            )
            for t in found.get_table_names()
            for key in found.get_foreign_keys(t)
        }

    return database.run(work)


def test_from_nothing(empty: Database) -> None:
    upgrade(empty)
    assert current(empty) == head()
    assert differences(empty) == []


def test_from_the_first_revision(empty: Database) -> None:
    upgrade(empty, first_revision())
    assert current(empty) == first_revision()
    upgrade(empty)
    assert current(empty) == head()
    assert differences(empty) == []


def test_upgrading_twice_changes_nothing(empty: Database) -> None:
    upgrade(empty)
    empty.run(
        lambda s: s.connection().execute(text("INSERT INTO lease VALUES ('x', 'me', '2026-03-02 10:00')"))
    )
    upgrade(empty)
    assert empty.read(lambda s: s.connection().execute(text("SELECT holder FROM lease")).scalar()) == "me"


def test_a_difference_would_be_found(empty: Database) -> None:
    upgrade(empty)
    empty.run(lambda s: s.connection().execute(text("ALTER TABLE task ADD COLUMN surplus text")))
    assert [d[0] for d in differences(empty)] == ["remove_column"]  # type: ignore[index]


def test_references_are_checked_at_commit(empty: Database) -> None:
    upgrade(empty)
    found = foreign_keys(empty)
    assert ("contact", "workspace_id", "company_id", "company", True, "DEFERRED") in found
    assert not [key for key in found if key[-2:] != (True, "DEFERRED")]


def test_there_is_one_head() -> None:
    script = ScriptDirectory.from_config(_config())
    assert script.get_heads() == [head()]
    assert len(script.get_bases()) == 1


def test_buttons_that_were_rows_of_their_own_can_still_be_pressed(empty: Database) -> None:
    upgrade(empty, "0015")
    workspace, message, record = uuid4(), uuid4(), uuid4()
    columns = (
        "workspace_id",
        "token",
        "message_id",
        "label",
        "turn",
        "record_kind",
        "record_id",
        "expires_at",
        "used_at",
    )
    given = {
        "workspace_id": workspace,
        "message_id": message,
        "turn": '{"control":"undo"}',
        "record_kind": "deal",
        "record_id": record,
        "expires_at": "2026-03-02 10:00:00.000000",
        "used_at": None,
    }
    rows = [{**given, "token": f"t{n}", "label": f"Undo {n}"} for n in range(3)]
    rows[2]["used_at"] = "2026-03-01 10:00:00.000000"
    types = [bindparam(name, type_=Uuid()) for name in ("workspace_id", "message_id", "record_id")]
    insert = text(f"INSERT INTO button ({', '.join(columns)}) VALUES (:{', :'.join(columns)})")  # noqa: S608 - our own names
    empty.run(lambda s: s.connection().execute(insert.bindparams(*types), rows))
    upgrade(empty)
    found = empty.read(lambda s: sorted(each(s.exec(select(Keyboard))), key=lambda b: b.token))
    assert [(b.token, b.label, b.is_used) for b in found] == [
        ("t0", "Undo 0", False),
        ("t1", "Undo 1", False),
        ("t2", "Undo 2", True),
    ]
    assert {(b.keyboard.message_id, b.record) for b in found} == {(message, ("deal", record, None))}
    assert found[0].turn == {"control": "undo"}


def test_the_way_back_from_keyboards_to_buttons(empty: Database) -> None:
    upgrade(empty)
    choices = [{"label": "Yes", "turn": {"control": "confirm"}}, {"label": "No", "turn": {"control": "deny"}}]
    row = Keyboard(workspace_id=uuid4(), token="k", message_id=uuid4(), choices=choices, expires_at=utcnow())  # noqa: S106 - no secret
    empty.run(lambda s: s.add(row))
    downgrade(empty, "0015")
    query = text("SELECT token, label FROM button ORDER BY token")
    assert empty.read(lambda s: s.connection().execute(query).all()) == [("k", "Yes"), ("k.1", "No")]
