"""What "it" is: a command about one kind of record becomes the same about the one that was just spoken of."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.dialogue import State
from handlers.capability import Spec
from handlers.reply import Mention
from nlp.gate import RUN
from nlp.pronouns import is_pronoun, pronoun_kind
from nlp.reading import Parse, Reading, Said

KINDS = ("task", "reminder", "ticket", "deal", "contact", "company")
FINISHED = {"task": "done", "reminder": "done", "ticket": "resolve"}  # one deed by three names


def pointed(parse: Parse, state: State, specs: Mapping[str, Spec]) -> Parse:
    """The readings with "it" as what was last spoken of; those that come to the same count together."""
    newest = next((m for m in state.recent if m.kind in KINDS), None)
    asked = state.pending is not None and state.pending.kind == "ask"
    if newest is None or asked or parse.control or not parse.readings:
        return parse
    meant = [
        replace(r, commands=(_meant(r.commands[0], newest, specs),)) if len(r.commands) == 1 else r
        for r in parse.readings
    ]
    spoken_of = {m.kind for m in state.recent}
    if meant == list(parse.readings):
        return parse
    readings = _together([r for r in meant if not _hollow(r, spoken_of, specs)] or meant)
    best = readings[0]
    sure = parse.decision == "ask" and best.confidence >= RUN
    return replace(parse, readings=tuple(readings), decision="run" if sure else parse.decision)


def _points(said: Said, specs: Mapping[str, Spec]) -> bool:
    """Whether a command is about "it", or about nothing that was named, and says what is to become of it."""
    kind, _, verb = said.name.partition(".")
    named, spec = said.slots.get(kind), specs.get(said.name)
    if kind not in KINDS or spec is None or kind not in spec.slots:
        return False
    if named is None:
        return verb in FINISHED.values() or (spec.slots[kind].required and bool(said.slots))
    return is_pronoun(str(named)) and pronoun_kind(str(named)) is None


def _meant(said: Said, newest: Mention, specs: Mapping[str, Spec]) -> Said:
    """The command for the kind of record that is in focus, where there is one that takes the same."""
    kind, _, verb = said.name.partition(".")
    if not _points(said, specs) or (kind == newest.kind and kind in said.slots):
        return said
    other = f"{newest.kind}.{FINISHED.get(newest.kind, verb) if verb in FINISHED.values() else verb}"
    slots = {newest.kind if slot == kind else slot: value for slot, value in said.slots.items()}
    slots.setdefault(newest.kind, f"id:{newest.id}")
    spec = specs.get(other)
    if spec is None or not set(slots) <= set(spec.slots):
        return said
    field = spec.slots.get("field")
    if field is not None and slots.get("field") not in field.choices:
        return said
    sources = {newest.kind if slot == kind else slot: words for slot, words in said.sources.items()}
    return replace(said, name=other, slots=slots, sources=sources)


def _hollow(reading: Reading, spoken_of: set[str], specs: Mapping[str, Spec]) -> bool:
    """Whether "it" would be of a kind of which nothing was spoken."""
    pointing = [c.name.partition(".")[0] for c in reading.commands if _points(c, specs)]
    return len(reading.commands) == 1 and any(kind not in spoken_of for kind in pointing)


def _together(readings: Sequence[Reading]) -> list[Reading]:
    """Those that are the same now as one, of all the confidence that there is."""
    total = sum(r.confidence for r in readings) or 1.0
    found: dict[str, Reading] = {}
    for reading in readings:
        key = repr([(c.name, sorted(c.slots.items())) for c in reading.commands])
        before = found.get(key)
        more = reading.confidence / total + (before.confidence if before else 0.0)
        found[key] = replace(before or reading, confidence=more)
    return sorted(found.values(), key=lambda r: -r.confidence)
