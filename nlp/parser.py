"""The parser: a message in, readings out. It knows the commands' shapes and phrases, and nothing of what they do."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from nlp.clauses import Piece, pieces
from nlp.gate import RUN, Verdict, is_plain, weigh
from nlp.guesses import guesses
from nlp.names import looks_named, name_like
from nlp.phrases import Phrase, Sieve
from nlp.reading import Context, Parse, Reading, Said, Value
from nlp.shapes import Shape
from nlp.slots import TOLD_AS_PAST, complete
from nlp.spans import Span, own_times, recognise
from nlp.text import clean, detect, fold, has_cjk
from nlp.values import lookup
from nlp.view import View, views

LONGEST = 8000  # characters of one message that are read as commands
CUT = 3.0  # what another cut costs, in matched letters
MOST_PIECES = 8
DOUBTED = 0.6  # of a reading by phrases that leaves something out
COLON = 2.0  # letters that a colon after the words of a command counts for
POINTS = ("email", "phone")
_WHETHER = re.compile("是不是|是否")
# What may stand around an address that goes on with what was said of somebody.
_POINTED = re.compile(
    r"[\s,;.:]*(?:(?:and|his|her|their|the|is|address|e-?mail|mail|phone|mobile|cell|tel|number|[他她的是为]|邮箱|邮件|电邮|信箱|电话|手机号?|号码)[\s,;.:]*)*"
)
LIKELY = 0.6  # less than this, buttons about whoever is named serve better than a guess
_LOOKS = ("find", "contact.show", "company.show")  # what a name alone may be meant for
_LISTS = (".list", "report.show")
_POSSESSIVE = re.compile(r"(.+?)(?:'s|’s|的)\s*(?:\w+ ?){1,3}")
# What is told after it has its own times.
_BREAK = re.compile(r"[,;:.!?–—]| - |\b(?:said|says|told)\b|[说讲]|(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")


@dataclass(frozen=True)
class Candidate:
    """One command for one clause, and how much of the clause speaks for it."""

    said: Said
    score: float
    confidence: float
    start: int
    end: int


class Learned(Protocol):
    """What has learned to read: readings of a message, best first, with their probabilities."""

    def read(self, text: str, folded: str, spans: Sequence[Span], context: Context) -> Sequence[Reading]:
        """No commands in a reading mean that the message is none; no readings, that nothing was learned."""


@dataclass(frozen=True)
class Message:
    """A message with what was recognised in it."""

    text: str
    folded: str
    spans: Sequence[Span]
    context: Context
    phrases: Sequence[Phrase] = ()  # those that may fit some part of it


class Parser:
    """Reads messages by phrases and by what was learned; `shapes` are the commands that may be the outcome.

    `phrases` are their templates by language.
    """

    def __init__(
        self,
        shapes: Sequence[Shape],
        phrases: Mapping[str, Mapping[str, Sequence[str]]],
        learned: Learned | None = None,
    ) -> None:
        self.learned = learned
        self.shapes = {s.name: s for s in shapes}
        self._by_script = {False: Sieve(), True: Sieve()}
        for language, by_command in phrases.items():
            self._add(language != "en", by_command)

    def _add(self, chinese: bool, by_command: Mapping[str, Sequence[str]]) -> None:
        macros = {
            k.removeprefix("<").removesuffix(">"): fold(str(v))
            for k, v in by_command.items()
            if k.startswith("<")
        }
        known = {(p.command, p.template) for p in self._by_script[chinese].phrases}
        for command, templates in by_command.items():
            if command.startswith("<"):
                continue
            kinds = self.shapes[command].kinds if command in self.shapes else {}
            for template in templates:
                phrase = Phrase(command, _folded(template), kinds, macros, chinese)
                if (command, phrase.template) not in known:
                    self._by_script[chinese].phrases.append(phrase)

    def parse(self, text: str, context: Context, *, controls: bool = True) -> Parse:
        """What a message means. Never raises; a text too long to be commands is not understood.

        Without `controls` nothing is taken for a move in the conversation.
        """
        text = clean(text)
        lang = detect(text, context.lang)
        if not text or len(text) > LONGEST:
            return Parse(text, lang, "none")
        folded = fold(text)
        fitting = self._by_script[has_cjk(text)].fitting(folded)
        message = Message(text, folded, recognise(text, folded, context.country), context, fitting)
        if controls and (control := self._control(message)) is not None:
            return Parse(text, lang, "none", control=control[0], rest=control[1])
        by_phrases = self._by_phrases(message)
        if by_phrases is None and (name := self._looked_up(message)) is not None:
            return Parse(text, lang, "run", (Reading((name,), 0.95),))
        if by_phrases is not None and _leaves_money(message, by_phrases):
            by_phrases = replace(by_phrases, confidence=min(by_phrases.confidence, DOUBTED))
        plain = (by_phrases is not None and is_plain(by_phrases)) or _is_time(message)
        learned = () if plain else self._learned(message)
        verdict = weigh(by_phrases, learned, self.shapes, known=bool(learned) and bool(context.lookup(text)))
        if verdict.decision == "run" and (
            _asks_of_edit(message, verdict.readings[0]) or _lists_all_the_same(message, verdict.readings[0])
        ):
            verdict = replace(verdict, decision="ask")
        if by_phrases is None and _only_looks(verdict) and (name := self._sought(message)):
            return Parse(text, lang, "run", (Reading((name,), 0.9),))
        if verdict.decision == "none" or _passes_over(message, verdict.readings[0]):
            return self._unknown(message, lang, verdict.readings)
        others = guesses(self.shapes, text, context) if verdict.decision == "ask" else ()
        return Parse(
            text, lang, verdict.decision, (*verdict.readings, *others), impossible=_impossible(message)
        )

    def _learned(self, message: Message) -> list[Reading]:
        """What the learned reader says, but for what cannot be: a known customer is nobody on the team."""
        if self.learned is None:
            return []
        found = self.learned.read(message.text, message.folded, message.spans, message.context)
        return [r for r in found if not any(self._takes_for_member(c, message.context) for c in r.commands)]

    def _takes_for_member(self, said: Said, context: Context) -> bool:
        kinds = self.shapes[said.name].kinds if said.name in self.shapes else {}
        named = [str(value) for slot, value in said.slots.items() if kinds.get(slot) == "member"]
        known = [{k.kind for k in context.lookup(name) if k.end - k.start == len(name)} for name in named]
        return said.name.startswith("member.") and any(k and "member" not in k for k in known)

    def _by_phrases(self, message: Message) -> Reading | None:
        found = self._best(message)
        if not found:
            return None
        evidence = min(_evidence(c.said.rule, message.text) for c in found[0])
        share = evidence / max(_letters(message.text), 1.0)
        return Reading(tuple(c.said for c in found[0]), found[1], evidence, share)

    def _unknown(self, message: Message, lang: str, likely: Sequence[Reading]) -> Parse:
        finds = not likely or any(c.name in _LOOKS for r in likely for c in r.commands)
        if finds and (name := self._bare_name(message, known=False)) is not None:
            return Parse(message.text, lang, "run", (Reading((name,), 0.9),))
        alike = self._by_script[has_cjk(message.text)].phrases
        names = bool(message.context.lookup(message.text))
        others = guesses(self.shapes, message.text, message.context, alike) if names or not likely else likely
        return Parse(message.text, lang, "none", tuple(others))

    def _control(self, message: Message) -> tuple[str, str] | None:
        for clause in views(message.text, message.folded, 0, ()):
            for phrase in message.phrases:
                if phrase.command.startswith("control.") and (slots := phrase.match(clause.text)) is not None:
                    rest = clause.said(*slots["rest"]) if "rest" in slots else ""
                    return phrase.command.removeprefix("control."), rest
        return None

    def _looked_up(self, message: Message) -> Said | None:
        """A known name alone, an address, or what is somebody's: "Globex's buyer"."""
        owner = _POSSESSIVE.fullmatch(message.text.strip(" .!?。！？"))
        if owner and _covers(message.context, owner[1]) and "find" in self.shapes:
            return _found(owner[0])
        return self._bare_name(message, known=True)

    def _sought(self, message: Message) -> Said | None:
        """A name alone, or one word in letters that might be one: "zhangwei"."""
        word = message.text.isascii() and message.text.isalpha() and "find" in self.shapes
        return self._bare_name(message, known=False) or (_found(message.text) if word else None)

    def _bare_name(self, message: Message, *, known: bool) -> Said | None:
        """A name alone is looked up: one that is known or an address, else one that looks like a name."""
        said = message.text.strip(" .!?。！？")
        if [(s.kind, s.end - s.start) for s in message.spans] in (
            [("email", len(said))],
            [("phone", len(said))],
        ):
            return _found(said)
        whole = _covers(message.context, message.text.strip(" .!?。！？"))
        if "find" not in self.shapes or not (whole or (not known and name_like(said) and looks_named(said))):
            return None
        return _found(said)

    def _best(self, message: Message) -> tuple[list[Candidate], float] | None:
        """The cut of the message into clauses that the phrases speak for most (dynamic programming over the cuts)."""
        parts = pieces(message.folded)
        if len(parts) > MOST_PIECES:
            parts = [Piece(parts[0].start, parts[-1].end)]
        best: list[tuple[float, list[Candidate], int]] = [(0.0, [], 0)]
        for j in range(1, len(parts) + 1):
            best.append(
                max((self._extended(message, parts, best[i], i, j) for i in range(j)), key=lambda b: b[0])
            )
        score, commands, left = best[-1]
        if not commands or score <= 0:
            return None
        commands = [c for c in commands if not c.said.name.startswith("smalltalk.")] or commands[:1]
        confidence = min(c.confidence for c in commands) - (0.35 if left else 0)
        return commands, max(confidence, 0.1)

    def _extended(
        self,
        message: Message,
        parts: Sequence[Piece],
        before: tuple[float, list[Candidate], int],
        i: int,
        j: int,
    ) -> tuple[float, list[Candidate], int]:
        score, commands, left = before
        start, end = parts[i].start, parts[j - 1].end
        found = self._clause(message, start, end) or self._point(message, commands, start, end)
        if found is None:
            return score - _weight(message.folded[start:end]) / 2 - CUT, commands, left + 1
        return score + found.score - (CUT if commands else 0), [*commands, found], left

    def _point(self, message: Message, before: Sequence[Candidate], start: int, end: int) -> Candidate | None:
        """An address or number by itself, after somebody was named: it is that person's."""
        named = next((c.said.slots["contact"] for c in before if "contact" in c.said.slots), None)
        said = message.text[start:end].strip(" ,;.")
        span = next(
            (s for s in message.spans if s.start >= start and s.end <= end and s.kind in POINTS), None
        )
        if named is None or span is None or "contact.edit" not in self.shapes:
            return None
        if not _POINTED.fullmatch(message.folded[start : span.start] + message.folded[span.end : end]):
            return None
        slots = {"contact": named, "field": span.kind, "value": str(span.value)}
        return Candidate(Said("contact.edit", slots, {"value": said}), _weight(said), 0.95, start, end)

    def _clause(self, message: Message, start: int, end: int) -> Candidate | None:
        seen: dict[tuple[object, bool], list[View]] = {}
        words, folded = message.text[start:end], message.folded[start:end]
        inside = own_times([s for s in message.spans if s.start >= start and s.end <= end], message.folded)
        head = [s for s in inside if s.kind != "time" or not _BREAK.search(message.folded, start, s.start)]
        best: Candidate | None = None
        for phrase in message.phrases:
            shape = self.shapes.get(phrase.command)
            if shape is None or not phrase.may_fit(folded):
                continue
            past = shape.name in TOLD_AS_PAST
            heard = head if past else inside
            key = (phrase.pieces, past)
            if key not in seen:
                seen[key] = views(words, folded, start, heard, *phrase.pieces)
            for clause in seen[key]:
                if (places := phrase.match(clause.text)) is None:
                    continue
                found = self._candidate(message, shape, phrase, clause, places, heard, (start, end))
                if found and (best is None or found.score > best.score):
                    best = found
        return best

    def _candidate(
        self,
        message: Message,
        shape: Shape,
        phrase: Phrase,
        seen: View,
        places: dict[str, tuple[int, int]],
        inside: Sequence[Span],
        where: tuple[int, int],
    ) -> Candidate | None:
        if _cuts_name(message, seen.text, places):
            return None
        free = sum(_weight(seen.text[a:b]) for a, b in places.values())
        literal = _weight(seen.text) - free
        said = {slot: seen.said(*place) for slot, place in places.items()}
        done = complete(shape.kinds, shape.choices, phrase.implied, said, inside, message.context, shape.name)
        if done is None:
            return None
        slots, sources, doubt = done
        slots |= _told_status(shape, slots, _literal(seen, places))
        missing = sum(1 for s in shape.required if s not in slots)
        score = literal + 0.3 * free + 2.0 * len(slots) - 1.5 * missing - 6.0 * doubt
        command = Said(shape.name, slots, sources, _literal(seen, places))
        return Candidate(command, score, 0.98 - doubt, *where)


