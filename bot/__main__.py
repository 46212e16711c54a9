"""The command line."""

import getpass
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from bot import filing
from bot.starting import DatabaseOption, built, collect_seldom, settings_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.app import App

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
filing.add_to(cli)
LOCAL = ("127.0.0.1", "localhost", "::1")
LANGUAGES = ("en", "zh-Hans", "zh-Hant")


@cli.command()
def chat(
    database: DatabaseOption = None,
    as_: Annotated[str | None, typer.Option("--as", help="Who you are")] = None,
    json_: Annotated[bool, typer.Option("--json", help="The line protocol for scripts and tests")] = False,
    memory: Annotated[bool, typer.Option("--memory", help="Keep nothing")] = False,
) -> None:
    """Talk to Parley in the terminal."""
    from bot.adapters import lines, terminal
    from bot.adapters.console import Console
    from bot.app import build

    settings = settings_of("sqlite://" if memory else database)
    app = built(build, settings)
    console = Console(app, lambda _: None, as_ or getpass.getuser())
    try:
        if json_:
            lines.run(console, sys.stdin.buffer, sys.stdout)
        else:
            terminal.run(console)
    finally:
        app.close()


def _zone(value: str) -> ZoneInfo:
    try:
        return ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise typer.BadParameter(f"there is no time zone {value!r}") from error


def _moment(value: str | None, zone: ZoneInfo) -> datetime:
    if value is None:
        return datetime.now(zone)
    try:
        found = datetime.fromisoformat(value)
    except ValueError as error:
        raise typer.BadParameter(f"{value!r} is not an ISO 8601 moment") from error
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(zone)


def _language(value: str | None) -> str | None:
    if value is not None and value not in LANGUAGES:
        raise typer.BadParameter(f"choose one of {', '.join(LANGUAGES)}")
    return value


NowOption = Annotated[str | None, typer.Option("--now", help="The moment to read from, ISO 8601")]
ZoneOption = Annotated[str, typer.Option("--tz", help="Time zone")]
LanguageOption = Annotated[
    str | None, typer.Option("--lang", help="en, zh-Hans or zh-Hant; else found in the text")
]


@cli.command()
def parse(
    now: NowOption = None,
    tz: ZoneOption = "UTC",
    lang: LanguageOption = None,
    currency: Annotated[str, typer.Option(help="ISO 4217 code where none was said")] = "USD",
    explain: Annotated[
        bool, typer.Option("--explain", help="Also the readings, and where slots came from")
    ] = False,
) -> None:
    """Read one utterance a line, print what it means as JSON."""
    from bot.app import country_of
    from bot.grammar import reader
    from handlers.registry import catalogue_phrasebook
    from nlp.reading import Context
    from nlp.time import Clock, day_first

    clock = Clock(_moment(now, _zone(tz)), day_first(tz))
    chosen = _language(lang)
    parser = reader(catalogue_phrasebook())
    for text in _lines():
        context = Context(clock, chosen, currency.upper(), country_of(tz) or "")
        found = parser.parse(text, context)
        shown = found.to_json() | ({"explained": found.explained()} if explain else {})
        print(json.dumps(shown, ensure_ascii=False), flush=True)  # noqa: T201 - its output


@cli.command()
def when(now: NowOption = None, tz: ZoneOption = "UTC", lang: LanguageOption = None) -> None:
    """Read one expression of time a line, print the moment, period and repetition as JSON."""
    from nlp.time import Clock, day_first
    from nlp.time import when as read

    clock = Clock(_moment(now, _zone(tz)), day_first(tz))
    chosen = _language(lang)
    for text in _lines():
        print(json.dumps(read(text, clock, chosen), ensure_ascii=False), flush=True)  # noqa: T201 - its output


def _lines() -> Iterator[str]:
    return (raw.decode("utf-8", "replace").rstrip("\r\n") for raw in sys.stdin.buffer)


@cli.command()
def train(
    if_stale: Annotated[
        bool, typer.Option("--if-stale", help="Only where it is missing or out of date")
    ] = False,
) -> None:
    """Make the language model from the corpus and the phrases; it takes a minute or two."""
    from bot import language
    from nlp.learned.corpus import Malformed

    if if_stale and language.is_current():
        return
    try:
        language.train(typer.echo)
    except Malformed as error:
        typer.echo(f"The corpus has a line that cannot be read: {error}", err=True)
        raise typer.Exit(1) from error


@cli.command()
def evaluate(
    half: Annotated[str, typer.Option(help="dev or test")] = "dev",
    write: Annotated[
        bool, typer.Option("--write", help="Write docs/language.md instead of printing")
    ] = False,
) -> None:
    """Measure the parser on utterances that it was not made from."""
    from bot import language

    if half not in ("dev", "test"):
        raise typer.BadParameter("choose dev or test")
    page = language.report("test" if half == "test" else "dev")
    if write:
        language.REPORT.write_text(page, "utf-8")
    else:
        typer.echo(page)


@cli.command()
def migrate(database: DatabaseOption = None) -> None:
    """Bring the database to the present form."""
    from storage import migrate as migrations
    from storage.database import Database
    from storage.errors import Unavailable

    target = Database(settings_of(database).database_url.get_secret_value())
    try:
        migrations.upgrade(target)
        typer.echo(f"The database is at revision {migrations.current(target)}.")
    except Unavailable as error:
        typer.echo(f"The database does not answer: {error}", err=True)
        raise typer.Exit(1) from error
    finally:
        target.close()


