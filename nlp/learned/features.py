"""What the network sees of each token: a row of hashed features, and the n-grams that end in it."""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from nlp.learned.tokens import Token
from nlp.learned.vectors import vector_of

COLUMNS = ("word", "prefix", "suffix", "shape", "class", "pair")  # hashed
VECTOR = len(COLUMNS)  # the column that says which word vector, 0 for none
MOST = 200  # tokens of one message; what is longer is cut
Keep = Callable[[tuple[int, ...]], tuple[int, ...]]
Rows = np.ndarray[Any, np.dtype[np.uint64]]


@dataclass(frozen=True)
class Features:
    """Of one message: `rows` (tokens by columns) and for each token the keys of its n-grams."""

    rows: Rows
    grams: tuple[tuple[int, ...], ...]


@lru_cache(maxsize=50_000)
def key(text: str) -> int:
    """A stable hash; 0 is kept for "nothing"."""
    return zlib.crc32(text.encode()) + 1


@lru_cache(maxsize=20_000)
def _subwords(word: str) -> tuple[int, ...]:
    """The keys of a word and of the pieces of 3 to 5 letters in it."""
    padded = f"^{word}$"
    pieces = {padded[i : i + n] for n in (3, 4, 5) for i in range(len(padded) - n + 1)}
    return (key("w:" + word), *sorted(key("s:" + p) for p in pieces))


def features(
    tokens: Sequence[Token],
    hidden: frozenset[int] = frozenset(),
    keep: Keep = tuple,
) -> Features:
    """The features of a message; the words of `hidden` tokens are not seen, as if nobody had ever heard them.

    `keep` chooses among the n-grams of a token: those that are always there are leaned on too much.
    """
    tokens = tokens[:MOST]
    words = ["<unknown>" if i in hidden else t.word for i, t in enumerate(tokens)]
    rows = np.zeros((len(tokens), len(COLUMNS) + 1), dtype=np.uint64)
    grams = []
    for i, (token, word) in enumerate(zip(tokens, words, strict=True)):
        before = words[i - 1] if i else "^"
        unseen = i in hidden
        rows[i] = (
            key(word),
            0 if unseen else key(token.part or word[:3]),
            key(token.place) if token.place else 0 if unseen else key(word[-3:]),
            key(token.named or token.shape),
            key(token.cls) if token.cls else 0,
            key(before + " " + word),
            0 if unseen else vector_of(word),
        )
        grams.append(keep(_grams(token, words, i, unseen)))
    return Features(rows, tuple(grams))


def _grams(token: Token, words: Sequence[str], i: int, unseen: bool) -> tuple[int, ...]:
    before = words[i - 1] if i else "^"
    own = (
        ()
        if unseen
        else _subwords(words[i])
        if token.shape in ("lower", "title", "upper")
        else (key("w:" + words[i]), key("p:" + token.part))
    )
    more = [key(f"2:{before} {words[i]}")]
    if i:
        more.append(key(f"3:{words[i - 2] if i > 1 else '^'} {before} {words[i]}"))
    if token.cls:
        more += [key("c:" + token.cls)]
    return (*own, *more)
