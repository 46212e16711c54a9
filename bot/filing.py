"""The commands of the command line that move data: import, export, backup, restore."""

import getpass
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.starting import DatabaseOption, built, settings_of

if TYPE_CHECKING:
    from bot.app import App
    from storage.database import Database


def add_to(cli: typer.Typer) -> None:
    """Add them."""
    cli.command("import")(import_)
    for command in (export, backup, restore):
        cli.command()(command)


def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, Excel (.xlsx) or vCard")],
    as_: Annotated[str | None, typer.Option("--as", help="Who you are")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
    database: DatabaseOption = None,
) -> None:
    """Import contacts, companies or deals from a file, after a preview."""
    from bot import transfer
    from bot.app import build

    def agrees(preview: str) -> bool:
        typer.echo(preview)
        return yes or typer.confirm("?", default=False)

    app = built(build, settings_of(database))
    _moved(app, lambda: transfer.bring_in(app, as_ or getpass.getuser(), file, agrees))


def export(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="Ends in .csv, .xlsx or .vcf")],
    kind: Annotated[
        str, typer.Option(help="contacts, companies, deals, tickets, tasks, activities")
    ] = "contacts",
    as_: Annotated[str | None, typer.Option("--as", help="Who you are")] = None,
    database: DatabaseOption = None,
) -> None:
    """Export what you may see to a file."""
    from bot import transfer
    from bot.app import build

    form = {".xlsx": "xlsx", ".vcf": "vcard"}.get(file.suffix.lower(), "csv")
    app = built(build, settings_of(database))
    _moved(app, lambda: transfer.take_out(app, as_ or getpass.getuser(), kind, form, file))


def _moved(app: "App", move: Callable[[], str]) -> None:
    from bot.transfer import Refused

    try:
        typer.echo(move())
    except Refused as refused:
        typer.echo(str(refused), err=True)
        raise typer.Exit(1) from refused
    finally:
        app.close()


def backup(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="Where to; both databases read it")],
    database: DatabaseOption = None,
) -> None:
    """Write all data into one file, as it is at one moment."""
    from bot.transfer import saved
    from storage.backup import backup as write

    _stored(database, lambda target: f"{saved(file, lambda out: write(target, out)):,} rows are in {file}.")


def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="What `parley backup` wrote")],
    force: Annotated[bool, typer.Option("--force", help="Replace all that is in the database")] = False,
    database: DatabaseOption = None,
) -> None:
    """Put back all data from a backup, into SQLite or PostgreSQL."""
    from storage.backup import restore as read

    def work(target: "Database") -> str:
        with file.open("rb") as source:
            return f"{read(target, source, force=force):,} rows are back."

    _stored(database, work)


def _stored(database: str | None, work: "Callable[[Database], str]") -> None:
    from storage.backup import Unfit
    from storage.database import Database
    from storage.errors import Unavailable

    target = Database(settings_of(database).database_url.get_secret_value())
    try:
        typer.echo(work(target))
    except (Unfit, Unavailable, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    finally:
        target.close()
