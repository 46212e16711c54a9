"""The corpus: sentences with marked slots, read from `nlp/corpus`."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "corpus"
LANGUAGES = ("en", "zh-Hans", "zh-Hant")
NONE = "none"
_ASIDE = re.compile(r'(\w+)=(?:"([^"]*)"|(\S+))')
_MARK = re.compile(r"\\[()]|\((\w+): ?|[()]|[^\\()]+|\\")


class Malformed(ValueError):
    """A line that is not as the README of the corpus says."""


@dataclass(frozen=True)
class Mark:
    """The words of a slot, at [start, end) of their text; `depth` counts the marks around it."""

    slot: str
    start: int
    end: int
    depth: int = 0

    def moved(self, by: int) -> "Mark":
        """The same mark in a longer text."""
        return Mark(self.slot, self.start + by, self.end + by, self.depth)


@dataclass(frozen=True)
class Part:
    """One command of a message, with its words; `implied` are slots in normal form without words of their own."""

    command: str
    text: str
    marks: tuple[Mark, ...] = ()
    implied: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sentence:
    """A message as it was said, and the parts that it consists of."""

    lang: str
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """The message as typed."""
        return "".join(p.text for p in self.parts)


def sentences(folder: Path = FOLDER) -> list[Sentence]:
    """All sentences, in the order of the files. Raises `Malformed` naming the line."""
    found = []
    for lang in LANGUAGES:
        for path in sorted((folder / lang).glob("*.txt")):
            for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
                if line.strip() and not line.startswith("#"):
                    found.append(_sentence(lang, line, f"{path.name}:{number}"))
    return found


def _sentence(lang: str, line: str, where: str) -> Sentence:
    try:
        parts = tuple(part(piece) for piece in re.split(r" ## ", line))
    except ValueError as error:
        raise Malformed(f"{lang}/{where}: {error}") from error
    return Sentence(lang, parts)


def part(line: str) -> Part:
    """One part: `command slot=value | words (slot: words)`. Raises ValueError."""
    head, bar, said = line.partition("|")
    if not bar:
        raise ValueError("no bar between command and words")
    command, _, aside = head.strip().partition(" ")
    said = said.removeprefix(" ")
    text, marks = _marked(said)
    return Part(
        command, text, marks, {m[1]: m[2] if m[2] is not None else m[3] for m in _ASIDE.finditer(aside)}
    )


def _marked(said: str) -> tuple[str, tuple[Mark, ...]]:
    words, marks, open_ = "", [], list[tuple[str, int]]()
    for piece in _pieces(said):
        if piece[1]:
            open_.append((piece[1], len(words)))
        elif piece[0] == ")":
            if not open_:
                raise ValueError("a bracket too many")
            slot, start = open_.pop()
            marks.append(Mark(slot, start, len(words), len(open_)))
        else:
            words += piece[0].removeprefix("\\") if len(piece[0]) == 2 else piece[0]
    if open_:
        raise ValueError("a bracket is not closed")
    return words, tuple(sorted(marks, key=lambda m: (m.start, m.depth)))


def _pieces(said: str) -> Iterator[re.Match[str]]:
    return _MARK.finditer(said)
