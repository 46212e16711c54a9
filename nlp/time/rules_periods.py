"""Rules for periods and durations."""

from __future__ import annotations

from nlp.time.amounts import AMOUNT, SECONDS, amounts
from nlp.time.days import Year
from nlp.time.expression import Expression
from nlp.time.grammar import Build
from nlp.time.periods import Part, Rolling, Unit
from nlp.time.rules_dates import TOWARD
from nlp.time.rules_times import CLEAN
from nlp.time.tokens import Phrase

_OFFSETS = {"coming": 1, "past": -1}
_THIS_YEAR = Year(0, relative=True)


def _relative(phrase: Phrase) -> Expression | None:
    """Read "next week", 上个月, "this past quarter"."""
    offset = phrase.get("Rj")
    unit = phrase.get("U") or ("quarter" if "Q" in phrase else "half")
    if offset in ("coming", "past") and unit != "weekend":
        return Expression(period=Rolling(_OFFSETS[offset], unit))
    if unit == "day":
        return None
    return Expression(period=Unit(unit, _OFFSETS.get(offset, offset)))


def _rolling(phrase: Phrase) -> Expression | None:
    """Read "the last 30 days", 未来两周."""
    sign = {"coming": 1, "past": -1, "a": -1}.get(phrase.get("Rj", "a"), phrase.get("Rj", -1))
    found = amounts(phrase.tokens)
    if sign not in (1, -1) or len(found) != 1:
        return None
    count, unit = found[0]
    if unit in SECONDS:
        return _rolling_hours(count * SECONDS[unit] * sign)
    return Expression(period=Rolling(count * sign, unit))


def _rolling_hours(seconds: float) -> Expression:
    """Read "the next two hours" as the moment they end, "the last 24 hours" as the days they touch."""
    if seconds > 0:
        return Expression(lapse=seconds)
    return Expression(period=Rolling(seconds // 86400 - 1, "day"))


def named_month(phrase: Phrase) -> Expression | None:
    """Read "June", "June 2020", "this June"."""
    direction = phrase.get("Rj", 0)
    toward = TOWARD.get(direction, direction if direction in (1, -1) else 0)
    if phrase.get("MmJ") > 12:
        return None
    return Expression(period=Part("month", phrase.get("MmJ"), phrase.get("Y"), toward))


def _quarter(phrase: Phrase) -> Expression | None:
    n = phrase.get("I") or phrase.get("O12")
    return Expression(period=Part("quarter", n, phrase.get("Y"))) if n in range(1, 5) else None


def _half(phrase: Phrase) -> Expression | None:
    """Read 上半年, "H1 2026": without a year it is of this one."""
    n = phrase.get("½", (phrase.get("12O"), None))[0]
    if n not in (1, 2):
        return None
    return Expression(period=Part("half", n, phrase.get("Y") or _THIS_YEAR))


def whole_year(phrase: Phrase) -> Expression:
    """Read "in 2026"."""
    return Expression(period=phrase.get("Y"))


def _this_unit(phrase: Phrase) -> Expression:
    """Read "of the month", "the weekend"."""
    return Expression(period=Unit(phrase.get("U") or "quarter", 0))


def _weekend(phrase: Phrase) -> Expression | None:
    return _this_unit(phrase) if phrase.get("U") == "weekend" else None


def _relative_year(phrase: Phrase) -> Expression | None:
    return whole_year(phrase) if phrase.get("Y").relative else None


def _duration(phrase: Phrase) -> Expression | None:
    found = amounts(phrase.tokens)
    return Expression(duration=found) if found else None


PERIODS: tuple[tuple[str, Build], ...] = (
    ("[Rj][UQ]", _relative),
    ("Rh", _relative),
    (rf"[Rj]n?{AMOUNT}", _rolling),
    (rf"»{AMOUNT}", _rolling),
    (r"a[Nnh]h?[UV]", _rolling),
    (r"M(?:,?k?Y)?", named_month),
    (r"[mJ],?k?Y", named_month),
    (r"[mJ](?<=[iobfuskvpF][mJ])", named_month),
    (r"[mJ](?=[u-][MmJ])", named_month),
    (r"[mJ](?<=[u-][mJ])", named_month),
    (r"R[MmJ]", named_month),
    (r"Yk?[MmJ]", named_month),
    (r"I(?:,?k?Y)?", _quarter),
    (r"Yk?I", _quarter),
    (r"[O12]Q(?:k?Y)?", _quarter),
    (r"½(?:k?Y)?", _half),
    (r"Yk?½", _half),
    (r"[O12]hkZ?(?:Y|U)", _half),
    (r"Y(?<=[iobfuskv]Y)", whole_year),
    (r"Y", _relative_year),
    (r"U", _weekend),
    (r"kZ[UQ](?<=[O12WhB]kZ[UQ])", _this_unit),
    (rf"F{AMOUNT}{CLEAN}", _duration),
    (rf"(?=[Nnh]){AMOUNT}(?!k){CLEAN}", _duration),
)  # fmt: skip
