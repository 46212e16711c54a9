"""The trained model as the parser uses it: readings of a message with how likely each is."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from threadpoolctl import threadpool_limits

from nlp.learned import network, reader  # noqa: F401 - reader registers what the config names
from nlp.learned.corpus import NONE
from nlp.learned.decode import Clause, Draft, drafts, marks
from nlp.learned.features import MOST, features
from nlp.learned.fill import fill
from nlp.learned.reader import Reader
from nlp.learned.tokens import said, tokenize
from nlp.reading import Context, Reading
from nlp.spans import Span

SHOWN = 5  # readings that are worked out in full
FAR_FETCHED = 0.02  # and those below this are not
_ALONE = ("smalltalk.greet", "smalltalk.thanks")


class Model:
    """What was learned."""

    def __init__(self, reader_: Reader) -> None:
        self.reader = reader_

    @staticmethod
    def load(path: Path) -> "Model":
        """The artefact at `path`. Raises OSError or ValueError where it is missing or broken."""
        threadpool_limits(1, "blas")  # products of this size take longer on several cores than on one
        with network.backend():
            pipe: Any = spacy.load(path).get_pipe("reader")
        return Model(pipe)

    def read(self, text: str, folded: str, spans: Sequence[Span], context: Context) -> list[Reading]:
        """The readings of a message, best first, with their shares of the probability; no commands mean "none"."""
        tokens = tokenize(text, folded, spans)
        if not 0 < len(tokens) <= MOST:
            return []
        encoded = self.reader.encode(features(tokens), said(folded, tokens))
        found = [(d, p) for d, p in _merged(drafts(self.reader, encoded)) if p > FAR_FETCHED][:SHOWN]
        clauses = {_key(c): c for draft, _ in found for c in draft.clauses}
        marked = dict(zip(clauses, marks(self.reader, encoded, list(clauses.values())), strict=True))
        values = self.reader.known.values
        filled = {k: fill(text, tokens, c, marked[k], values, context) for k, c in clauses.items()}
        return [Reading(tuple(filled[_key(c)] for c in draft.clauses), p) for draft, p in found]


def _key(clause: Clause) -> tuple[int, int, str]:
    return clause.start, clause.end, clause.command


def _merged(found: Sequence[Draft]) -> list[tuple[Draft, float]]:
    """Readings with the same commands as one, with their shares; courtesies beside a command do not count."""
    best: dict[tuple[str, ...], Draft] = {}
    weight: dict[tuple[str, ...], float] = {}
    top = found[0].score
    for draft in map(_without_courtesies, found):
        names = tuple(c.command for c in draft.clauses)
        best.setdefault(names, draft)
        weight[names] = weight.get(names, 0.0) + float(np.exp(draft.score - top))
    total = sum(weight.values())
    return sorted(((best[n], w / total) for n, w in weight.items()), key=lambda d: -d[1])


def _without_courtesies(draft: Draft) -> Draft:
    kept = tuple(c for c in draft.clauses if c.command != NONE)
    acts = tuple(c for c in kept if c.command not in _ALONE)
    return Draft(acts or kept[:1], draft.score)
