"""The public face: expressions of time found in a text, and their meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from nlp.time import resolve
from nlp.time.clock import Clock, View
from nlp.time.days import Numeric
from nlp.time.expression import Expression
from nlp.time.finder import Match, Scanner
from nlp.time.lexer import tokenize
from nlp.time.tokens import Token


@dataclass(frozen=True)
class Found:
    """One expression of time in a text, at the code points [start, end), its preposition or particle included.

    `kind` is "moment" (a time of day was said), "date", "period", "repeat", "duration" or "impossible" (a date
    or time that does not exist, as 30 February). `ambiguous` holds the two readings of a numeric date whose
    order is in doubt, day first, then month first; else it is empty.
    """

    start: int
    end: int
    text: str
    kind: str
    ambiguous: tuple[Found, ...] = ()
    _expression: Expression = field(default_factory=Expression, repr=False)
    _bound: str = field(default="", repr=False)

    def when(self, clock: Clock, *, past: bool = False) -> datetime | date | None:
        """Return an aware moment where a time of day was said, else a date; None for what is only a period."""
        return resolve.when(self._expression, View(clock, past=past))

    def closing(self, clock: Clock) -> date | None:
        """Return the last day of a named period ("in June": 30 June, the next one), else the date itself."""
        return resolve.closing(self._expression, View(clock))

    def period(self, clock: Clock, *, past: bool = True) -> tuple[date, date] | None:
        """Return the first day and the day after the last; a date is its one day."""
        return resolve.period(self._expression, self._bound, View(clock, past=past))

    @property
    def repeat(self) -> str | None:
        """The RRULE value, without a time of day and without an end that depends on today (see `rule`)."""
        repeat = self._expression.repeat
        return repeat.rule if repeat else None

    def rule(self, clock: Clock) -> str | None:
        """Return the RRULE value with UNTIL where a last day was said ("every Monday until June")."""
        return resolve.repeat_rule(self._expression, View(clock))


def find(text: str, lang: str | None = None, *, whole: bool = False) -> list[Found]:
    """Find the expressions of time in `text`, left to right, none overlapping.

    `lang` ("en", "zh-Hans", "zh-Hant") settles the order of numeric dates, else the script of the text does.
    With `whole` the text is an answer to "When?", so that bare numbers and doubtful words are read as well.
    """
    tokens = tokenize(text)
    scanner = Scanner(tokens, lang or _language(text), whole=whole)
    return [_found(text, tokens, match) for match in scanner.scan()]


_HAN = re.compile("[\u4e00-\u9fff]")


def _language(text: str) -> str:
    return "zh" if _HAN.search(text) else "en"


def _found(text: str, tokens: list[Token], match: Match) -> Found:
    start, end = tokens[match.first].start, tokens[match.end - 1].end
    expression = match.expression
    found = Found(start, end, text[start:end], resolve.kind(expression), (), expression, match.bound)
    day = expression.day
    if isinstance(day, Numeric) and day.doubtful:
        readings = (
            replace(found, _expression=replace(expression, day=replace(day, order=o)))
            for o in ("day", "month")
        )
        return replace(found, ambiguous=tuple(readings))
    return found


def when(text: str, clock: Clock, lang: str | None = None) -> dict[str, Any]:
    """Return what `parley when` prints: "text", "when", "period" ("START/END", END excluded), "repeat", "span"."""
    found = _best(text, lang)
    result: dict[str, Any] = {"text": text, "when": None, "period": None, "repeat": None, "span": None}
    if found is None:
        return result
    at = found.when(clock)
    span = found.period(clock) if found.kind == "period" else None
    return result | {
        "when": at.isoformat() if at else None,
        "period": f"{span[0]}/{span[1]}" if span else None,
        "repeat": found.rule(clock),
        "span": [found.start, found.end],
    }


_RANK = {"repeat": 4, "moment": 3, "date": 2, "period": 1, "duration": 1, "impossible": 0}
_LONGEST_ANSWER = 200  # characters; what is longer is no one-line answer
_FILLER = re.compile(r"[\s\W_]*")


def _best(text: str, lang: str | None) -> Found | None:
    """Return the reading of the whole text as an answer, else the one that says most in the sentence."""
    answers = find(text, lang, whole=True) if len(text) <= _LONGEST_ANSWER else []
    if len(answers) == 1 and _FILLER.fullmatch(text[: answers[0].start] + text[answers[0].end :]):
        return answers[0]
    found = find(text, lang)
    return max(found, key=lambda one: (_RANK[one.kind], one.end - one.start), default=None)
