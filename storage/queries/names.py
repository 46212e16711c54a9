"""Known names inside a text, for the parser: one look-up whatever the number of contacts."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam
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


class Names:
    """The records named in one message, as far as the speaker may see them.

    `text` is the whole of it: its names are looked up once, and those of its parts are among them.
    """

    def __init__(self, uow: UnitOfWork, text: str, scopes: Mapping[str, Scope]) -> None:
        self._uow, self._text, self._scopes = uow, text, scopes
        self._known: dict[str, list[tuple[str, UUID]]] = {}

    def within(self, text: str) -> list[Named]:
        """Records named in a text, the longest names first, then left to right."""
        if not self._known:
            self._look_up(dict(_places(self._text[:LONGEST])).values())
        places = dict(_places(text[:LONGEST]))
        self._look_up(places.values())
        found = [
            Named(start, end, kind, self._full(kind, record_id))
            for (start, end), key in places.items()
            for kind, record_id in self._known[key]
        ]
        return _longest([n for n in found if n.name])

    def _look_up(self, keys: Iterable[str]) -> None:
        missing = {k for k in keys if k not in self._known}
        if not missing:
            return
        self._known.update({k: [] for k in missing})
        values = {"workspace": self._uow.workspace_id, "keys": list(missing), "kinds": list(self._scopes)}
        for key, kind, record_id in self._uow.session.connection().execute(_KEYS, values):
            self._known[key].append((kind, record_id))

    def _full(self, kind: str, record_id: UUID) -> str:
        row = self._uow.get(MODELS[kind], record_id)
        return name_of(row) if row is not None and self._scopes[kind].admits(row) else ""


_KEYS = select(col(NameKey.key), col(NameKey.kind), col(NameKey.record_id)).where(
    NameKey.workspace_id == bindparam("workspace"),
    col(NameKey.key).in_(bindparam("keys", expanding=True)),
    col(NameKey.kind).in_(bindparam("kinds", expanding=True)),
)


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
