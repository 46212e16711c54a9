"""How well the parser reads: measures over utterances that were annotated by people who never saw the corpus."""

import hashlib
import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from nlp.reading import Parse, Reading

Half = Literal["dev", "test"]
Slots = frozenset[tuple[str, str, str]]


@dataclass(frozen=True)
class Spoken:
    """One command in comparable form: its name, and (name, slot, value) for each slot."""

    name: str
    slots: Slots


@dataclass(frozen=True)
class Case:
    """An utterance and the readings that are right: the annotated one first, then those that are right as well."""

    text: str
    lang: str
    now: str
    tz: str
    right: tuple[tuple[Spoken, ...], ...]

    @property
    def in_scope(self) -> bool:
        """Whether the annotated reading is a command."""
        return bool(self.right[0])


@dataclass(frozen=True)
class Share:
    """`hits` of `n`; as text with the 95 % Wilson interval, in percent."""

    hits: int
    n: int

    @property
    def percent(self) -> float:
        """Of none it is 0."""
        return 100 * self.hits / self.n if self.n else 0.0

    def __str__(self) -> str:
        if not self.n:
            return "–"
        low, high = wilson(self.hits, self.n)
        return f"{self.percent:.1f} ({100 * low:.0f}–{100 * high:.0f})"


def wilson(hits: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """The Wilson score interval of a share."""
    p, zz = hits / n, z * z / n
    middle, half = p + zz / 2, z * math.sqrt(p * (1 - p) / n + zz / (4 * n))
    return max(0.0, (middle - half) / (1 + zz)), min(1.0, (middle + half) / (1 + zz))


def half_of(text: str) -> Half:
    """Which half an utterance is in: `dev`, which may be looked at, or `test`, which may not."""
    return "test" if int(hashlib.sha256(text.encode()).hexdigest(), 16) % 2 else "dev"


def load(path: Path, half: Half) -> list[Case]:
    """The utterances of one half of an annotated file, one JSON object a line."""
    lines = (json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip())
    return [_case(d) for d in lines if half_of(d["text"]) == half]


def _case(data: Mapping[str, Any]) -> Case:
    right = tuple(
        tuple(spoken(c["name"], c["slots"]) for c in commands)
        for commands in (data["commands"], *data.get("alternatives", ()))
    )
    return Case(data["text"], data["lang"], data["now"], data["tz"], right)


def spoken(name: str, slots: Mapping[str, Any]) -> Spoken:
    """A command in comparable form."""
    return Spoken(
        name, frozenset((name, slot, json.dumps(value, ensure_ascii=False)) for slot, value in slots.items())
    )


def _heard(reading: Reading) -> tuple[Spoken, ...]:
    return tuple(spoken(c.name, c.normal) for c in reading.commands)


def names(commands: Iterable[Spoken]) -> Counter[str]:
    """The commands alone, each as often as it occurs."""
    return Counter(c.name for c in commands)


def slots(commands: Iterable[Spoken]) -> Counter[tuple[str, str, str]]:
    """All slots of all commands."""
    return Counter(s for c in commands for s in c.slots)


@dataclass(frozen=True)
class Outcome:
    """What the parser made of one utterance."""

    case: Case
    parse: Parse

    @property
    def heard(self) -> tuple[Spoken, ...]:
        """The commands that `parley parse` prints."""
        return _heard(self.parse.best) if self.parse.best else ()

    @property
    def closest(self) -> tuple[Spoken, ...]:
        """The right reading that comes nearest to what was heard."""
        heard = self.heard
        return max(self.case.right, key=lambda r: (names(r) == names(heard), _overlap(r, heard)))

    @property
    def right_commands(self) -> bool:
        """Whether the commands are exactly those of a right reading."""
        return self.is_right(self.heard)

    def is_right(self, commands: Sequence[Spoken]) -> bool:
        """Whether these commands are those of a right reading."""
        return any(names(r) == names(commands) for r in self.case.right)

    @property
    def whole(self) -> bool:
        """Whether commands and slots are exactly those of a right reading."""
        return any(Counter(r) == Counter(self.heard) for r in self.case.right)

    @property
    def offered(self) -> bool:
        """Whether the right reading was run or is among the three that are offered."""
        shown = [self.heard] if self.parse.decision == "run" else [_heard(r) for r in self.parse.readings[:3]]
        return any(self.is_right(s) for s in shown) or (self.right_commands and self.parse.decision == "none")


def agreement(cases: Iterable[Case], again: Iterable[Case]) -> dict[str, Share]:
    """How far a second annotator agrees with the first, measured as the parser is."""
    second = {c.text: c.right[0] for c in again}
    both = [(c, second[c.text]) for c in cases if c.text in second]
    nearest = [
        (heard, max(c.right, key=lambda r: (names(r) == names(heard), _overlap(r, heard))))
        for c, heard in both
    ]
    common = sum((slots(h) & slots(r)).total() for h, r in nearest)
    said = sum(slots(h).total() + slots(r).total() for h, r in nearest)
    return {
        "exact set of commands": _share(names(h) == names(r) for h, r in nearest),
        "slots F1": Share(2 * common, said),
        "whole message exact": _share(Counter(h) == Counter(r) for h, r in nearest),
    }


def _overlap(right: Sequence[Spoken], heard: Sequence[Spoken]) -> float:
    common = (slots(right) & slots(heard)).total()
    return 2 * common / max(1, slots(right).total() + slots(heard).total())


def run(cases: Iterable[Case], parse: Callable[[Case], Parse]) -> list[Outcome]:
    """Read all utterances."""
    return [Outcome(case, parse(case)) for case in cases]


def measures(outcomes: Sequence[Outcome]) -> dict[str, Share]:
    """All measures, by what they are called."""
    scope = [o for o in outcomes if o.case.in_scope]
    outside = [o for o in outcomes if not o.case.in_scope]
    several = [o for o in scope if len(o.case.right[0]) > 1]
    found, there, common = _slot_counts(scope)
    ran = [o.parse.decision == "run" for o in outcomes]
    return {
        "exact set of commands": _share(o.right_commands for o in outcomes),
        "of these in scope": _share(o.right_commands for o in scope),
        "several commands, exact": _share(o.right_commands for o in several),
        "slots F1": Share(2 * common, found + there),
        "whole message exact": _share(o.whole for o in outcomes),
        "run or offered": _share(o.offered for o in scope),
        "wrong action without asking": _share(
            r and not o.right_commands for r, o in zip(ran, outcomes, strict=True)
        ),
        "asked although right": _share(o.parse.decision == "ask" and o.right_commands for o in scope),
        "out of scope run": _share(o.parse.decision == "run" and not o.right_commands for o in outside),
        "out of scope asked about": _share(
            o.parse.decision == "ask" and not o.right_commands for o in outside
        ),
    }


def _share(hits: Iterable[bool]) -> Share:
    found = list(hits)
    return Share(sum(found), len(found))


def _slot_counts(outcomes: Sequence[Outcome]) -> tuple[int, int, int]:
    """Slots heard, slots said, and slots in both."""
    heard = [slots(o.heard) for o in outcomes]
    right = [slots(o.closest) for o in outcomes]
    common = sum((h & r).total() for h, r in zip(heard, right, strict=True))
    return sum(h.total() for h in heard), sum(r.total() for r in right), common


def bins(outcomes: Sequence[Outcome], edges: Sequence[float]) -> Iterator[tuple[float, float, Share]]:
    """Calibration: for each band of confidence, how often the best reading has the right commands."""
    best = [(o.parse.readings[0].confidence, o) for o in outcomes if o.parse.readings]
    for low, high in pairwise(edges):
        inside = [(c, o) for c, o in best if low <= c < high]
        yield low, high, _share(o.is_right(_heard(o.parse.readings[0])) for _, o in inside)