def _cuts_name(message: Message, text: str, places: Mapping[str, tuple[int, int]]) -> bool:
    """Whether a place begins or ends inside a name that is known: "Dental: it bounces" of "Hanse Dental: it bounces"."""
    edges = [edge for place in places.values() for edge in place]
    for known in message.context.lookup(message.text) if edges else ():
        at = text.find(message.folded[known.start : known.end])
        if at >= 0 and any(at < edge < at + known.end - known.start for edge in edges):
            return True
    return False


def _told_status(shape: Shape, slots: Mapping[str, Value], literal: str) -> dict[str, Value]:
    """What a list is narrowed to by a word of its phrase: "open tickets"."""
    kind = shape.kinds.get("status")
    if kind is None or "status" in slots or not shape.name.endswith(".list"):
        return {}
    found = next((v for word in literal.split() if (v := lookup(kind, word))), None)
    return {"status": found} if found else {}


def _is_time(message: Message) -> bool:
    """Whether nothing but a time is said: that answers or corrects something, and commands nothing."""
    times = [s for s in message.spans if s.kind in ("time", "duration")]
    return len(times) == 1 and times[0].end - times[0].start >= len(message.text.strip(" .!?。！？"))


def _leaves_money(message: Message, reading: Reading) -> bool:
    """Whether an amount was said that the reading makes no use of: more may be meant than it says."""
    notes = (c for c in reading.commands if c.slots.get("type") == "note")
    told = " ".join(str(c.slots.get("text", "")) for c in notes)  # a note keeps all the words
    left = [s for s in message.spans if s.kind == "money" and message.text[s.start : s.end] not in told]
    return bool(left) and not any("amount" in c.slots or "value" in c.slots for c in reading.commands)


