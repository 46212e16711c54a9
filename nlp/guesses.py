"""The nearest guesses for what was not understood."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rapidfuzz import fuzz

from nlp.names import guess
from nlp.phrases import Phrase
from nlp.reading import Context, Reading, Said
from nlp.text import fold

MOST = 3
LIKE = 62.0


def guesses(
    shapes: Mapping[str, Any], text: str, context: Context, phrases: Sequence[Phrase] = ()
) -> Iterable[Reading]:
    """Up to three readings: about whoever is named, else the commands whose phrases are most like the text."""
    found = list(_about_named(shapes, text, context)) + list(_alike(shapes, text, phrases))
    return list({r.commands[0].name: r for r in found}.values())[:MOST]


def _about_named(shapes: Mapping[str, Any], text: str, context: Context) -> Iterable[Reading]:
    named = next(iter(context.lookup(text)), None)
    kind, name = (named.kind, named.name) if named else (None, "")
    if named is None:
        spot = next(iter(guess(text)), None)
        if spot is None:
            return
        kind, name = spot.kind, text[spot.start : spot.end]
    options: list[tuple[str, dict[str, str]]] = [
        (f"{kind}.show", {str(kind): name}),
        ("task.add", {str(kind): name}),
        ("reminder.add", {"text": name, str(kind): name}),
    ]
    if kind == "member":
        options = [
            ("task.list", {"assignee": name}),
            ("task.add", {"assignee": name}),
            ("reminder.add", {"assignee": name}),
        ]
    for command, slots in options:
        if command in shapes:
            yield Reading((Said(command, slots),), 0.4)


def _alike(shapes: Mapping[str, Any], text: str, phrases: Sequence[Phrase]) -> Iterable[Reading]:
    folded = fold(text)
    scored: dict[str, float] = {}
    for phrase in phrases:
        if phrase.command in shapes and len(phrase.skeleton) >= 3:
            score = fuzz.token_set_ratio(folded, phrase.skeleton)
            scored[phrase.command] = max(score, scored.get(phrase.command, 0))
    for command in sorted(scored, key=lambda c: -scored[c]):
        if scored[command] >= LIKE:
            yield Reading((Said(command, {}),), scored[command] / 200)
