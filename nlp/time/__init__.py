"""Moments, dates, durations, periods and recurrences in English and Chinese: a deterministic grammar.

`find` gives the expressions in a text, `when` what the text as a whole says; both depend on nothing but
their arguments. A text becomes tokens (`lexer`), which rules turn into pieces (`rules_*`), which are joined
(`expression`, `finder`) and resolved from a point of view (`resolve`).
"""

from nlp.time.clock import Clock, DayParts, day_first
from nlp.time.found import Found, find, when

__all__ = ["Clock", "DayParts", "Found", "day_first", "find", "when"]
