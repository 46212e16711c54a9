"""Checking an installation, and saying what to do about what is wrong."""

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.settings import Settings
from storage.database import Database, clock_of
from storage.errors import Unavailable
from storage.migrate import current, head

SKEW = 5.0  # seconds by which the database's clock may differ


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: how it is, and what to do where it is not well."""

    well: bool
    what: str
    advice: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at Python, the database, its revision, the clock and the settings."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(sys.version_info >= (3, 11), f"Python {version}", "Install Python 3.11 or newer.")
    yield _zone(settings)
    yield _secret(settings)
    database = Database(settings.database_url.get_secret_value())
    try:
        yield from _database(database)
    finally:
        database.close()
    if settings.slack_bot_token:
        from bot.adapters.slack.checking import examine_slack  # noqa: PLC0415 - loaded where it is used

        yield from asyncio.run(examine_slack(settings))
    if settings.telegram_bot_token:
        from bot.adapters.telegram.checking import examine_telegram  # noqa: PLC0415 - loaded where it is used

        yield from asyncio.run(examine_telegram(settings))


def _zone(settings: Settings) -> Finding:
    try:
        return Finding(True, f"Time zone {ZoneInfo(settings.timezone).key}")
    except (KeyError, ValueError, OSError):
        return Finding(
            False,
            f"Time zone {settings.timezone} is unknown",
            "Set PARLEY_TIMEZONE to a name like Europe/Berlin.",
        )


def _secret(settings: Settings) -> Finding:
    public = settings.listen_host not in ("127.0.0.1", "localhost", "::1")
    given = settings.secret is not None
    what = "PARLEY_SECRET is set" if given else "PARLEY_SECRET is not set"
    return Finding(
        given or not public, what, "Set PARLEY_SECRET to a long random text before serving others."
    )


def _database(database: Database) -> Iterator[Finding]:
    kind = "SQLite" if database.sqlite else "PostgreSQL"
    try:
        database.ping()
    except Unavailable:
        yield Finding(
            False, f"{kind} does not answer", "Check DATABASE_URL, and that the server runs and lets you in."
        )
        return
    yield Finding(True, f"{kind} answers")
    revision = current(database)
    yield Finding(revision == head(), f"Database at revision {revision or 'none'}", "Run: parley migrate")
    skew = abs((database.read(clock_of) - datetime.now(UTC)).total_seconds())
    yield Finding(
        skew < SKEW,
        f"Clocks differ by {skew:.1f} s",
        "Set the clocks of this machine and the database by NTP.",
    )
