"""Recognising typed pieces of a text: times, e-mail addresses, phone numbers, money, priorities."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import phonenumbers

from nlp import money
from nlp.time import Found
from nlp.time import find as find_times

_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_PHONE = re.compile(r"(?<![A-Za-z0-9_.])\+?\(?\d[\d\s()./-]{4,18}\d(?![A-Za-z0-9_])")
_PRIORITIES = (
    (
        "urgent",
        r"(?:(?:very|pretty|quite|really|so|super|rather) )?urgent(?:ly)?|asap|p1|critical|top priority|紧急|加急|十万火急|火急|特急|急急急|(?:很|挺|比较|非常|特别|好|超)急的?|(?<!着)急(?:件|单)|(?<=[ ,。])急(?=[!。 ]*$)",
    ),
    ("high", r"high[- ]priority|important|priority high|p2|高优先级|优先级高|高优先|重要(?!客户)|优先处理"),
    ("low", r"low[- ]priority|not urgent|no rush|whenever|p4|低优先级|优先级低|低优先|不急|不着急"),
    ("normal", r"normal[- ]priority|medium[- ]priority|p3|普通优先级|中优先级|优先级普通"),
)
_PRIORITY = re.compile(
    "|".join(
        f"(?P<{name}>(?<![a-z])(?:{words})(?![a-z]))"
        for name, words in sorted(_PRIORITIES, key=lambda p: p[0] != "low")
    )
)

# A time between these tells which thing is meant: "the friday report".
_OF_WHICH = re.compile(r"\b(?:the|a|an|our|my|his|her|their|your)\s$")
_PREPOSITION = re.compile(r"(?:about|for) (?=the )")
_NO_THING = re.compile(r"the (?:day|week|month|year)s? |the \d|the (?:first|last|second|third)\b")
_THING = re.compile(
    r"\s(?!(?:and|or|at|by|to|but|if|with|for|about|in|on|of|then|so|because|we|i|he|she|they|from|until|till|is|was)\b)[a-z]"
)


@dataclass(frozen=True)
class Span:
    """A typed piece of text: `value` is an expression of time or a normal form."""

    kind: str
    start: int
    end: int
    value: Any


def phone_value(said: str, country: str) -> str:
    """E.164 where the number is complete and possible in its country, else as said."""
    try:
        number = phonenumbers.parse(said, country)
    except phonenumbers.NumberParseException:
        return said.strip()
    if not phonenumbers.is_valid_number(number):
        return said.strip()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def recognise(text: str, folded: str, country: str) -> list[Span]:
    """All typed pieces, left to right, none overlapping: addresses and numbers go before times, times before words."""
    found = [Span("email", m.start(), m.end(), m[0]) for m in _EMAIL.finditer(text)]
    for m in _PHONE.finditer(text):
        digits = sum(c.isdigit() for c in m[0])
        if 7 <= digits <= 15 and not re.fullmatch(r"\s*\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.*", m[0]):
            found.append(Span("phone", m.start(), m.end(), phone_value(m[0], country)))
    taken = list(found)
    found += [
        Span("money", m.start, m.end, m.money) for m in money.find(folded) if _free(m.start, m.end, taken)
    ]
    taken = list(found)
    found += [
        Span(_time_kind(t), t.start, t.end, t) for t in find_times(text) if _free(t.start, t.end, taken)
    ]
    taken = list(found)
    for m in _PRIORITY.finditer(folded):
        if _free(m.start(), m.end(), taken):
            found.append(Span("priority", m.start(), m.end(), m.lastgroup))
    return sorted(found, key=lambda s: s.start)


def own_times(spans: Sequence[Span], folded: str) -> list[Span]:
    """Without the times that only tell which thing is meant, where another says when: "by thursday about the christmas mailing"."""
    of_things = [s for s in spans if s.kind == "time" and _tells_which(s, folded)]
    others = any(s.kind == "time" and s not in of_things for s in spans)
    return [s for s in spans if s not in of_things] if others else list(spans)


def _tells_which(span: Span, folded: str) -> bool:
    preposition = _PREPOSITION.match(folded, span.start)
    start = preposition.end() if preposition else span.start
    if _NO_THING.match(folded, start):
        return False
    named = folded.startswith("the ", start) or _OF_WHICH.search(folded[: span.start])
    return bool(named and _THING.match(folded[span.end :]))


def _time_kind(found: Found) -> str:
    return "duration" if found.kind == "duration" else "time"


def _free(start: int, end: int, taken: list[Span]) -> bool:
    return all(end <= s.start or start >= s.end for s in taken)
