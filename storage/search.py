"""The full-text index of our own tokens: the same on SQLite (FTS5) and PostgreSQL (GIN).

A token is `w<workspace number>`, a class letter and the folded text. Class `t` holds words, their endings (so that a
prefix query finds any part), Chinese characters and pairs, and pinyin; class `d` holds words with a letter left out.
"""

import hashlib
from collections.abc import Iterable, Iterator
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from storage.folding import deletes, is_cjk, spelled, syllables, words

CREATE = {
    "sqlite": [
        "CREATE VIRTUAL TABLE search_index USING fts5(tokens, kind UNINDEXED, record_id UNINDEXED, tokenize='unicode61 remove_diacritics 0', prefix='6 7 8')"
    ],
    "postgresql": [
        "CREATE TABLE search_index (id bigint PRIMARY KEY, kind text NOT NULL, record_id uuid NOT NULL, tokens tsvector NOT NULL)",
        "CREATE INDEX ix_search_index_tokens ON search_index USING gin (tokens)",
    ],
}
TYPO_MINIMUM = 4  # letters; shorter words have too many neighbours
INFIX_MINIMUM = 3
INDEX = "search_index"


def _pairs(run: str) -> Iterator[str]:
    yield from run
    for i in range(len(run) - 1):
        yield run[i : i + 2]


def _endings(word: str) -> Iterator[str]:
    yield word
    for i in range(1, len(word) - INFIX_MINIMUM + 1):
        yield word[i:]


def _chinese(run: str) -> Iterator[str]:
    yield from (f"t{p}" for p in _pairs(run))
    read = syllables(run)
    yield from ("t" + "".join(read[i:]) for i in range(len(read)))
    yield "t" + "".join(s[0] for s in read)


def _latin(word: str) -> Iterator[str]:
    yield from (f"t{e}" for e in _endings(word))
    if len(word) >= TYPO_MINIMUM:
        yield from (f"d{d}" for d in deletes(word))


def name_tokens(name: str) -> set[str]:
    """What a name is found by: any part, pinyin, initials, and one typing error a word."""
    found = {"t" + spelled(name)}
    for word in words(name):
        found.update(_chinese(word) if is_cjk(word) else _latin(word))
    return found


def text_tokens(body: str) -> set[str]:
    """What running text is found by: words, Chinese characters and pairs."""
    found: set[str] = set()
    for word in words(body)[:500]:
        found.update(f"t{p}" for p in _pairs(word)) if is_cjk(word) else found.add(f"t{word[:60]}")
    return found


def _key(record_id: UUID) -> int:
    return int.from_bytes(hashlib.blake2b(record_id.bytes, digest_size=8).digest(), "big") >> 1


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


def unindex(session: Session, record_id: UUID) -> None:
    """Forget a record."""
    column = "rowid" if _dialect(session) == "sqlite" else "id"
    session.connection().execute(
        text(f"DELETE FROM search_index WHERE {column} = :key"),  # noqa: S608 - no input
        {"key": _key(record_id)},
    )


def index(session: Session, number: int, kind: str, record_id: UUID, tokens: Iterable[str]) -> None:
    """Put a record under its tokens; `unindex` it first where it was under others."""
    index_many(session, number, [(kind, record_id, tokens)])


def index_many(session: Session, number: int, records: Iterable[tuple[str, UUID, Iterable[str]]]) -> None:
    """Put many records (kind, id, tokens) under their tokens, in one statement."""
    put_tokens(session, [(kind, i, [f"w{number}{t}" for t in sorted(tokens)]) for kind, i, tokens in records])


def put_tokens(session: Session, records: Iterable[tuple[str, UUID, list[str]]]) -> None:
    """Records under tokens as `indexed` gives them."""
    lite = _dialect(session) == "sqlite"
    rows = [
        {
            "key": _key(record_id),
            "kind": kind,
            "id": record_id.hex if lite else record_id,
            "tokens": " ".join(tokens) if lite else tokens,
        }
        for kind, record_id, tokens in records
    ]
    if rows:
        session.connection().execute(text(_INSERT["sqlite" if lite else "postgresql"]), rows)


def indexed(session: Session) -> Iterator[tuple[str, UUID, list[str]]]:
    """All that is in the index: kind, record, tokens; the same from every engine."""
    lite = _dialect(session) == "sqlite"
    column, key = ("tokens", "rowid") if lite else ("tsvector_to_array(tokens)", "id")
    query = text(f"SELECT kind, record_id, {column} FROM {INDEX} ORDER BY {key}")  # noqa: S608 - no input
    for kind, record_id, tokens in session.connection().execution_options(yield_per=500).execute(query):
        found = tokens.split() if lite else tokens
        yield kind, UUID(record_id) if lite else record_id, sorted(found)


