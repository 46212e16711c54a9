"""What "it" is: a command about one kind of record becomes the same about the one that was just spoken of.

"Her" is also who was named in a message that led to nothing yet, and "this" a figure that was just shown.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.dialogue import State
from bot.execute import Outcome
from handlers.capability import Spec
from handlers.reply import Mention
from handlers.turn import Turn, Value
from nlp.gate import RUN
from nlp.names import looks_named
from nlp.pronouns import is_pronoun, pronoun_kind
from nlp.reading import Parse, Reading, Said

KINDS = ("task", "reminder", "ticket", "deal", "contact", "company")
# What does no more than go on with what was just shown: "and last month?", 那上个月呢
_GOES_ON = re.compile(
    r"(?:and|what about|how about|(?:the )?same(?: for)?) (?:\S+ ?){1,3}|(?:by|per) \S+"
    r"|那?(?!.*(?:多少|谁|誰|几|幾|哪|怎|什))\S{1,6}呢|(?:再|按|分|换|換)(?!.*(?:多少|谁|誰|几|幾|哪|怎|什))\S{1,6}",
    re.IGNORECASE,
)
# "Give the Acme deal to Bo": what is called a deal is no task.
_CALLED = re.compile(r"(?:the |this |that |my |our )?(?P<name>.*?)\s*\b(?P<kind>deal|ticket)", re.IGNORECASE)
_LEADING = re.compile(r"^(?:about|of|on) ", re.IGNORECASE)
CUSTOMERS = ("contact", "company")
WORDS = {"reminder.add": "text", "task.add": "title"}  # what they are about
FIGURE, SENT = "report.show", "report.subscribe"
FINISHED = {"task": "done", "reminder": "done", "ticket": "resolve"}  # one deed by three names


def pointed(parse: Parse, state: State, specs: Mapping[str, Spec], *, quotes: bool = False) -> Parse:
    """The readings with "it" as what was last spoken of; those that come to the same count together."""
    goes_on = _GOES_ON.fullmatch(parse.text.strip(" ?？.。!！")) is not None
    parse = replace(parse, readings=tuple(_named(r, state, goes_on) for r in parse.readings))
    newest = next((m for m in state.recent if m.kind in KINDS), None)
    asked = state.pending is not None and state.pending.kind == "ask"
    if newest is None or asked or parse.control or not parse.readings:
        return parse
    about = [
        r if quotes else replace(r, commands=tuple(_about(c, newest, specs) for c in r.commands))
        for r in parse.readings
    ]
    meant = [
        replace(r, commands=(_meant(r.commands[0], newest, specs),)) if len(r.commands) == 1 else r
        for r in about
    ]
    spoken_of = {m.kind for m in state.recent}
    if meant == list(parse.readings):
        return parse
    readings = _together([r for r in meant if not _hollow(r, spoken_of, specs)] or meant)
    best = readings[0]
    sure = parse.decision == "ask" and best.confidence >= RUN
    return replace(parse, readings=tuple(readings), decision="run" if sure else parse.decision)


def noted(state: State, turn: Turn, outcome: Outcome) -> None:
    """Keep what may be pointed at next."""
    if outcome.ran:
        state.unmet = {}
        shown = [c.slots for c in turn.calls if c.name == FIGURE and "metric" in c.slots]
        if shown or outcome.reply.listing:
            newest = shown[-1] if shown else {}
            state.figure, state.figure_type = _text(newest.get("metric")), _text(newest.get("type"))
    elif outcome.pending is not None and not outcome.pending.turn.calls:
        best = [c for _, guess in outcome.pending.alternatives[:1] for c in guess.calls]
        named = {
            "contact" if slot == "name" else slot: value
            for c in best
            for slot, value in c.slots.items()
            if slot in (*KINDS, "name") and isinstance(value, str) and not is_pronoun(value)
        }
        state.unmet = {k: v for k, v in named.items() if k not in CUSTOMERS or looks_named(v)}


def _text(value: Value | None) -> str | None:
    return None if value is None else str(value)


def _named(reading: Reading, state: State, goes_on: bool) -> Reading:
    """With the name that was said before in the place of "her", the figure that was shown in that of "this", and no deal as a task."""
    return replace(
        reading,
        commands=tuple(_of_its_kind(_with_names(c, state, goes_on), state) for c in reading.commands),
    )


def _of_its_kind(said: Said, state: State) -> Said:
    """A task that is called a deal or ticket, or is closed by its number where a ticket was spoken of: then it is that."""
    newest = next((m for m in state.recent if m.kind in KINDS), None)
    task = str(said.slots.get("task", ""))
    if said.name == "task.done" and said.rule.startswith("close") and task.isdecimal():
        ticket = newest is not None and newest.kind == "ticket"
        return replace(said, name="ticket.resolve", slots={"ticket": task}) if ticket else said
    called = _CALLED.fullmatch(said.sources.get("task", "")) if said.name == "task.assign" else None
    if called is None:
        return said
    kind, who = called["kind"].lower(), said.slots.get("assignee")
    spoken_of = next((f"id:{m.id}" for m in state.recent if m.kind == kind), None)
    which = called["name"] or spoken_of
    name = "ticket.assign" if kind == "ticket" else "deal.edit"
    slots = {kind: which, **({"assignee": who} if kind == "ticket" else {"field": "owner", "value": who})}
    return replace(said, name=name, slots={k: v for k, v in slots.items() if v is not None})


def _with_names(said: Said, state: State, goes_on: bool) -> Said:
    slots = dict(said.slots)
    same = said.name == SENT or (said.name == FIGURE and goes_on and said.rule in ("learned", ""))
    if same and state.figure and not said.sources.get("metric"):
        slots["metric"] = state.figure
        slots |= {"type": state.figure_type} if state.figure_type and said.name == FIGURE else {}
    for slot, name in state.unmet.items():
        value = str(slots.get(slot, ""))
        kinds = (slot,) if slot in CUSTOMERS else (None, slot)
        if is_pronoun(value) and pronoun_kind(value) in kinds:
            slots[slot] = name
    return replace(said, slots=slots)


def _about(said: Said, newest: Mention, specs: Mapping[str, Spec]) -> Said:
    """ "Remind me about it": of what was last spoken of, and under it."""
    slot, spec = WORDS.get(said.name), specs.get(said.name)
    words = _LEADING.sub("", str(said.slots.get(slot or "", "")))
    if slot is None or spec is None or not is_pronoun(words):
        return said
    if pronoun_kind(words) not in (None, newest.kind):
        return said
    under = {newest.kind: f"id:{newest.id}"} if newest.kind in spec.slots else {}
    return replace(said, slots={**under, **said.slots, slot: newest.name})


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
