"""Tokens: what the words about time are, whatever their language. A kind is one character, so that the
grammar can be regular expressions over kinds.

    N number   n a, an, 三个      O ordinal in digits   1 ordinal in words   2 "second"  h half      Q quarter
    V second, minute, hour  U day to decade         B working day
    W weekday  w doubtful weekday ("sat")           M month     m doubtful month ("may")   J month and name ("june")    L lunar month
    d day of the month (5号)  Y year    I quarter by number     ½ half-year by number
    D numeric date  P pair of numbers ("5.12")      8 eight digits of a date     C clock     c doubtful clock (一点)     X o'clock   A am, pm
    T today …  G part of the day   Γ part or greeting ("morning")   g doubtful part (早)         H holiday
    R this, next, last      e end, start, middle of             E every     K daily …   * times   × times (次)
    ! at once  ¡ doubtful "now"    ? soon                       + the next day   > the day after …   = same time
    i in   » within the next   o on   t at   b by   p after   f from   u to   v between   s since   l later   a ago
    k of   q and   j past   Z the   ~ around, about   ≈ 左右, 起   S time zone       z small word
    , comma   - dash   . end of a clause   x anything else
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Token(NamedTuple):
    """A word about time: its kind (one character), what it stands for, and where it is."""

    kind: str
    value: Any
    start: int
    end: int


class Phrase:
    """The tokens that a rule has matched."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens

    def get(self, kinds: str, default: Any = None) -> Any:
        """Return the value of the first token of one of the kinds."""
        return next((token.value for token in self.tokens if token.kind in kinds), default)

    def all(self, kinds: str) -> list[Any]:
        """Return the values of all tokens of the kinds, in order."""
        return [token.value for token in self.tokens if token.kind in kinds]

    def __contains__(self, kind: str) -> bool:
        return any(token.kind == kind for token in self.tokens)