_INSERT = {
    "sqlite": "INSERT INTO search_index (rowid, tokens, kind, record_id) VALUES (:key, :tokens, :kind, :id)",
    "postgresql": "INSERT INTO search_index (id, tokens, kind, record_id) VALUES (:key, array_to_tsvector(:tokens), :kind, :id)",
}


def _part(word: str) -> list[tuple[str, bool]]:
    """The tokens that all must be there for one word of a query, and whether each is a prefix."""
    if not is_cjk(word):
        return [(f"t{word}", True)]
    if len(word) == 1:
        return [(f"t{word}", False)]
    return [(f"t{word[i : i + 2]}", False) for i in range(len(word) - 1)]


def exact_query(query: str) -> list[list[tuple[str, bool]]]:
    """All parts of `query` must occur: a conjunction of one-element alternatives.

    A short word begins too many others to be read as a beginning, unless it is all there is.
    """
    parts = words(query)
    whole = any(not _is_short(word) for word in parts)
    return [
        [(token, prefix and not (whole and _is_short(word)))]
        for word in parts
        for token, prefix in _part(word)
    ]


def long_query(query: str) -> list[list[tuple[str, bool]]]:
    """The same of the longer words alone; nothing where there is no short one to leave out."""
    parts = words(query)
    kept = [word for word in parts if not _is_short(word)]
    return [[token] for word in kept for token in _part(word)] if len(kept) < len(parts) else []


def _is_short(word: str) -> bool:
    return not is_cjk(word) and len(word) < TYPO_MINIMUM


def loose_query(query: str) -> list[list[tuple[str, bool]]]:
    """Each word with a typing error, or by its sound."""
    groups = []
    for word in words(query):
        if is_cjk(word):
            groups.append([("t" + "".join(syllables(word)), True)])
        elif len(word) >= TYPO_MINIMUM:
            groups.append([(f"d{d}", False) for d in deletes(word)])
    return groups


def any_query(query: str) -> list[list[tuple[str, bool]]]:
    """Any word of `query` may occur."""
    return [[token for word in words(query) for token in _part(word)]]


def _sqlite_expression(number: int, groups: list[list[tuple[str, bool]]]) -> str:
    def term(token: str, prefix: bool) -> str:
        return f'"w{number}{token}"' + ("*" if prefix else "")

    return " AND ".join("(" + " OR ".join(term(*t) for t in group) + ")" for group in groups)


def _postgres_expression(number: int, groups: list[list[tuple[str, bool]]]) -> str:
    def term(token: str, prefix: bool) -> str:
        return f"'w{number}{token}'" + (":*" if prefix else "")

    return " & ".join("(" + " | ".join(term(*t) for t in group) + ")" for group in groups)


def match(
    session: Session,
    number: int,
    groups: list[list[tuple[str, bool]]],
    kinds: Iterable[str],
    limit: int = 50,
) -> list[tuple[str, UUID]]:
    """Records of these kinds that satisfy every group of alternatives: (kind, id), unranked, at most `limit`."""
    groups = [g for g in groups if g]
    if not groups:
        return []
    named = {f"k{i}": kind for i, kind in enumerate(kinds)}
    among = ", ".join(f":{name}" for name in named)
    if _dialect(session) == "sqlite":
        sql = f"SELECT kind, record_id FROM search_index WHERE search_index MATCH :q AND kind IN ({among}) LIMIT :n"  # noqa: S608 - names of parameters
        expression = _sqlite_expression(number, groups)
    else:
        # Many alternatives look frequent to the planner, which then hopes to meet enough of them in a scan of the table:
        # materialised, it has no such hope. A single common word is better cut off at the limit.
        how = "MATERIALIZED" if any(len(g) > 1 for g in groups) else "NOT MATERIALIZED"
        found = "SELECT kind, record_id FROM search_index WHERE tokens @@ CAST(:q AS tsquery)"
        sql = f"WITH f AS {how} ({found}) SELECT kind, record_id FROM f WHERE kind IN ({among}) LIMIT :n"  # noqa: S608 - names of parameters
        expression = _postgres_expression(number, groups)
    rows = session.connection().execute(text(sql), {"q": expression, "n": limit, **named})
    return [(kind, value if isinstance(value, UUID) else UUID(value)) for kind, value in rows]