def _only_looks(verdict: Verdict) -> bool:
    """Whether the best that was learned is to look something up: of a name alone that is what is meant."""
    best = verdict.readings[0].commands if verdict.readings else ()
    return verdict.decision == "ask" and [c.name in _LOOKS for c in best] == [True]


def _lists_all_the_same(message: Message, reading: Reading) -> bool:
    """Whether an amount was said that a list makes no use of: "deals over 10k" are not all deals."""
    return all(c.name.endswith(_LISTS) for c in reading.commands) and _leaves_money(message, reading)


def _asks_of_edit(message: Message, reading: Reading) -> bool:
    """Whether it may ask for what a reading takes for a change: 税号是不是123."""
    return bool(_WHETHER.search(message.folded)) and any(c.name.endswith(".edit") for c in reading.commands)


def _passes_over(message: Message, reading: Reading) -> bool:
    """Whether somebody known is named, and a reading by learning alone makes little of it, or only looks for something."""
    learned = all(c.rule == "learned" for c in reading.commands)
    lists = all(c.name.endswith(_LISTS) for c in reading.commands)
    if not learned and not lists:
        return False
    used = " ".join(w for c in reading.commands for w in c.sources.values())
    known = [message.text[k.start : k.end] for k in message.context.lookup(message.text)]
    unused = not any(name in used for name in known)
    looks = reading.confidence < RUN and all(c.name in _LOOKS for c in reading.commands)
    doubtful = looks or reading.confidence < LIKELY or unused
    return bool(known) and ((lists and unused) or (learned and doubtful))


