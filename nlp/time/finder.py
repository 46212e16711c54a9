"""Finding expressions of time in a text."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from nlp.time.amounts import AMOUNT, AMOUNT_KINDS, SECONDS, amounts, seconds
from nlp.time.days import Day, DayOfMonth, NthDay, Numeric, Offset, Shifted, WeekdayNear, Yearly
from nlp.time.expression import Amount, Expression, join
from nlp.time.grammar import Grammar
from nlp.time.periods import Joined, Range
from nlp.time.recurrence import Repeat
from nlp.time.rules_answers import ANSWERS, RULES
from nlp.time.times import TimeOfDay
from nlp.time.tokens import Phrase, Token

_SENTENCE = Grammar(RULES)
_ANSWER = Grammar(ANSWERS)

_IDLE = frozenset("x.,-zqA*")  # kinds that begin no expression
_PREFIX = re.compile(r"(?:[iotbpfusvF]~?|~)Z?|Z")
_LINK = re.compile(r",?[iotbk~≈]{0,2}(?:(?<!~)Z)?-?")  # "thursday about the christmas mailing" is no one time
_DISTANCE = re.compile(rf"(?:>|[Ww][pb]|{AMOUNT}[pfbla])Z?")
_DISTANCE_KINDS = {*AMOUNT_KINDS, *">Ww"}
_AFTER_BASE = re.compile(rf"[la]k?{AMOUNT}")
_SUFFIX = re.compile(r"[≈las]{1,2}")
_COUNT = re.compile(r",?(?:FN[*×]|N\*)")
_UNTIL = re.compile(r",?[ub]Z?")
_FROM = re.compile(r",?[fsp]Z?")
_FOR = re.compile(rf",?F{AMOUNT}")
_TO = re.compile(r"[u-]Z?")
_AND = re.compile(r"[qu-]Z?")


@dataclass(frozen=True)
class Match:
    """An expression, the tokens from first to end (excluded), and the preposition before it, if it bounds."""

    expression: Expression
    first: int
    end: int
    bound: str = ""


class Scanner:
    """Reads expressions off the tokens of one text, each from a position on."""

    def __init__(self, tokens: list[Token], lang: str, *, whole: bool) -> None:
        self.tokens = tokens
        self.kinds = "".join(token.kind for token in tokens)
        self._grammar = _ANSWER if whole else _SENTENCE
        self._lang = lang
        # Places inside a word of two tokens, such as "eow", where no piece begins or ends; a timestamp is two.
        self._inside = {
            place
            for place, (one, other) in enumerate(pairwise(tokens), 1)
            if other.start < one.end and one.kind != "D"
        }

    def scan(self) -> list[Match]:
        """Return all expressions, from left to right, none overlapping."""
        matches, position = [], 0
        while position < len(self.kinds):
            idle = self.kinds[position] in _IDLE or position in self._inside
            match = None if idle else self._expression(position)
            if match:
                matches.append(match)
            position = match.end if match else position + 1
        return matches

    def _expression(self, position: int) -> Match | None:
        """Read an expression with the preposition before and the particle after it."""
        match = self._range(position, "") or self._after_prefix(position)
        if match is None:
            return None
        match = self._after_base(match)
        suffix = _SUFFIX.match(self.kinds, match.end)
        if suffix and match.expression.lapse is None:
            match = replace(match, end=suffix.end(), bound="s" if "s" in suffix[0] else match.bound)
        match = _since(match) if match.bound == "s" else match
        return self._bounded_repeat(match) if match.expression.repeat else match

    def _after_prefix(self, position: int) -> Match | None:
        prefix = _PREFIX.match(self.kinds, position)
        match = self._range(prefix.end(), prefix[0]) if prefix else None
        return replace(match, first=position, bound=prefix[0].strip("Z~")[:1]) if prefix and match else None

    def _range(self, position: int, prefix: str) -> Match | None:
        """Read "from Monday to Friday", "between 3 and 5 March", or what is no range."""
        first = self._joined(position)
        if first is None or first.expression.repeat:
            return first
        between = _AND if "v" in prefix else _TO
        link = between.match(self.kinds, first.end)
        if not link or (set("otb") & set(prefix)):
            return first
        last = self._joined(link.end())
        if not last:
            return first
        return _ranged(first, last) or first

    def _joined(self, position: int) -> Match | None:
        """Read one piece and all that joins it."""
        match = self._piece(position)
        while match:
            link = _LINK.match(self.kinds, match.end)
            start = link.end() if link else match.end
            piece = self._piece(start) or (self._piece(match.end) if start > match.end else None)
            expression = join(match.expression, piece.expression) if piece else None
            if piece is None or expression is None:
                return match
            match = Match(expression, position, piece.end)
        return None

    def _piece(self, position: int) -> Match | None:
        """Read the longest piece that a rule knows, or a distance from another day."""
        return self._distance(position) or self._rule(position)

    def _rule(self, position: int) -> Match | None:
        if position >= len(self.kinds):
            return None
        for end, build in self._grammar.match(self.kinds, position):
            expression = None if end in self._inside else build(Phrase(self.tokens[position:end]))
            if expression:
                return Match(self._ordered(expression), position, end)
        return None

    def _ordered(self, expression: Expression) -> Expression:
        """Fix the order of a numeric date in Chinese: 3/4 is 3月4日, but 3/4/2026 has its day first."""
        day = expression.day
        if self._lang.startswith("zh") and isinstance(day, Numeric) and day.order is None:
            return replace(expression, day=replace(day, order="day" if day.year else "month"))
        return expression

    def _distance(self, position: int) -> Match | None:
        """Read "three weeks after Christmas", "two days before the 5th", "an hour before noon"."""
        if self.kinds[position : position + 1] not in _DISTANCE_KINDS:
            return None
        distance = _DISTANCE.match(self.kinds, position)
        base = self._rule(distance.end()) if distance else None
        if not distance or not base:
            return None
        tokens = self.tokens[position : distance.end()]
        if distance[0][0] in "Ww":
            near = _weekday_near(tokens, base.expression)
            return Match(near, position, base.end) if near else None
        found = ((1, "day"),) if tokens[0].kind == ">" else amounts(tokens)
        sign = -1 if tokens[0].value == -1 or set("ba") & {token.kind for token in tokens} else 1
        expression = _moved(base.expression, found, sign)
        return Match(expression, position, base.end) if expression else None

    def _after_base(self, match: Match) -> Match:
        """Read 圣诞节后三天: a day and a distance from it."""
        after = _AFTER_BASE.match(self.kinds, match.end)
        if not after or not match.expression.day:
            return match
        found = amounts(self.tokens[match.end : after.end()])
        expression = _moved(match.expression, found, -1 if after[0][0] == "a" else 1)
        return replace(match, expression=expression, end=after.end()) if expression else match

    def _bounded_repeat(self, match: Match) -> Match:
        """Read the end, the start or the count of a recurrence: "every Monday until June, 10 times"."""
        while True:
            longer = self._count(match) or self._until(match) or self._from(match)
            if longer is None:
                return match
            match = longer

    def _count(self, match: Match) -> Match | None:
        count = _COUNT.match(self.kinds, match.end)
        repeat = match.expression.repeat
        if not count or not repeat or repeat.get("COUNT"):
            return None
        number = next(token.value for token in self.tokens[match.end :] if token.kind == "N")
        return _with_repeat(match, count.end(), repeat.with_parts(count=number))

    def _until(self, match: Match) -> Match | None:
        repeat = match.expression.repeat
        if repeat is None or repeat.end:
            return None
        if span := _FOR.match(self.kinds, match.end):
            found = amounts(self.tokens[match.end : span.end()])
            day = Offset(*found[0]) if found and found[0][1] not in SECONDS else None
            return _with_repeat(match, span.end(), replace(repeat, end=day)) if day else None
        last = self._bound(match, _UNTIL)
        return _with_repeat(match, last.end, replace(repeat, end=_last_day(last))) if last else None

    def _from(self, match: Match) -> Match | None:
        repeat = match.expression.repeat
        first = self._bound(match, _FROM)
        if repeat is None or repeat.start or not first:
            return None
        time = match.expression.time or first.expression.time
        moved = replace(match, expression=replace(match.expression, time=time))
        return _with_repeat(moved, first.end, replace(repeat, start=_first_day(first)))

    def _bound(self, match: Match, preposition: re.Pattern[str]) -> Match | None:
        link = preposition.match(self.kinds, match.end)
        bound = self._joined(link.end()) if link else None
        return bound if bound and (bound.expression.day or bound.expression.period) else None


def _ranged(first: Match, last: Match) -> Match | None:
    expression = _span(first.expression, last.expression)
    return Match(expression, first.first, last.end) if expression else None


def _weekday_near(tokens: list[Token], base: Expression) -> Expression | None:
    """Read "the Monday after Christmas"; "Tuesday before noon" is none."""
    if not isinstance(base.day, (Yearly, Numeric, DayOfMonth)) or base.time:
        return None
    return Expression(day=WeekdayNear(base.day, tokens[0].value, -1 if tokens[1].kind == "b" else 1))


def _since(match: Match) -> Match:
    """Read "since Monday" as the days from then to now."""
    expression = match.expression
    if not expression.day or expression.time or expression.period:
        return match
    return replace(match, expression=replace(expression, day=None, period=Range(expression.day, None)))


def _with_repeat(match: Match, end: int, repeat: Repeat) -> Match:
    return replace(match, expression=replace(match.expression, repeat=repeat), end=end)


def _first_day(match: Match) -> Day | None:
    expression = match.expression
    return expression.day or (NthDay(1, expression.period) if expression.period else None)


def _last_day(match: Match) -> Day | None:
    expression = match.expression
    return expression.day or (NthDay(-1, expression.period) if expression.period else None)


def _span(first: Expression, last: Expression) -> Expression | None:
    """Return the range between two expressions of the same sort; of two times it is the first."""
    if first.day and last.day:
        return replace(first, period=Range(first.day, last.day))
    if first.period and last.period:
        return Expression(period=Joined(first.period, last.period))
    if first.day and first.time and last.time and not last.day:
        return replace(first, time=_half_of(first.time, last.time))
    if first.time and last.time and not first.day:
        return replace(last, time=_half_of(first.time, last.time))
    return None


def _half_of(first: TimeOfDay, last: TimeOfDay) -> TimeOfDay:
    """Give "3 to 5pm" its half where the first has none of its own."""
    if first.half or last.half is None or first.hour is None or (last.hour or 0) < first.hour:
        return first
    return replace(first, half=last.half)


def _moved(base: Expression, found: tuple[Amount, ...], sign: int) -> Expression | None:
    """Return an expression moved by amounts of time: days move dates, hours move times."""
    if not found or base.repeat or base.period:
        return None
    if all(unit in SECONDS for _, unit in found):
        time = base.time and base.time.named_hour
        minutes = round(seconds(found) / 60) * sign
        return replace(base, time=time.shifted(minutes)) if time else None
    day = base.day
    for count, unit in found:
        day = Shifted(day, count * sign, unit) if day else None
    return replace(base, day=day) if day else None
