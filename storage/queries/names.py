"""Known names inside a text, for the parser: one look-up whatever the number of contacts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sqlmodel import col, select

from storage.find import MODELS, Scope, name_of
from storage.folding import CJK, fold
from storage.tables import NameKey
from storage.unit_of_work import UnitOfWork

_TOKEN = re.compile(rf"[{CJK}]|[^\W_{CJK}]+")
MOST_WORDS = 4
MOST_CHARACTERS = 8
LONGEST = 600  # characters of a message that are searched for names


@dataclass(frozen=True)
class Named:
    """A place in a text that names a record."""

    start: int
    end: int
    kind: str
    name: str


def names_in(uow: UnitOfWork, text: str, scopes: dict[str, Scope]) -> list[Named]:
    """Records named in a text that the speaker may see, the longest names first, then left to right."""
    places = dict(_places(text[:LONGEST]))
    if not places:
        return []
    query = select(NameKey).where(
        NameKey.workspace_id == uow.workspace_id,
        col(NameKey.key).in_(set(places.values())),
        col(NameKey.kind).in_(list(scopes)),
    )
    known: dict[str, list[NameKey]] = {}
    for row in uow.session.exec(query):
        known.setdefault(row.key, []).append(row)
    found = [
        Named(start, end, row.kind, _full(uow, row, scopes))
        for (start, end), key in places.items()
        for row in known.get(key, ())
    ]
    return _longest([n for n in found if n.name])


def _full(uow: UnitOfWork, key: NameKey, scopes: dict[str, Scope]) -> str:
    row = uow.get(MODELS[key.kind], key.record_id)
    return name_of(row) if row is not None and scopes[key.kind].admits(row) else ""


def _places(text: str) -> Iterator[tuple[tuple[int, int], str]]:
    tokens = [(m.start(), m.end(), fold(m[0])) for m in _TOKEN.finditer(text)]
    for i, (start, _, first) in enumerate(tokens):
        chinese = len(first) == 1 and not first.isascii()
        key = ""
        for j in range(i, min(len(tokens), i + (MOST_CHARACTERS if chinese else MOST_WORDS))):
            glue = "" if not key or (j and tokens[j][0] == tokens[j - 1][1]) else " "
            key += glue + tokens[j][2]
            if len(key) > 1:
                yield (start, tokens[j][1]), key


def _longest(found: list[Named]) -> list[Named]:
    kept: list[Named] = []
    for named in sorted(found, key=lambda n: (n.start - n.end, n.start)):
        overlaps = [k for k in kept if named.start < k.end and named.end > k.start]
        if all((k.start, k.end) == (named.start, named.end) for k in overlaps):
            kept.append(named)
    return sorted(kept, key=lambda n: n.start)
