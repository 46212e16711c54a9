"""Messages as tokens: words in English, characters in Chinese, and each typed piece as one."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from nlp.data import read_yaml
from nlp.learned.words import words
from nlp.names import guess
from nlp.spans import Span
from nlp.text import has_cjk

_TOKEN = re.compile(
    r"[\u3400-\u4dbf\u4e00-\u9fff]|'(?:s|re|ve|ll|d|m|t)\b|n't\b|[^\W\d_]+?(?=n't\b)|[a-z]{1,5}\d[a-z\d]*(?![^\W\d_\u3400-\u4dbf\u4e00-\u9fff])|[^\W\d_\u3400-\u4dbf\u4e00-\u9fff]+|\d+|\S"
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]+")
_NO_PART = ("", "")
_CLASSES = Path(__file__).parents[1] / "wordclasses.yaml"
LONGEST_CLASS = 5  # characters of the longest Chinese word that has a class


class Token(NamedTuple):
    """A piece of a message at [start, end). `word` is folded, or the kind of a typed piece; `cls` its word class.

    A Chinese character knows the word it is `part` of, and its `place` there.
    """

    start: int
    end: int
    word: str
    shape: str
    cls: str = ""
    named: str = ""
    span: Span | None = None
    part: str = ""
    place: str = ""


@cache
def classes() -> Mapping[str, str]:
    """The class of each word that has one; the first class that lists it counts."""
    data: dict[str, str] = read_yaml(_CLASSES)
    found: dict[str, str] = {}
    for name, listed in data.items():
        for word in listed.split():
            found.setdefault(word, name)
    return found


def tokenize(text: str, folded: str, spans: Sequence[Span]) -> list[Token]:
    """The tokens of a message, left to right; typed pieces are not taken apart."""
    found: list[Token] = []
    at = 0
    for span in spans:
        found += _words(text, folded, at, span.start)
        found.append(Token(span.start, span.end, _kind(span), "span", span=span))
        at = span.end
    found += _words(text, folded, at, len(text))
    return _marked(text, folded, found)


def said(folded: str, tokens: Sequence[Token]) -> list[str]:
    """The words of each token, with what stands between it and the one before."""
    return [folded[a:b] for a, b in pairwise([0, *(t.end for t in tokens)])]


def _kind(span: Span) -> str:
    return f"<{span.kind}:{span.value.kind}>" if span.kind == "time" else f"<{span.kind}>"


def _words(text: str, folded: str, start: int, end: int) -> list[Token]:
    return [
        Token(m.start(), m.end(), m[0], _shape(text[m.start() : m.end()]))
        for m in _TOKEN.finditer(folded, start, end)
    ]


def _shape(word: str) -> str:
    if word.isdigit():
        return f"digits{min(len(word), 5)}"
    if not word[0].isalpha():
        return word[0]
    if has_cjk(word):
        return "han"
    if word.isupper():
        return "upper" if len(word) > 1 else "letter"
    return "title" if word[0].isupper() else "lower"


def _marked(text: str, folded: str, tokens: Sequence[Token]) -> list[Token]:
    """With the classes of words, the looks of names, and the words that characters are parts of."""
    by_place = _classed(folded, tokens)
    names, parts = _names(text), dict(_parts(folded))
    return [
        t._replace(cls=by_place.get(t.start, ""), named=names.get(t.start, ""), part=part, place=place)
        for t in tokens
        for part, place in (parts.get(t.start, _NO_PART),)
    ]


def _parts(folded: str) -> Iterator[tuple[int, tuple[str, str]]]:
    """Where each Chinese character stands: the word it is part of; where in it, and of what kind that is."""
    for run in _CHINESE.finditer(folded):
        for word in words(run[0]):
            said = run[0][word.start : word.end]
            for at in range(word.start, word.end):
                where = "first" if at == word.start else "last" if at == word.end - 1 else "within"
                yield run.start() + at, (said, f"{where if len(said) > 1 else 'alone'} {word.kind}")


def _classed(folded: str, tokens: Sequence[Token]) -> dict[int, str]:
    known, found = classes(), dict[int, str]()
    for token in tokens:
        if token.shape != "han":
            found.setdefault(token.start, known.get(token.word, ""))
            continue
        for length in range(LONGEST_CLASS, 0, -1):
            name = known.get(folded[token.start : token.start + length])
            if name:
                for at in range(token.start, token.start + length):
                    if not found.get(at):
                        found[at] = name
                break
    return found


def _names(text: str) -> dict[int, str]:
    found: dict[int, str] = {}
    for name in guess(text):
        for at in range(name.start, name.end):
            found.setdefault(at, f"{name.kind}{'+' if at > name.start else ''}")
    return found
