"""More sentences out of those there are: joined messages, other names, other cases, slips of the finger."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from nlp.learned.corpus import Mark, Part, Sentence
from nlp.learned.examples import NAMES
from nlp.learned.invent import Inventor
from nlp.learned.spoken import said_for
from nlp.pronouns import is_pronoun
from nlp.text import fold

_JOINTS = {
    "en": (", ", ". ", " and ", ", and ", ", also ", ". also ", "; ", " and then ", " - ", ", then ", "! ", ". And ", "\n", " plus "),
    "zh": (",", "。", ",", ",然后", ",另外", ",顺便", ",再", ";", ",还有", " ", "\n", "。另外", ",并", "!"),
}  # fmt: skip
_BEFORE = {
    "en": ("please ", "pls ", "can you ", "could you ", "hey, ", "ok ", "so ", "hi, ", "morning, ", "kindly ", "ok so ", "hey parley ", "fyi ", "just "),
    "zh": ("请", "麻烦", "帮我", "帮忙", "麻烦你", "那个,", "你好,", "对了,", "嗯,", "好,", "早,", "刚才说的,"),
}  # fmt: skip
_SELF = frozenset("me i my mine us we myself 我 我的 自己 我自己 本人 nobody everyone everybody the".split())
_FREE = frozenset({"title", "text", "items", "reason", "filter", "segment", "task", "reminder"})
_THINGS = frozenset(
    {"deal", "order", "ticket", "task", "reminder", "campaign", "activity", "rule", "segment", "value"}
)
PEOPLE = NAMES
RENAMED = 0.65  # how often a sentence gets other names
SWAPPED = 0.35  # and, if so, its free text that of another
_AFTER = {
    "en": (" please", " pls", ", thanks", " thx", "!", "!!", ".", "?", " asap", " ok", ", cheers", "..."),
    "zh": (",谢谢", "。", "!", "哈", "吧", "了", "呢", ",辛苦", "哦", "~"),
}  # fmt: skip


def _script(lang: str) -> str:
    return "en" if lang == "en" else "zh"


class Augmenter:
    """Varies sentences; the same `seed` gives the same ones."""

    def __init__(self, sentences: Sequence[Sentence], seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - to vary, not to guard
        self.single: dict[str, list[Sentence]] = {}
        self.inventor = Inventor(self.random)
        self.names: dict[str, set[str]] = {}
        self.said: dict[tuple[str, str, str], list[str]] = {}
        self.fillers: dict[tuple[str, str, str], list[str]] = {}
        for sentence in sentences:
            if len(sentence.parts) == 1:
                self.single.setdefault(sentence.lang, []).append(sentence)
            for part in sentence.parts:
                for mark in part.marks:
                    self._keep(_script(sentence.lang), part, mark)

    def _keep(self, script: str, part: Part, mark: Mark) -> None:
        words = part.text[mark.start : mark.end]
        self.said.setdefault((script, part.command, said_for(mark.slot, part.implied)), []).append(words)
        if mark.slot in NAMES and not is_pronoun(words) and fold(words) not in _SELF:
            self.names.setdefault(script, set()).add(words)
            if script == "en":
                self.names[script].add(words.split()[0])
        if mark.slot in _FREE and not any(
            m.depth > mark.depth and mark.start <= m.start < mark.end for m in part.marks
        ):
            self.fillers.setdefault((script, part.command, mark.slot), []).append(words)

    def varied(self, sentence: Sentence) -> Sentence:
        """The sentence as somebody else might type it."""
        parts = [
            self._renamed(sentence.lang, p) if self.random.random() < RENAMED else p for p in sentence.parts
        ]
        parts = [self._mistyped(sentence.lang, p) if self.random.random() < 0.15 else p for p in parts]
        chance = self.random.random()
        if chance < 0.2:
            parts = [replace(p, text=p.text.lower()) for p in parts]
        elif chance < 0.25:
            parts = [replace(p, text=_capital(p.text)) for p in parts]
        if self.random.random() < 0.12:
            parts[0] = _led(self.random.choice(_BEFORE[_script(sentence.lang)]), parts[0])
        if self.random.random() < 0.15 and parts[-1].text[-1:].isalnum():
            after = self.random.choice(_AFTER[_script(sentence.lang)])
            parts[-1] = replace(parts[-1], text=parts[-1].text + after)
        return Sentence(sentence.lang, tuple(parts))

    def filler(self, lang: str) -> Callable[[str, str], str | None]:
        """Words for the slots of commands, as the corpus has them."""

        def words(command: str, slot: str) -> str | None:
            found = self.said.get((_script(lang), command, slot))
            return self.random.choice(found) if found else None

        return words

    def joined(self, count: int) -> Iterator[Sentence]:
        """Messages of two or three sentences."""
        langs = [lang for lang, found in self.single.items() for _ in found]
        for _ in range(count):
            lang = self.random.choice(langs)
            some = [self.random.choice(self.single[lang]) for _ in range(self.random.choice((2, 2, 2, 3)))]
            if all(s.parts[0].command == "none" for s in some):
                continue
            joints = _JOINTS[_script(lang)]
            parts = [some[0].parts[0], *(_led(self.random.choice(joints), s.parts[0]) for s in some[1:])]
            yield self.varied(Sentence(lang, tuple(parts)))

    def _renamed(self, lang: str, part: Part) -> Part:
        """Other names in the place of those that are there, and other things in the place of some."""
        text, marks = part.text, list(part.marks)
        for i in range(len(marks)):
            mark = marks[i]
            words = self._instead(lang, part.command, mark, text[mark.start : mark.end], marks)
            if words is None:
                continue
            text = text[: mark.start] + words + text[mark.end :]
            marks = [_shifted(m, mark.end, len(words) - (mark.end - mark.start)) for m in marks]
        return replace(part, text=text, marks=tuple(marks))

    def _instead(self, lang: str, command: str, mark: Mark, said: str, marks: Sequence[Mark]) -> str | None:
        """What could be said in the place of these words; None to leave them."""
        slot = mark.slot
        if any(m.depth > mark.depth and mark.start <= m.start < mark.end for m in marks):
            return None
        if said in self.names.get(_script(lang), ()):
            if slot not in PEOPLE:
                slot = "company" if slot in _THINGS else slot
            return self.inventor.name(slot, lang) if slot in PEOPLE else None
        if slot in _FREE and self.random.random() < SWAPPED:
            return self.random.choice(self.fillers[_script(lang), command, slot])
        return None

    def _mistyped(self, lang: str, part: Part) -> Part:
        """A letter left out, doubled or swapped, in a word outside typed pieces; lengths stay, so that marks do."""
        at = self.random.randrange(max(len(part.text) - 1, 1))
        pair = part.text[at : at + 2]
        if lang != "en" or len(pair) < 2 or not (pair.isascii() and pair.isalpha() and pair.islower()):
            return part
        changed = self.random.choice((pair[::-1], pair[0] * 2, pair[1] * 2))
        return replace(part, text=part.text[:at] + changed + part.text[at + 2 :])


def _shifted(mark: Mark, end: int, by: int) -> Mark:
    """A mark after words that end at `end` became longer by so many characters."""
    return replace(
        mark,
        start=mark.start + (by if mark.start >= end else 0),
        end=mark.end + (by if mark.end >= end else 0),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _led(words: str, part: Part) -> Part:
    return replace(part, text=words + part.text, marks=tuple(m.moved(len(words)) for m in part.marks))
