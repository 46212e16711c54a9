"""Sentences out of the phrases: what the parser reads by hand-written templates is learned as well."""

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from nlp.learned.corpus import Mark, Part, Sentence
from nlp.shapes import catalogue

_MACRO = re.compile(r"<(\w+)>")
Filler = Callable[[str, str], str | None]  # the command and the slot to words for it


class Unfit(Exception):
    """A template that cannot be said: it names a place that no words are known for."""


def spoken(
    phrases: Mapping[str, Mapping[str, Sequence[str]]], fillers: Mapping[str, Filler], dice: random.Random
) -> Iterator[Sentence]:
    """Each template said once, its choices and its words by the dice; `fillers` are by language."""
    for lang, by_command in phrases.items():
        macros = {k.strip("<>"): str(v) for k, v in by_command.items() if k.startswith("<")}
        for command, templates in by_command.items():
            if command in catalogue():
                for template in templates:
                    try:
                        yield Sentence(lang, (_said(template, command, macros, fillers[lang], dice),))
                    except Unfit:
                        continue


def _said(
    template: str, command: str, macros: Mapping[str, str], filler: Filler, dice: random.Random
) -> Part:
    words, _, implied = template.partition(" -> ")
    while _MACRO.search(words):
        words = _MACRO.sub(lambda m: f"({macros[m[1]]})", words)
    flat = _chosen(words, dice)
    pairs = (p.partition(":") for p in implied.split(";") if p.strip())
    fixed = {k.strip(): v.strip() for k, _, v in pairs}
    text, marks = "", []
    for piece in re.split(r"(\{\w+\})", flat):
        if piece.startswith("{"):
            slot = piece[1:-1]
            filled = filler(command, said_for(slot, fixed)) if slot in catalogue()[command].kinds else None
            if not filled:
                raise Unfit
            marks.append(Mark(slot, len(text), len(text) + len(filled)))
            text += filled
        else:
            text += piece
    return Part(command, text, tuple(marks), fixed)


def said_for(slot: str, implied: Mapping[str, str]) -> str:
    """What words are said for: a slot, and of a value the field that it is of."""
    return f"value of {implied.get('field')}" if slot == "value" else slot


def _chosen(template: str, dice: random.Random) -> str:
    """The template with one way taken at each choice, inner ones first."""
    group = re.compile(r"[\[(]([^\[\]()]*)[\])]([*+?]?)")

    def choose(found: re.Match[str]) -> str:
        optional = found[0][0] == "[" or found[2] in ("*", "?")
        return "" if optional and dice.random() < 0.5 else dice.choice(found[1].split("|"))

    while group.search(template):
        template = group.sub(choose, template)
    return re.sub(r"\s+", " ", template).strip()
