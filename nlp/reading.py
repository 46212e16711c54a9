"""What a sentence was understood to mean: the narrow interface between the parser and everything else."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from nlp.time import Clock

Value = str | list[str]
Decision = Literal["run", "ask", "none"]
_FREE = ("text", "title", "items", "topic", "filter")
_ARTICLE = re.compile(r"^(?:the|an?)\s+(?=\S)", re.IGNORECASE)


@dataclass(frozen=True)
class Known:
    """A name that the speaker's workspace knows, found in a text: its place, its kind and its full form."""

    start: int
    end: int
    kind: str
    name: str


Lookup = Callable[[str], Sequence[Known]]


def knows_nobody(_text: str) -> Sequence[Known]:
    """The lookup of a parser without a database."""
    return ()


@dataclass(frozen=True)
class Context:
    """What the parser may know besides the text. `lang` is the speaker's; None finds it in the text.

    `listed` is the kind of the records last listed: what "the second one" is one of.
    """

    clock: Clock
    lang: str | None = None
    currency: str = "USD"
    country: str = "US"
    lookup: Lookup = knows_nobody
    listed: str | None = None


@dataclass(frozen=True)
class Said:
    """One command as understood: its public name, normalised slots, and for each slot the words it came from."""

    name: str
    slots: Mapping[str, Value]
    sources: Mapping[str, str] = field(default_factory=dict)
    rule: str = ""

    @property
    def normal(self) -> dict[str, Value]:
        """The slots in the catalogue's form; in conversation free text keeps its article, which it reads better with."""
        return {
            s: _ARTICLE.sub("", v) if s in _FREE and isinstance(v, str) else v for s, v in self.slots.items()
        }


@dataclass(frozen=True)
class Reading:
    """One way to understand a whole message; `confidence` from 0 to 1.

    `evidence` counts the letters by which phrases know its commands: those of the one with the fewest; `share` is what
    part of the message that is.
    """

    commands: tuple[Said, ...]
    confidence: float
    evidence: float = 0.0
    share: float = 0.0


@dataclass(frozen=True)
class Parse:
    """All that was made of a message: the readings, best first, and what to do about them.

    `control` is a move in the conversation ("cancel", "confirm" …) instead of a command; `impossible` a day that was
    named and does not exist.
    """

    text: str
    lang: str
    decision: Decision
    readings: tuple[Reading, ...] = ()
    control: str | None = None
    rest: str = ""
    impossible: str | None = None

    @property
    def best(self) -> Reading | None:
        """The reading that runs or is asked about."""
        return self.readings[0] if self.readings and self.decision != "none" else None

    def explained(self) -> list[dict[str, Any]]:
        """The readings with their confidences, and for each slot the words it came from."""
        return [_explained(r) for r in self.readings]

    def to_json(self) -> dict[str, Any]:
        """As `parley parse` prints it."""
        best = self.best
        return {
            "text": self.text,
            "lang": self.lang,
            "commands": _commands(best) if best else [],
            "decision": self.decision,
            "guesses": [] if self.decision == "run" else [_commands(r) for r in self.readings[:3]],
        }


def _explained(reading: Reading) -> dict[str, Any]:
    return {
        "confidence": round(reading.confidence, 3),
        "commands": [
            {"name": c.name, "from": c.rule, "slots": dict(c.slots), "words": dict(c.sources)}
            for c in reading.commands
        ],
    }


def _commands(reading: Reading) -> list[dict[str, Any]]:
    confidence = round(reading.confidence, 2)
    return [{"name": c.name, "slots": c.normal, "confidence": confidence} for c in reading.commands]