@cli.command()
def serve(
    database: DatabaseOption = None,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; else PARLEY_HOST, else 127.0.0.1")
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port; else PORT, else 8000")] = None,
    work_: Annotated[
        bool, typer.Option("--work/--no-work", help="Do what falls due as well, not only `parley work`")
    ] = True,
) -> None:
    """Serve over HTTP."""
    from bot.adapters.web import Server, web
    from bot.app import build, doors
    from bot.invite import first_code, link
    from bot.reception import Reception

    settings = settings_of(database)
    where = host or settings.listen_host
    if where not in LOCAL and settings.secret is None:
        typer.echo("Set PARLEY_SECRET to a long random text before serving beyond this machine.", err=True)
        raise typer.Exit(2)
    app = built(build, settings)
    number = port or settings.port
    typer.echo(f"Parley is at http://{where}:{number} — or say it here: .venv/bin/parley chat")
    if owner := app.engine.work(first_code):
        typer.echo(
            f"Nobody has joined yet. The owner is whoever opens this link within ten minutes:\n{link(settings, number, owner)}"
        )
    reception = Reception(app.engine)
    served = web(app, reception, doors(app, reception), tick=work_, port=number)
    try:
        Server(served, where, number, settings.log_level.lower()).run()
    finally:
        app.close()


@cli.command()
def invite(
    role: Annotated[str, typer.Option(help="What they may do: owner, admin, manager, sales …")] = "viewer",
    name: Annotated[
        str | None,
        typer.Option(help="What they are called; else as they say. A member comes in as themselves"),
    ] = None,
    database: DatabaseOption = None,
) -> None:
    """Print a link and code that let one person in, good once and for ten minutes."""
    from bot import invite as invitations
    from bot.app import build

    settings = settings_of(database)
    app = built(build, settings)
    try:
        code = app.engine.work(lambda uow: invitations.invite(uow, role, name))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    finally:
        app.close()
    typer.echo(f"They open {invitations.link(settings, settings.port, code)}")
    typer.echo(f"or send “/start {code}” in Telegram or “link {code}” in Slack. The code: {code}")


@cli.command()
def work(database: DatabaseOption = None) -> None:
    """Do what falls due and send it, until stopped; any number of such processes may share a PostgreSQL."""
    import asyncio

    from bot.app import build, doors
    from bot.background import run
    from bot.reception import Reception

    app = built(build, settings_of(database))
    reception = Reception(app.engine)
    typer.echo("Parley works. Stop it with Ctrl+C.")
    try:
        asyncio.run(run(app, reception, doors(app, reception)))
    finally:
        app.close()


@cli.command()
def status(database: DatabaseOption = None) -> None:
    """Say what waits, for how long, and what could not be delivered."""
    from bot.app import build
    from bot.status import in_words
    from storage.errors import Unavailable

    app = built(build, settings_of(database))
    try:
        for words in in_words(app):
            typer.echo(words)
    except Unavailable as error:
        typer.echo(f"The database does not answer: {error}", err=True)
        raise typer.Exit(1) from error
    finally:
        app.close()


@cli.command()
def demo(
    company: Annotated[str, typer.Option(help="kestrel, hongtu or meridian")] = "kestrel",
    lang: Annotated[str, typer.Option(help="en, zh-Hans or zh-Hant")] = "en",
    now: NowOption = None,
    database: DatabaseOption = None,
    fake: Annotated[
        bool, typer.Option("--fake", help="Also chat as its people in a Slack and a Telegram of our own")
    ] = False,
) -> None:
    """Fill an empty database with a believable company, to try things out."""
    from rich.progress import track

    from bot.app import build
    from bot.demo import COMPANIES, Occupied, fill

    if company not in COMPANIES:
        raise typer.BadParameter(f"choose one of {', '.join(COMPANIES)}", param_hint="--company")
    chosen = _language(lang) or "en"
    serve_both = _both() if fake else None
    app = built(build, settings_of("sqlite://" if fake and not database else database))
    try:
        steps = fill(app, company, chosen, _moment(now, ZoneInfo("UTC")))
        for _ in track(steps, description="Telling the story", total=next(steps)):
            pass
        if serve_both:
            app.clock.go_on()
            serve_both(app, app.settings.port, typer.echo)
            return
    except Occupied:
        typer.echo(
            "This database has people or contacts already. Give an empty one: --database sqlite:///demo.db",
            err=True,
        )
        raise typer.Exit(1) from None
    finally:
        app.close()
    typer.echo(f"Done. Talk to it as one of its people: {_people_of(company)}")


def _both() -> "Callable[[App, int, Callable[[str], None]], None]":
    """The fakes, which are among the tests."""
    from importlib import import_module

    try:
        found = import_module("tests.fakes.both.serving")
    except ModuleNotFoundError as error:
        typer.echo("The fakes come with the source: run this in a checkout of Parley.", err=True)
        raise typer.Exit(2) from error
    serve: Callable[[App, int, Callable[[str], None]], None] = found.serve
    return serve


def _people_of(company: str) -> str:
    from bot.demo.story import told

    return ", ".join(f"parley chat --as '{name}' ({role})" for name, role, *_ in told(company)["team"][:3])


@cli.command()
def doctor(database: DatabaseOption = None) -> None:
    """Check the installation and say what to do."""
    from bot.doctor import examine

    findings = list(examine(settings_of(database)))
    for finding in findings:
        typer.echo(("ok    " if finding.well else "wrong ") + finding.what)
        if not finding.well and finding.advice:
            typer.echo(f"      {finding.advice}")
    if not all(f.well for f in findings):
        raise typer.Exit(1)


def main() -> None:
    """Run Parley."""
    collect_seldom()
    cli()


if __name__ == "__main__":
    main()
