"""Rules: a pattern over kinds of token (see `tokens`), and what the matched tokens mean."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from nlp.time.expression import Expression
from nlp.time.tokens import Phrase

Build = Callable[[Phrase], Expression | None]


class Rule(NamedTuple):
    """`pattern` begins with a kind or a class of kinds; `build` may refuse with None."""

    pattern: re.Pattern[str]
    build: Build


class Grammar:
    """Rules indexed by the kind they may begin with."""

    def __init__(self, rows: tuple[tuple[str, Build], ...]) -> None:
        self._rows: dict[str, list[tuple[str, Build]]] = {}
        for pattern, build in rows:
            for kind in _first_kinds(pattern):
                self._rows.setdefault(kind, []).append((pattern, build))
        self._compiled: dict[str, tuple[re.Pattern[str], list[Rule]]] = {}

    def match(self, kinds: str, position: int) -> list[tuple[int, Build]]:
        """Return the ends and builders of the rules that match at a position, the longest first."""
        kind = kinds[position]
        if kind not in self._rows:
            return []
        any_of_them, rules = self._of(kind)
        if not any_of_them.match(kinds, position):
            return []
        matches = ((rule.pattern.match(kinds, position), rule.build) for rule in rules)
        found = [(match.end(), build) for match, build in matches if match]
        return sorted(found, key=lambda pair: -pair[0])

    def _of(self, kind: str) -> tuple[re.Pattern[str], list[Rule]]:
        """The rules of a kind, compiled when it first occurs; most places hold nothing, and one pattern over all says so."""
        if kind not in self._compiled:
            rows = self._rows[kind]
            any_of_them = re.compile("|".join(f"(?:{pattern})" for pattern, _ in rows))
            self._compiled[kind] = any_of_them, [Rule(re.compile(p), build) for p, build in rows]
        return self._compiled[kind]


def _first_kinds(pattern: str) -> str:
    """Return the kinds that a pattern may begin with, which it names first, perhaps as (?=[...])."""
    pattern = pattern.removeprefix("(?=").removeprefix("\\")
    if pattern.startswith("["):
        return pattern[1 : pattern.index("]")]
    return pattern[0]
