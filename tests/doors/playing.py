"""Conversations of the manual, played through a door: the words and the rows are those of the terminal.

Another platform is added by a `Stage`: how somebody comes in, speaks and presses there, and what is seen then.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlmodel import SQLModel, col, select

from bot.app import App
from storage.changes import TRACKED
from storage.tables import Member
from tests.transcript import _CLOCK, _PERSON, _SAID, START, ZONE, Step


@dataclass(frozen=True)
class Shown:
    """A message as somebody sees it: whose private chat it is in, or which room, and its lines, buttons last."""

    to: str | None
    room: str
    lines: tuple[str, ...]


def differs(before: list[str] | None, now: list[str]) -> bool:
    """Whether a message says something new: other words, or a button that it had not. That one was used is nothing new."""
    if before is None:
        return True
    words = [[line for line in shown if not line.startswith(("[", "☑"))] for shown in (before, now)]
    buttons = [
        {b for line in shown if line.startswith("[") for b in line[1:-1].split("] [")}
        for shown in (before, now)
    ]
    return words[0] != words[1] or bool(buttons[1] - buttons[0])


class Stage(Protocol):
    """A platform with people on it, and a Parley behind it."""

    app: App

    def join(self, name: str, role: str, language: str | None, zone: str | None) -> None:
        """Bring somebody in."""

    def say(self, name: str, text: str, room: str) -> None:
        """Say something in private, or in a room."""

    def press(self, name: str, label: str) -> None:
        """Press the newest button of that label that one sees."""

    def settle(self) -> None:
        """Wait until all is answered."""

    def shown(self) -> list[Shown]:
        """What has appeared or changed its words since the last time, oldest first."""


class StagePlayer:
    """Plays the steps of a conversation on a stage."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.app = stage, stage.app
        self.app.clock.set(START)
        self.speaker = "Ana"
        self.names: set[str] = set()

    def play(self, step: Step) -> list[str]:
        """The answers to one step, in the notation of the file."""
        if found := _CLOCK.fullmatch(step.line):
            zone = ZoneInfo(found["zone"]) if found["zone"] else ZONE
            self._advance(datetime.fromisoformat(found["moment"]).replace(tzinfo=zone))
        elif found := _PERSON.fullmatch(step.line):
            self._join(found["who"], found["role"], found["lang"], found["zone"])
        elif found := _SAID.fullmatch(step.line):
            self._said(found["who"].title(), found["text"].replace("\\n", "\n"), found["room"] or "")
        self.stage.settle()
        return list(self._written())

    def _join(self, name: str, role: str, language: str | None, zone: str | None) -> None:
        self.names.add(name)
        self.stage.join(name, role, language, zone)
        self.stage.settle()
        self.stage.shown()

    def _said(self, name: str, text: str, room: str) -> None:
        self.speaker = name
        if name not in self.names:
            self._join(name, "viewer" if self.names else "owner", None, None)
        if text.startswith("[") and text.endswith("]"):
            self.stage.press(name, text[1:-1])
        else:
            self.stage.say(name, text, room)

    def _advance(self, moment: datetime) -> None:
        while (due := self.app.next_due()) is not None and due <= moment:
            self.app.clock.set(max(due, self.app.clock.now()))
            self.app.tick()
            self.stage.settle()
        self.app.clock.set(moment)

    def _written(self) -> Iterator[str]:
        for message in self.stage.shown():
            mark = "" if message.to in (None, self.speaker) else f"{message.to}"
            where = f"#{message.room}" if message.room else ""
            head = f"|{mark}{where}| " if mark or where else "| "
            yield from ((head + line).rstrip() for line in message.lines)


def domain(app: App) -> dict[str, list[dict[str, Any]]]:
    """All records of the CRM, without what differs from one run to the next: ids and the times of writing."""
    return {kind: [_comparable(row) for row in _rows(app, model)] for kind, model in sorted(TRACKED.items())}


def _rows(app: App, model: type[SQLModel]) -> list[Any]:
    return app.database.read(lambda s: list(s.exec(select(model).order_by(col(model.id)))))  # type: ignore[attr-defined]  # each has one


def _comparable(row: Any) -> dict[str, Any]:
    if isinstance(row, Member):  # the platform tells more of people than the terminal does
        return {"name": row.name, "role": row.role}
    left_out = ("id", "_id", "_by", "_at", "digest")
    return {k: v for k, v in row.model_dump().items() if not k.endswith(left_out)}
