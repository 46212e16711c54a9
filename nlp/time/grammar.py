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
        self._rules: dict[str, list[Rule]] = {}
        for pattern, build in rows:
            for kind in _first_kinds(pattern):
                self._rules.setdefault(kind, []).append(Rule(re.compile(pattern), build))
        # Most places hold nothing: one pattern over all rules says so at once.
        self._any = {kind: _any_of(rules) for kind, rules in self._rules.items()}

    def match(self, kinds: str, position: int) -> list[tuple[int, Build]]:
        """Return the ends and builders of the rules that match at a position, the longest first."""
        kind = kinds[position]
        if kind not in self._any or not self._any[kind].match(kinds, position):
            return []
        matches = ((rule.pattern.match(kinds, position), rule.build) for rule in self._rules[kind])
        found = [(match.end(), build) for match, build in matches if match]
        return sorted(found, key=lambda pair: -pair[0])


def _any_of(rules: list[Rule]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{rule.pattern.pattern})" for rule in rules))


def _first_kinds(pattern: str) -> str:
    """Return the kinds that a pattern may begin with, which it names first, perhaps as (?=[...])."""
    pattern = pattern.removeprefix("(?=").removeprefix("\\")
    if pattern.startswith("["):
        return pattern[1 : pattern.index("]")]
    return pattern[0]
