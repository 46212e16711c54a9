"""The nearest guesses for what was not understood."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rapidfuzz import fuzz, process

from nlp.names import guess
from nlp.phrases import Phrase
from nlp.reading import Context, Reading, Said
from nlp.text import fold

MOST = 3
LIKE = 62.0
TOLD = 2  # letters beside a name that may tell something about it
SHORTEST = 3  # letters of a phrase that anything is compared with


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
    told = {str(kind): name, "type": "note", "text": text}
    options: list[tuple[str, dict[str, str]]] = [
        (f"{kind}.show", {str(kind): name}),
        *([("activity.log", told)] if len(text) >= len(name) + TOLD else []),
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
    skeletons = [p.skeleton for p in phrases]
    likes = process.extract(
        fold(text), skeletons, scorer=fuzz.token_set_ratio, score_cutoff=LIKE, limit=len(skeletons)
    )
    best: dict[str, float] = {}
    for skeleton, score, place in likes:
        if phrases[place].command in shapes and len(skeleton) >= SHORTEST:
            best.setdefault(phrases[place].command, score)
    for command, score in best.items():
        yield Reading((Said(command, {}),), score / 200)
