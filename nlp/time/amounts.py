"""Amounts of time: "two and a half hours", 一天半, "an hour and 20 minutes"."""

from __future__ import annotations

from nlp.time.days import Offset
from nlp.time.expression import Amount, Expression
from nlp.time.tokens import Token

_ONE = r"(?:n?[NnP]h?[UVQB2]h?|[Nn]qnh[UV]|n?h[nk]?[UVQ]|[Nn]?Qkn[UV])"
AMOUNT = rf"(?:{_ONE}(?:qnh)?(?:[q,]?{_ONE}){{0,3}})"  # bounded, so that no text costs more than its length
AMOUNT_KINDS = "NnPhQ"  # what an amount may begin with

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "quarter_hour": 900}


def amounts(tokens: list[Token]) -> tuple[Amount, ...]:
    """Read counts with their units."""
    found: list[Amount] = []
    count: float | None = None
    for token in tokens:
        if token.kind in "UVQB2":
            found.append(_unit(count, token))
            count = None
        elif token.kind == "h" and count is None and found:
            found[-1] = (found[-1][0] + 0.5, found[-1][1])
        else:
            count = _count(count, token)
    return _quarter_hours(tokens, tuple(found))


def _count(count: float | None, token: Token) -> float | None:
    """Return the count with one more token read; "a" counts only where nothing else does."""
    if token.kind == "h":
        return (count or 0) + 0.5
    if token.kind in "NP":
        number: float = token.value[0] if token.kind == "P" else token.value
        return number
    return token.value if token.kind == "n" and count is None and token.value > 1 else count


def _unit(count: float | None, token: Token) -> Amount:
    unit = {"Q": "quarter", "2": "second"}.get(token.kind, token.value)
    return (1 if count is None else count, unit)


def _quarter_hours(tokens: list[Token], found: tuple[Amount, ...]) -> tuple[Amount, ...]:
    """Read "three quarters of an hour" as minutes."""
    kinds = "".join(token.kind for token in tokens)
    if "Qkn" not in kinds or len(found) < 2:
        return found
    return ((found[0][0] * 15, "minute"),)


def seconds(found: tuple[Amount, ...]) -> float:
    """Return the part in clock units, in seconds."""
    return sum(count * SECONDS[unit] for count, unit in found if unit in SECONDS)


def calendar(found: tuple[Amount, ...]) -> tuple[Amount, ...]:
    """Return the part in calendar units; half a day alone counts as twelve hours elsewhere."""
    return tuple((count, unit) for count, unit in found if unit not in SECONDS)


def from_now(found: tuple[Amount, ...], sign: int) -> Expression:
    """Return the moment (clock units) or the date (calendar units) that far from now."""
    if any(unit in SECONDS for _, unit in found):
        return Expression(lapse=seconds(found) * sign, duration=(), day=_shifts(calendar(found), sign))
    if len(found) == 1 and found[0] == (0.5, "day"):
        return Expression(lapse=12 * 3600 * sign)
    return Expression(day=_shifts(found, sign))


def _shifts(found: tuple[Amount, ...], sign: int) -> Offset | None:
    if not found:
        return None
    day = Offset(found[0][0] * sign, found[0][1])
    for count, unit in found[1:]:
        day = Offset(count * sign, unit, base=day)
    return day
