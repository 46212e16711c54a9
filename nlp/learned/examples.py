"""Training examples: a sentence of the corpus as features with what is to be learned of each token and segment."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from nlp.learned.corpus import NONE, Mark, Part, Sentence
from nlp.learned.features import Features, Keep, features
from nlp.learned.tokens import Token, tokenize
from nlp.shapes import catalogue
from nlp.spans import recognise
from nlp.text import fold
from nlp.values import closed_kind, lookup

OUT = "O"
ABSENT = "-"
SEVERAL = "several"  # what is no one command, for it holds more
_NO_COMMANDS = (NONE, "smalltalk.greet", "smalltalk.thanks")
NAMES = frozenset({"contact", "company", "name", "assignee", "member", "owner", "other"})


@dataclass(frozen=True)
class Segment:
    """One command of a message: its tokens [start, end), its label, slots by token (outer, inner) and implied values."""

    start: int
    end: int
    command: str
    outer: tuple[str, ...]
    inner: tuple[str, ...]
    values: Mapping[str, str]


@dataclass(frozen=True)
class Example:
    """A message ready to be learned."""

    tokens: tuple[Token, ...]
    segments: tuple[Segment, ...]
    names: frozenset[int]  # tokens that are part of a name

    @property
    def overlong(self) -> Iterator[Segment]:
        """What reaches over several commands, to be told from what is one."""
        for i, first in enumerate(self.segments):
            for last in range(i + 1, len(self.segments)):
                held = self.segments[i : last + 1]
                if sum(s.command not in _NO_COMMANDS for s in held) > 1:
                    yield Segment(first.start, held[-1].end, SEVERAL, (), (), {})

    def features(self, hidden: frozenset[int] = frozenset(), keep: Keep = tuple) -> Features:
        """What the network sees."""
        return features(self.tokens, hidden, keep)


def example(sentence: Sentence, country: str = "US") -> Example | None:
    """A sentence as an example; None where a typed piece reaches over two commands and nothing is left of one."""
    text = sentence.text
    folded = fold(text)
    tokens = tokenize(text, folded, recognise(text, folded, country))
    segments, names, at, offset = [], set[int](), 0, 0
    for i, part in enumerate(sentence.parts):
        end = offset + len(part.text)
        last = i == len(sentence.parts) - 1
        stop = len(tokens) if last else next((k for k, t in enumerate(tokens) if t.start >= end), len(tokens))
        if stop <= at:
            return None
        marks = [m.moved(offset) for m in part.marks]
        segments.append(_segment(part, marks, tokens, at, stop, text))
        names |= {k for k in range(at, stop) for m in marks if m.slot in NAMES and _inside(tokens[k], m)}
        at, offset = stop, end
    return Example(tuple(tokens), tuple(segments), frozenset(names))


def _inside(token: Token, mark: Mark) -> bool:
    """Whether most of a token lies in a mark."""
    common = min(token.end, mark.end) - max(token.start, mark.start)
    return 2 * common > token.end - token.start


def _segment(
    part: Part, marks: Sequence[Mark], tokens: Sequence[Token], start: int, stop: int, text: str
) -> Segment:
    rows = [_tags(tokens[start:stop], [m for m in marks if (m.depth > 0) == deep]) for deep in (False, True)]
    return Segment(start, stop, part.command, rows[0], rows[1], _values(part, marks, text))


def _tags(tokens: Sequence[Token], marks: Sequence[Mark]) -> tuple[str, ...]:
    tags = []
    before: Mark | None = None
    for token in tokens:
        mark = next((m for m in marks if _inside(token, m)), None)
        tags.append(OUT if mark is None else f"{'I' if mark is before else 'B'}-{mark.slot}")
        before = mark
    return tuple(tags)


def _values(part: Part, marks: Sequence[Mark], text: str) -> dict[str, str]:
    """By kind, the value of each closed slot of the command; what cannot be told is left out."""
    if part.command == NONE:
        return {}
    shape = catalogue()[part.command]
    found = {}
    for slot, choices in shape.choices.items():
        kind = shape.kinds[slot]
        words = next((text[m.start : m.end] for m in marks if m.slot == slot), None)
        value = part.implied.get(slot) or (lookup(kind, words) if words else ABSENT)
        if value == ABSENT or value in choices:
            found[kind] = str(value)
    return found | _edited(part, marks, text)


def _edited(part: Part, marks: Sequence[Mark], text: str) -> dict[str, str]:
    """The closed value that an edit gives its field."""
    kind = closed_kind(part.command, part.implied.get("field", ""))
    words = next((text[m.start : m.end] for m in marks if m.slot == "value"), "")
    value = part.implied.get("value") or (lookup(kind, words) if kind and words else None)
    return {kind: value} if kind and value else {}
