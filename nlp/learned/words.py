"""Chinese words, so that the characters of a word are known to belong together.

The 100,000 words of one to four characters that jieba's dictionary has seen ten times or more, with how often (twice the natural
logarithm) and what kind of word each is (jieba 0.42.1, MIT licence).
"""

import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PATH = Path(__file__).parent / "words.txt.xz"
LONGEST = 4  # characters
_ALL = 36.0  # twice the logarithm of how many words were counted
_UNKNOWN = 2.0


@dataclass(frozen=True)
class Word:
    """A word at [start, end); its kind is empty where the dictionary does not have it."""

    start: int
    end: int
    kind: str


@cache
def _dictionary() -> dict[str, tuple[float, str]]:
    rows = (line.split(" ") for line in lzma.decompress(PATH.read_bytes()).decode().split("\n"))
    return {word: (float(weight), kind) for word, weight, kind in rows}


def words(text: str) -> Iterator[Word]:
    """The words of a run of folded Chinese characters: the likeliest way to take it apart."""
    known = _dictionary()
    best: list[tuple[float, int, str]] = [(0.0, 0, "")]
    for end in range(1, len(text) + 1):
        ways = []
        for start in range(max(0, end - LONGEST), end):
            found = known.get(text[start:end])
            if found or end - start == 1:
                weight, kind = found or (_UNKNOWN, "")
                ways.append((best[start][0] + weight - _ALL, start, kind))
        best.append(max(ways))
    yield from reversed(list(_path(best)))


def _path(best: list[tuple[float, int, str]]) -> Iterator[Word]:
    end = len(best) - 1
    while end:
        _, start, kind = best[end]
        yield Word(start, end, kind)
        end = start
