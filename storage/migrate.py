"""Bringing a database to the present form."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from storage.database import Database


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def head() -> str | None:
    """The newest revision that this program knows."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def current(database: Database) -> str | None:
    """The revision that the database is at; None for an empty one."""
    return database.run(
        lambda session: MigrationContext.configure(session.connection()).get_current_revision()
    )


def upgrade(database: Database, revision: str = "head") -> None:
    """Run the migrations up to `revision`. Raises `Unavailable` when the database does not answer."""
    config = _config()

    def work(session: object) -> None:
        config.attributes["connection"] = session.connection()  # type: ignore[attr-defined]
        command.upgrade(config, revision)

    if current(database) != head() or revision != "head":
        database.run(work)


def revise(database: Database, message: str) -> None:
    """Write a migration for the difference between the tables and the database: for developers."""
    config = _config()

    def work(session: object) -> None:
        config.attributes["connection"] = session.connection()  # type: ignore[attr-defined]
        command.revision(config, message, autogenerate=True)

    database.run(work)
