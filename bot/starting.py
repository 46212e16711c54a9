"""What every command of the command line begins with: its settings and, for most, Parley on its database."""

import gc
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import SecretStr

from bot.settings import Settings

if TYPE_CHECKING:
    from bot.app import App

DatabaseOption = Annotated[
    str | None, typer.Option("--database", help="Database URL; else DATABASE_URL, else parley.db")
]


def collect_seldom() -> None:
    """Have the collector look seldom: what is imported and read at the start is no garbage, and looking costs a tenth of it."""
    gc.set_threshold(50_000, 20, 50)


def settings_of(database: str | None = None) -> Settings:
    """The settings, with the database that was named on the command line."""
    settings = Settings()
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    if database:
        settings.database_url = SecretStr(database)
    return settings


def built(build: "Callable[[Settings], App]", settings: Settings) -> "App":
    """Parley on its database; the command ends where there is none."""
    from storage.errors import Unavailable  # noqa: PLC0415 - each command loads what it needs

    try:
        app = build(settings)
    except Unavailable as error:
        typer.echo(f"The database does not answer: {error}", err=True)
        raise typer.Exit(1) from error
    gc.freeze()  # all that is there now stays: looking at it again and again would cost a fifth of the time
    return app