def _found(words: str) -> Said:
    return Said("find", {"text": words}, {"text": words}, "")


def _covers(context: Context, words: str) -> bool:
    """Whether words are a known name and nothing else."""
    return any(k.end - k.start >= len(words) - 1 for k in context.lookup(words))


def _folded(template: str) -> str:
    words, arrow, implied = template.partition(" -> ")
    return fold(words) + arrow + implied


def _literal(seen: View, places: Mapping[str, tuple[int, int]]) -> str:
    """The words of a clause that are in no slot: those by which it was recognised."""
    kept, at = [], 0
    for start, end in sorted(places.values()):
        kept.append(seen.words[at:start])
        at = max(at, end)
    return " … ".join(w for w in (k.strip(" ,;:，。：") for k in (*kept, seen.words[at:])) if w)


def _impossible(message: Message) -> str | None:
    return next(
        (s.value.text for s in message.spans if s.kind == "time" and s.value.kind == "impossible"), None
    )


def _evidence(words: str, text: str) -> float:
    """The letters by which a command is known; a colon after them says that nothing but its contents follows."""
    told = text.startswith((f"{words}:", f"{words}：")) if words else False
    return _letters(words) + (COLON if told else 0.0)


def _letters(words: str) -> float:
    return sum(2.0 if has_cjk(c) else 1.0 for c in words if not c.isspace())


def _weight(text: str) -> float:
    """Letters, a Chinese character counting as much as a short word."""
    return sum(2.5 if "\u4e00" <= c <= "\u9fff" else 1.0 for c in text if not c.isspace())
