"""Conversations in Markdown: fenced `chat` blocks that are manual and test in one.

-- 2026-03-02 10:00                       sets the clock
-- Ana: owner, en, Europe/Berlin          brings someone in
ana> add Dana from Acme                   says it; [Label] presses a button; "ana #sales>" says it in a room
ana> import this <customers.csv>          hands in a file of tests/conversations/files
| Added Dana.                             what Parley answers; "|Bob| …" is an answer to someone else
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.adapters.console import Answer, Console, Line
from bot.adapters.terminal import rendered
from bot.app import App

ZONE = ZoneInfo("Europe/Berlin")
START = datetime(2026, 3, 2, 10, tzinfo=ZONE)
_SAID = re.compile(r"(?P<who>[^\s>#|][^>#|]*?)(?: #(?P<room>\w+))?> (?P<text>.*)")
_CLOCK = re.compile(r"-- (?P<moment>\d{4}-\d\d-\d\d \d\d:\d\d)(?: (?P<zone>\S+))?")
_PERSON = re.compile(r"-- (?P<who>[^:]+): (?P<role>\w+)(?:, (?P<lang>en|zh-Han[st]))?(?:, (?P<zone>\S+))?")

_FILE = re.compile(r"<(?P<name>[^<>]+)>$")
FILES = Path(__file__).parent / "conversations" / "files"
_CODE = re.compile(r"\b[a-z2-7]{16}\b")  # codes are different every time


@dataclass
class Step:
    """One thing said, or the clock moved, and the answers as they stand in the file."""

    line: str
    number: int
    expected: list[str] = field(default_factory=list)


def steps(text: str) -> Iterator[Step]:
    """The steps of all chat blocks of a Markdown text."""
    inside, step = False, None
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("```"):
            inside = line.strip() == "```chat"
            if step:
                yield step
            step = None
        elif inside and line.startswith("|") and step:
            step.expected.append(line)
        elif inside and line.strip():
            if step:
                yield step
            step = Step(line, number)


class Player:
    """Plays steps on a console and collects what is answered, in the notation of the file."""

    def __init__(self, app: App) -> None:
        self.answers: list[str] = []
        self.console = Console(app, self._show, "Ana")
        self.console.app.clock.set(START)
        self.speaker = "Ana"
        self.names: dict[str, str] = {}

    def play(self, step: Step) -> list[str]:
        """The answers to one step."""
        self.answers = []
        self.console.take(self._line(step.line))
        return self.answers

    def _line(self, text: str) -> Line:
        if found := _CLOCK.fullmatch(text):
            zone = ZoneInfo(found["zone"]) if found["zone"] else ZONE
            return Line(now=datetime.fromisoformat(found["moment"]).replace(tzinfo=zone))
        if found := _PERSON.fullmatch(text):
            self.names[found["who"].casefold()] = found["who"]
            return Line(name=found["who"], role=found["role"], language=found["lang"], zone=found["zone"])
        if found := _SAID.fullmatch(text):
            self.speaker = self.names.setdefault(found["who"].casefold(), found["who"].title())
            words = found["text"].replace("\\n", "\n")
            room = found["room"] or ""
            if file := _FILE.search(words):
                text = words[: file.start()].strip()
                return Line(name=self.speaker, say=text, room=room, file=FILES / file["name"])
            return Line(name=self.speaker, say=words, room=room)
        raise ValueError(f"not a step of a conversation: {text}")

    def _show(self, answer: Answer) -> None:
        mark = "" if answer.to in (None, self.speaker) else f"{answer.to}"
        where = f"#{answer.room}" if answer.room else ""
        head = f"|{mark}{where}| " if mark or where else "| "
        shown = rendered(answer, emphasis=False).plain
        shown = _CODE.sub("ABCDEFGH23456723", shown.removeprefix(f"#{answer.room} "))
        self.answers += [(head + line).rstrip() for line in shown.split("\n")]


def rewritten(text: str, played: dict[int, list[str]]) -> str:
    """The file with the answers that were given, for `pytest --accept`."""
    out: list[str] = []
    inside = False
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("```"):
            inside = line.strip() == "```chat"
        if inside and line.startswith("|"):
            continue
        out.append(line)
        out += played.get(number, [])
    return "\n".join(out)
