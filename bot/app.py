"""The composition root: the only module that knows everybody."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from babel.core import get_global

from bot.bringing import place_of
from bot.clock import Clock
from bot.engine import Engine
from bot.grammar import parser_for
from bot.interpret import Interpreter
from bot.parts import Parts
from bot.settings import Settings
from bot.standing import run_due
from handlers.registry import phrasebook, specs
from schedules import exports, imports, undoing
from schedules.jobs import Desk, Task, run_next
from schedules.reminders import fire_due
from storage.database import Database
from storage.due import next_due
from storage.migrate import upgrade
from storage.queries.schedules import next_schedule
from storage.queries.workspaces import only_workspace
from storage.tables import JobTask

if TYPE_CHECKING:
    from bot.doors import Door
    from bot.reception import Reception

TASKS: dict[str, Task] = {JobTask.IMPORT: imports.run, JobTask.EXPORT: exports.run, JobTask.UNDO: undoing.run}


@dataclass
class App:
    """Parley, put together on one database."""

    settings: Settings
    database: Database
    engine: Engine
    clock: Clock
    _desk: Desk | None = None

    def tick(self) -> int:
        """Do what falls due by now; how many reminders and schedules there were."""
        now, parts = self.clock.now(), self.engine.parts
        count = 0
        if _is_due(self.database.read(next_due), now):
            count += self.engine.work(lambda uow: fire_due(uow, parts.book))
        if _is_due(self.database.read(next_schedule), now):
            count += self.engine.work(lambda uow: run_due(uow, parts))
        return count

    def next_due(self) -> datetime | None:
        """When something falls due next."""
        moments = (self.database.read(next_due), self.database.read(next_schedule))
        return min((m for m in moments if m is not None), default=None)

    def until_due(self) -> timedelta | None:
        """In how long that is."""
        moment = self.next_due()
        return moment - self.clock.now() if moment else None

    def work_off(self) -> bool:
        """Do one long job that waits, to its end; whether there was one."""
        return run_next(self.desk(), TASKS)

    def desk(self) -> Desk:
        """Where long jobs are done."""
        if self._desk is None:
            self._desk = Desk(self.database, self.engine.work, self.engine.parts.book, place_of)
        return self._desk

    def close(self) -> None:
        """Finish and let go of the database."""
        self.database.close()


def _is_due(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now


def country_of(zone: str) -> str | None:
    """The country of a time zone (CLDR)."""
    territory: str | None = get_global("zone_territories").get(zone)
    return territory


def parts(site: str | None = None) -> Parts:
    """The commands, their words and the parser."""
    commands, book = specs(), phrasebook()
    return Parts(commands, book, Interpreter(commands, parser_for(commands, book)), country_of, site)


def build(settings: Settings, clock: Clock | None = None) -> App:
    """Open the database, bring it up to date, and put Parley together. Raises `Unavailable`."""
    database = Database(settings.database_url.get_secret_value())
    clock = clock or Clock()
    try:
        upgrade(database)
        workspace_id = only_workspace(
            database,
            settings.workspace,
            zone=settings.timezone,
            language=settings.language,
            currency=settings.currency,
        )
    except BaseException:
        database.close()
        raise
    return App(settings, database, Engine(database, workspace_id, parts(settings.site), clock), clock)


def doors(app: App, reception: "Reception") -> list["Door"]:
    """The platforms whose token is given; nobody else waits for their libraries."""
    found: list[Door] = []
    if app.settings.slack_bot_token:
        from bot.adapters.slack import SlackDoor  # noqa: PLC0415 - loaded where it is used

        found.append(SlackDoor(app.settings, reception))
    if app.settings.telegram_bot_token:
        from bot.adapters.telegram import TelegramDoor  # noqa: PLC0415 - loaded where it is used

        found.append(TelegramDoor(app.settings, reception))
    return found
