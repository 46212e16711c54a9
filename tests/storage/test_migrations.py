"""Every way to the present form of the database ends in the same form: that of the tables."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlmodel import SQLModel

import storage.tables  # noqa: F401 - registers the tables
from storage.database import Database
from storage.migrate import _config, current, head, upgrade


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
