"""A believable company in an empty workspace: its people, and the months in which they told Parley what they did."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from bot.adapters.console import Answer, Console, Line
from bot.app import App
from bot.demo.story import COMPANIES, Story, told
from handlers.phrasebook import LANGUAGES
from storage.tables import Contact, Member, Team
from storage.unit_of_work import UnitOfWork

__all__ = ["COMPANIES", "LANGUAGES", "Occupied", "fill"]


class Occupied(Exception):
    """The workspace has data of its own, which a demonstration must not mix with."""


def fill(app: App, company: str, language: str, now: datetime) -> Iterator[int]:
    """Let the people of a company tell their story: gives how many messages that is, then the number of each.

    Raises `Occupied`.
    """
    if app.engine.read(lambda uow: uow.first(Contact) or uow.first(Member)) is not None:
        raise Occupied
    story = told(company)
    app.engine.work(lambda uow: _name(uow, story, language))
    messages = Story(story, language, now).messages()
    app.clock.set(messages[0].at)
    console = Console(app, _heard, story["team"][0][0])
    for name, role, *_ in story["team"]:
        console.take(Line(name=name, role=role, language=language, zone=story["zone"]))
    app.engine.work(lambda uow: _teams(uow, story))
    yield len(messages)
    for n, said in enumerate(messages, 1):
        console.take(Line(name=said.who, say=said.text, now=said.at))
        yield n
    console.advance(now)


def _heard(_: Answer) -> None:
    """The answers were read long ago."""


def _name(uow: UnitOfWork, story: dict[str, Any], language: str) -> None:
    uow.workspace.name, uow.workspace.zone = story["workspace"], story["zone"]
    uow.workspace.currency, uow.workspace.language = story["currency"], language
    uow.session.add(uow.workspace)


def _teams(uow: UnitOfWork, story: dict[str, Any]) -> None:
    """Put people into their departments."""
    teams: dict[str, Team] = {}
    for name, _, *department in story["team"]:
        member = uow.first(Member, Member.name == name)
        if member is None or not department:
            continue
        if department[0] not in teams:
            teams[department[0]] = uow.add(Team(workspace_id=uow.workspace_id, name=department[0]))
        member.team_id = teams[department[0]].id
        uow.add(member)
    uow.flush()
