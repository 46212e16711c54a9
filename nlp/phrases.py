"""Sentence templates: `(this|that)`, `[optional]`, `{slot}` and `<macro>`, compiled to patterns over folded text.

A template may end in ` -> slot: value; slot: value` for what it implies.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from nlp.names import CHINESE_JOB, CHINESE_PERSON

SPAN = {
    "time": "\ue000",
    "duration": "\ue005",
    "email": "\ue001",
    "phone": "\ue002",
    "money": "\ue003",
    "priority": "\ue004",
}
TYPED = {
    "moment": ("time",),
    "delay": ("time", "duration"),
    "due": ("time",),
    "period": ("time",),
    "repeat": ("time",),
    "email": ("email",),
    "phone": ("phone",),
    "priority": ("priority",),
    "amount": ("money",),
}
_ANY = "".join(SPAN.values())
_PIECE = re.compile(
    r"\{(?P<slot>\w+)\}|<(?P<macro>\w+)>|(?P<open>[\[(])|(?P<close>[\])])(?P<times>[*+?]?)|(?P<bar>\|)"
    r"|(?P<blank>(?<=[|\[(])\s+(?=[|\])]))|(?P<space>\s+)|(?P<word>[^\s\[\]()|{}<>]+)"
)
_FLAT = re.compile(r"[\[(]([^\[\](){}<>]*)[\])]")
CHINESE = {
    "member": CHINESE_PERSON,
    "colleague": CHINESE_PERSON,
    "mate": CHINESE_PERSON,
    "job_title": CHINESE_JOB,
}
# A slot begins and ends where a Latin word does; Chinese characters are words by themselves.
_BEGIN, _END = r"(?<![a-z0-9](?=[a-z0-9]))", r"(?!(?<=[a-z0-9])[a-z0-9])"
Needs = list[frozenset[str]]  # of each set one word must occur
_FREE = {"text", "title", "value", "topic"}


# What may stand at a place that is not of one kind of slot.
_AT_PLACE = {
    "whose": r"(?:her|his|their|its)",
    "goods": rf"(?:\d|{SPAN['money']}|an? dozen|a few)[^,;\n]{{1,120}}?",
    "verbal": r"(?:likes|liked|wants|needs|prefers|hates|loves|loved|asked|said|says|confirmed|accepts|accepted|agreed|agrees|promised|mentioned|thinks|approved|complained|decided|would like|is|has|will|won't|can't|doesn't|does not|不?喜欢|不?想|要|需要|说|问|同意|希望|觉得|偏好|讨厌).{1,400}?",
    "aside": r"(?:at|in|during|over) (?:the|a|an|our|his|her|their) .{1,200}?",
    "act": rf"(?:(?:call|ring|phone|e-?mail|text|message|write to|visit|follow up with|check in with|get back to|chase|nudge|ping|call back) (?!(?:me|us|you)\b)[^{_ANY}]{{1,200}}?|(?:给|跟|和|找|约|催|联系|回复|拜访|去见|通知)(?!.*[了过])[^{_ANY}]{{1,80}}?)",
    "dialled": r"\+?\d[\d ()-]{5,18}\d",
    "handle": r"(?:微信号?|line|qq|whatsapp|telegram|skype) ?(?:id|号)? ?[是:]? ?[a-z0-9][a-z0-9_.-]{2,30}",
    "number": r"(?:no\.? ?|#)?\d{1,9}",
}


def _slot_pattern(kind: str) -> str:
    if kind in TYPED:
        return f"[{''.join(SPAN[k] for k in TYPED[kind])}]+"
    if kind in _FREE:
        return r".{1,6000}?"
    return _AT_PLACE.get(kind) or rf"[^\n,;?!:{_ANY}]{{1,60}}?"


@dataclass
class _Compiler:
    kinds: Mapping[str, str]
    macros: Mapping[str, str]
    chinese: bool
    groups: list[str] = field(default_factory=list)

    def compile(self, template: str) -> str:
        out: list[str] = []
        gap = False
        for piece in _PIECE.finditer(_longest_first(template)):
            if piece["space"]:
                gap = True
                continue
            if gap:
                out.append(self._gap(out, piece))
            gap = False
            out.append(self._piece(piece))
        return "".join(out)

    def _gap(self, out: list[str], piece: re.Match[str]) -> str:
        """Spaces beside brackets and in Chinese may be left out; between English words they must be there."""
        before = out[-1] if out else ""
        firm = piece["word"] or piece["slot"]
        if self.chinese or not firm or before.endswith(("?", "(?:", "|", "+")):
            return r"\s*"
        return r"\s+"

    def _piece(self, piece: re.Match[str]) -> str:
        if slot := piece["slot"]:
            self.groups.append(slot)
            kind = self.kinds.get(slot, slot)
            pattern = (CHINESE.get(kind) if self.chinese else None) or _slot_pattern(kind)
            return rf"{_BEGIN}(?P<g{len(self.groups) - 1}>{pattern}){_END}"
        if macro := piece["macro"]:
            return f"(?:{self.compile(self.macros[macro])})"
        if piece["open"]:
            return "(?:"
        if piece["close"]:
            return ")" + _repetition(piece["close"], piece["times"])
        if piece["bar"]:
            return "|"
        return r"\s" if piece["blank"] else re.escape(piece["word"])


def _needs(template: str, macros: Mapping[str, str]) -> Needs:
    return _needed(_PIECE.finditer(template), macros)[0]


def _needed(pieces: Iterator[re.Match[str]], macros: Mapping[str, str]) -> tuple[Needs, bool]:
    """What a template needs up to the bracket that closes it, and whether that bracket may be left out."""
    ways: list[Needs] = [[]]
    for piece in pieces:
        if piece["word"]:
            ways[-1].append(frozenset({piece["word"]}))
        elif piece["macro"]:
            ways[-1] += _needs(macros[piece["macro"]], macros)
        elif piece["open"]:
            inner, optional = _needed(pieces, macros)
            ways[-1] += [] if optional else inner
        elif piece["bar"]:
            ways.append([])
        elif piece["close"]:
            return _common(ways), piece["close"] == "]" or piece["times"] in ("*", "?")
    return _common(ways), False


def _common(ways: Sequence[Needs]) -> Needs:
    """What all ways need together: of one way everything, of several one thing of each, and nothing if one needs nothing."""
    if len(ways) == 1:
        return ways[0]
    return [frozenset().union(*(max(way, key=_telling) for way in ways))] if all(ways) else []


def _telling(need: frozenset[str]) -> int:
    """How seldom a text has one of the words: the letters of the shortest, of which a Chinese one counts three."""
    return min(len(word.encode()) for word in need)


def _longest_first(template: str) -> str:
    """Alternatives by length, so that what is taken without going back is the longest."""

    def ordered(group: re.Match[str]) -> str:
        parts = sorted(group[1].split("|"), key=len, reverse=True)
        return group[0][0] + "|".join(parts) + group[0][-1]

    return _FLAT.sub(ordered, template)


def _repetition(bracket: str, times: str) -> str:
    """Repetitions never go back (possessive), so that no text makes them slow."""
    if times in ("*", "+"):
        return times + "+"
    return "?" if bracket == "]" or times == "?" else ""


class Sieve:
    """Phrases in the order in which they were given, sifted by the words without which they fit no text."""

    def __init__(self) -> None:
        self.phrases: list[Phrase] = []

    @cached_property
    def _by_letter(self) -> dict[str, dict[str, list[int]]]:
        """The places of the phrases by the word that they need most, and these by their first letters."""
        found: dict[str, dict[str, list[int]]] = {}
        for place, phrase in enumerate(self.phrases):
            for word in phrase.needs[0] if phrase.needs else ("",):
                found.setdefault(word[:1], {}).setdefault(word, []).append(place)
        return found

    def fitting(self, text: str) -> list["Phrase"]:
        """The phrases that may fit some part of a folded text: a cheap look before the patterns."""
        words = [self._by_letter.get(letter, {}) for letter in {"", *text}]
        places = {p for group in words for word, some in group.items() if word in text for p in some}
        return [phrase for place in sorted(places) if (phrase := self.phrases[place]).may_fit(text)]


@dataclass(frozen=True)
class Phrase:
    """One template of a command; `kinds` are the kinds of its command's slots."""

    command: str
    template: str
    kinds: Mapping[str, str]
    macros: Mapping[str, str]
    chinese: bool = False

    @cached_property
    def _parts(self) -> tuple[re.Pattern[str], list[str], dict[str, str]]:
        words, _, implied = self.template.partition(" -> ")
        compiler = _Compiler(self.kinds, self.macros, self.chinese)
        pattern = re.compile(compiler.compile(words.strip()), re.DOTALL)
        pairs = (p.partition(":") for p in implied.split(";") if p.strip())
        return pattern, compiler.groups, {k.strip(): v.strip() for k, _, v in pairs}

    @cached_property
    def needs(self) -> tuple[frozenset[str], ...]:
        """Sets of words of each of which one must occur in any text that fits, the most telling first."""
        found = _needs(self.template.partition(" -> ")[0], self.macros)
        return tuple(sorted(set(found), key=_telling, reverse=True))

    def may_fit(self, text: str) -> bool:
        """Whether a folded text has the words without which nothing fits."""
        for need in self.needs:  # plain loops: this is asked hundreds of times of each message
            for word in need:
                if word in text:
                    break
            else:
                return False
        return True

    @property
    def implied(self) -> dict[str, str]:
        """Slots that the template fills by being said at all."""
        return self._parts[2]

    @cached_property
    def pieces(self) -> tuple[frozenset[str], frozenset[str]]:
        """The kinds of typed pieces that the command takes wherever they stand, and those that the template places."""
        typed = [(slot, kind) for slot, k in self.kinds.items() for kind in TYPED.get(k, ())]
        placed = {kind for slot, kind in typed if "{" + slot + "}" in self.template}
        placed |= {kind for kind in TYPED["moment"] if "{moment}" in self.template}  # the value of an edit
        return frozenset({kind for _, kind in typed} - placed), frozenset(placed)

    def match(self, text: str) -> "dict[str, tuple[int, int]] | None":
        """The places of the slots when the whole of `text` (folded) fits; None otherwise."""
        pattern, groups, _ = self._parts
        found = pattern.fullmatch(text)
        if found is None:
            return None
        return {slot: found.span(f"g{i}") for i, slot in enumerate(groups) if found.span(f"g{i}") != (-1, -1)}

    @cached_property
    def skeleton(self) -> str:
        """The literal words alone: what guesses are compared with."""
        words = self.template.partition(" -> ")[0]
        return " ".join(re.sub(r"\{\w+\}|<\w+>|[\[\]()|*+?]", " ", words).split())
