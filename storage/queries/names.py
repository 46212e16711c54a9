"""Known names inside a text, for the parser: one look-up whatever the number of contacts."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text as sql

from storage.find import MODELS, WIDE, Scope, name_of
from storage.folding import CJK, fold
from storage.unit_of_work import UnitOfWork

_TOKEN = re.compile(rf"[{CJK}]|[^\W_{CJK}]+")
MOST_WORDS = 4
MOST_CHARACTERS = 8
FEW = 4  # records under a key that are looked at where the speaker sees all
COMMON = frozenset(  # words that name nobody by themselves, though they may be part of a name
    "the a an and or of for in on at to from with by is are it its my me we us our you your he she his her they this that de van von der den la le da di el al".split()
)
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
        self._known: dict[str, list[tuple[str, str]]] = {}

    def within(self, text: str) -> list[Named]:
        """Records named in a text, one of each kind at a place, the longest names first, then left to right."""
        if not self._known:
            self._look_up(dict(_places(self._text[:LONGEST])).values())
        places = dict(_places(text[:LONGEST]))
        self._look_up(places.values())
        return _longest(
            [Named(*place, *known) for place, key in places.items() for known in self._known[key]]
        )

    def _look_up(self, keys: Iterable[str]) -> None:
        missing = {k for k in keys if k not in self._known}
        if not missing:
            return
        held: dict[tuple[str, str], list[UUID]] = {}
        for key, kind, record_id in _holders(self._uow, missing, self._scopes):
            held.setdefault((key, kind), []).append(record_id)
        self._known.update({k: [] for k in missing})
        for (key, kind), ids in held.items():
            if name := self._first_seen(kind, ids):
                self._known[key].append((kind, name))

    def _first_seen(self, kind: str, ids: Iterable[UUID]) -> str:
        """The name of the first of these records that the speaker may see; others that are called so add nothing."""
        rows = (self._uow.get(MODELS[kind], record_id) for record_id in ids)
        return next((name_of(r) for r in rows if r is not None and self._scopes[kind].admits(r)), "")


def _holders(
    uow: UnitOfWork, keys: Iterable[str], scopes: Mapping[str, Scope]
) -> Iterator[tuple[str, str, UUID]]:
    """A few records of each kind under each key: a step into the index for each, however many are called so."""
    session = uow.session
    all_seen = all(scope.reach == "all" for scope in scopes.values())
    values = {"n": FEW if all_seen else WIDE, "workspace": uow.workspace_id}
    if session.get_bind().dialect.name == "sqlite":
        lists = {"keys": json.dumps(list(keys)), "kinds": json.dumps(list(scopes))}
        found = session.connection().execute(_SQLITE, {**values, **lists, "workspace": uow.workspace_id.hex})
        yield from ((key, kind, UUID(record_id)) for key, kind, record_id in found)
    else:
        yield from session.connection().execute(
            _POSTGRES, {**values, "keys": list(keys), "kinds": list(scopes)}
        )


_SQLITE = sql(
    "SELECT k.value, d.value, n.record_id FROM json_each(:keys) k, json_each(:kinds) d, name_key n"
    " WHERE n.rowid IN (SELECT i.rowid FROM name_key i WHERE i.workspace_id = :workspace AND i.key = k.value"
    " AND i.kind = d.value LIMIT :n)"
)
_POSTGRES = sql(
    "SELECT k, d, n.record_id FROM unnest(CAST(:keys AS text[])) k, unnest(CAST(:kinds AS text[])) d, LATERAL"
    " (SELECT i.record_id FROM name_key i WHERE i.workspace_id = :workspace AND i.key = k AND i.kind = d LIMIT :n) n"
)


def _places(text: str) -> Iterator[tuple[tuple[int, int], str]]:
    tokens = [(m.start(), m.end(), fold(m[0])) for m in _TOKEN.finditer(text)]
    for i, (start, _, first) in enumerate(tokens):
        chinese = len(first) == 1 and not first.isascii()
        key = ""
        for j in range(i, min(len(tokens), i + (MOST_CHARACTERS if chinese else MOST_WORDS))):
            glue = "" if not key or (j and tokens[j][0] == tokens[j - 1][1]) else " "
            key += glue + tokens[j][2]
            if len(key) > 1 and key not in COMMON:
                yield (start, tokens[j][1]), key


def _longest(found: list[Named]) -> list[Named]:
    kept: list[Named] = []
    for named in sorted(found, key=lambda n: (n.start - n.end, n.start)):
        overlaps = [k for k in kept if named.start < k.end and named.end > k.start]
        if all((k.start, k.end) == (named.start, named.end) for k in overlaps):
            kept.append(named)
    return sorted(kept, key=lambda n: n.start)
