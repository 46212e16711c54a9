"""From what the network sees to whole readings: the best ways to cut a message and to name its commands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np

from nlp.learned.examples import OUT, SEVERAL
from nlp.learned.network import Floats
from nlp.learned.reader import Encoded, Judged, Reader
from nlp.shapes import catalogue

MOST_CUTS = 7  # places where a message may be cut
CUT_AT_ALL = 0.01  # the probability that makes a place worth a look
BEAM = 10
CHOICES = 3  # commands looked at for each segment
_START = -1e4
UNLIKELY = float(np.log(0.05))
MUST = frozenset(
    "contact company deal order ticket task reminder campaign member name text title other tags".split()
)


@dataclass(frozen=True)
class Clause:
    """A segment [start, end) of tokens taken for a command."""

    start: int
    end: int
    command: str
    judged: Judged


@dataclass(frozen=True)
class Draft:
    """One way to read a message: its clauses and the logarithm of how likely it is."""

    clauses: tuple[Clause, ...]
    score: float


@dataclass(frozen=True)
class Marked:
    """Tokens [start, end) that are said for a slot; `inner` ones lie inside another slot's words."""

    slot: str
    start: int
    end: int
    inner: bool = False


def drafts(reader: Reader, encoded: Encoded) -> list[Draft]:
    """The readings of a message, best first; their scores are comparable with each other."""
    bounds = [0, *_cuts(encoded.cuts), len(encoded.tokens)]
    places = [(a, b) for i, a in enumerate(bounds) for b in bounds[i + 1 :]]
    judged = dict(zip(places, reader.judge(encoded, places), strict=True))
    partial: dict[int, list[Draft]] = {0: [Draft((), 0.0)]}
    for j, end in enumerate(bounds[1:], 1):
        found = [
            Draft((*before.clauses, clause), before.score + score)
            for i, start in enumerate(bounds[:j])
            for clause, score in _choices(
                reader, judged[start, end], start, end, _between(encoded.cuts, bounds, i, j)
            )
            for before in partial[start]
        ]
        partial[end] = sorted(found, key=lambda d: -d.score)[:BEAM]
    return partial[len(encoded.tokens)]


def _cuts(cuts: Floats) -> list[int]:
    likely = [i for i in range(1, len(cuts)) if cuts[i, 1] > np.log(CUT_AT_ALL)]
    return sorted(sorted(likely, key=lambda i: -cuts[i, 1])[:MOST_CUTS])


def _between(cuts: Floats, bounds: Sequence[int], i: int, j: int) -> float:
    """What it costs to cut before bounds[i] and at no other place before bounds[j]."""
    first = float(cuts[bounds[i], 1]) if i else 0.0
    return first + float(sum(cuts[b, 0] for b in bounds[i + 1 : j]))


def _choices(
    reader: Reader, judged: Judged, start: int, end: int, cut: float
) -> Iterator[tuple[Clause, float]]:
    """The likeliest commands of a segment, each with its score; `cut` is what cutting there costs."""
    names = reader.known.commands
    likely = [i for i in np.argsort(-judged.commands)[: CHOICES + 1] if names[i] != SEVERAL]
    for i in likely[:CHOICES]:
        yield Clause(start, end, names[i], judged), cut + float(judged.commands[i])


def marks(reader: Reader, encoded: Encoded, clauses: Sequence[Clause]) -> list[list[Marked]]:
    """The slots of each clause: the most likely tags that follow each other and that the command has."""
    scored = reader.mark(encoded, [(c.start, c.end, c.command) for c in clauses])
    return [_marked(reader, clause, *scores) for clause, scores in zip(clauses, scored, strict=True)]


def _marked(reader: Reader, clause: Clause, outer: Floats, inner: Floats) -> list[Marked]:
    tags = _tags(outer, reader.known.outer, clause.command)
    found = list(_runs(tags, clause.start, inner=False))
    for slot in sorted(catalogue()[clause.command].required & MUST - {m.slot for m in found}):
        found += _needed(reader, outer, tags, slot, clause.start)
    nested = _runs(_tags(inner, reader.known.inner, clause.command), clause.start, inner=True)
    return found + [m for m in nested if any(f.start <= m.start < m.end <= f.end for f in found)]


def _needed(reader: Reader, scores: Floats, tags: Sequence[str], slot: str, offset: int) -> Iterator[Marked]:
    """The likeliest place of a slot that must be there, among the tokens of no other, if any is likely at all."""
    labels = reader.known.outer
    if f"B-{slot}" not in labels:
        return
    begin, inside, out = labels.index(f"B-{slot}"), labels.index(f"I-{slot}"), labels.index(OUT)
    free = [i for i, tag in enumerate(tags) if tag == OUT]
    at = max(free, key=lambda i: scores[i, begin], default=None)
    if at is None or scores[at, begin] < UNLIKELY:
        return
    end = at + 1
    while end in free and scores[end, inside] > scores[end, out]:
        end += 1
    yield Marked(slot, offset + at, offset + end)


@cache
def _paths(labels: tuple[str, ...], command: str) -> tuple[list[int], list[str], Floats, Floats]:
    """The tags that a command allows: their places and names, what it costs to begin with each, and to go on from each."""
    kinds = catalogue()[command].kinds
    allowed = [i for i, tag in enumerate(labels) if tag == OUT or tag[2:] in kinds]
    names = [labels[i] for i in allowed]
    begin = np.array([_START if t[0] == "I" else 0.0 for t in names])
    steps = np.array([[_START if t[0] == "I" and f[1:] != t[1:] else 0.0 for t in names] for f in names])
    return allowed, names, begin, steps


def _tags(scores: Floats, labels: tuple[str, ...], command: str) -> list[str]:
    """The best path through the allowed tags; I-x follows B-x or I-x only."""
    if not scores.argmax(
        axis=1
    ).any():  # as of most that lies inside other words: no tag is likelier than none
        return [OUT] * len(scores)
    allowed, names, begin, steps = _paths(labels, command)
    at = scores[:, allowed]
    path = at.argmax(axis=1)  # where the best of each token may follow each other, nothing is better
    if begin[path[0]] or steps[path[:-1], path[1:]].any():
        path = _viterbi(at.astype(float), begin, steps)
    return [names[i] for i in path]


def _viterbi(scores: Floats, begin: Floats, steps: Floats) -> list[int]:
    best, back = scores[0] + begin, []
    for row in scores[1:]:
        ways = best[:, None] + steps
        back.append(ways.argmax(axis=0))
        best = ways.max(axis=0) + row
    path = [int(best.argmax())]
    for pointers in reversed(back):
        path.append(int(pointers[path[-1]]))
    return path[::-1]


def _runs(tags: Sequence[str], offset: int, *, inner: bool) -> Iterator[Marked]:
    begins = [i for i, t in enumerate(tags) if t[0] == "B"]
    for i, following in pairwise([*begins, len(tags)]):
        end = next((k for k in range(i + 1, following) if tags[k] == OUT), following)
        yield Marked(tags[i][2:], offset + i, offset + end, inner)
