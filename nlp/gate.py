"""The gate: of what the phrases and the learned reader say, what runs, what is asked, and what is not understood."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

from nlp.pronouns import is_pronoun
from nlp.reading import Decision, Reading, Said

SURE = 0.7  # of a reading by phrases where nothing was learned
UNDOUBTED = 0.95  # of a reading by phrases whose names all look like names
PLAIN = 10.0  # letters of its phrase by which a command is known beyond doubt; a Chinese character counts two
FEW, MOSTLY = 5.0, 0.5  # or so many, where they are more than this share of all that was said
LEAST = 3.0  # or only as many, where all else that was said is names: "add Eve Stone"
RUN = 0.99  # what runs without asking; calibrated on the dev half by `parley evaluate`, see docs/language.md
RUN_SHOWING = 0.9  # and what a phrase says, where it does no more than show something
ASK = 0.3  # what is worth a question
# How much likelier its reading is where a phrase fits: the whole message, the same with a known name, without any doubt, or a part.
_WHOLE, _KNOWN, _SURELY, _PARTLY = 1000.0, 1e5, 1e6, 3.0
_DOUBTED = 0.9  # a phrase less sure than this counts as one for a part, unless what was learned goes some way with it
_SOME_WAY = 0.3  # the probability that is some way
_UNSEEN = 2e-4  # the probability of a reading that the learned reader did not think of, at most
_LEFT = 0.1  # or this share of what it left to all others, where the phrase's own words are the lesser part
WORTH, WORTH_UNASKED = 0.02, 0.1  # what is worth a button, and what where nothing is likely
_LOOKS = ("find", ".show", ".list", "digest.day", "digest.week", "help")
_NAMES = ("contact", "company", "member", "other", "name")
OFFERED = 3
MANY = 3  # clauses


@dataclass(frozen=True)
class Verdict:
    """What to do, and the readings for it, best first."""

    decision: Decision
    readings: tuple[Reading, ...] = ()


def weigh(
    by_phrases: Reading | None, learned: Sequence[Reading], able: Container[str], *, known: bool = False
) -> Verdict:
    """Weigh the readings against each other; only commands that the caller is `able` to run may be the outcome.

    `known` says that the message names somebody whom the speaker's workspace knows.
    """
    if not learned or (by_phrases and _all_said(by_phrases)):
        return _alone(by_phrases)
    found = _weighed(by_phrases, learned, known=known)
    offered = tuple(r for r in found if _offered(r, able))[:OFFERED]
    best = found[0]
    if best not in offered or best.confidence < ASK:
        return Verdict("none", tuple(r for r in offered if r.confidence >= WORTH_UNASKED))
    shows = by_phrases is not None and _names(best) == _names(by_phrases) and _shows(best)
    sure = best.confidence >= (RUN_SHOWING if shows else RUN)
    return Verdict("run", (best,)) if sure else Verdict("ask", offered)


def _shows(reading: Reading) -> bool:
    """Whether it does no more than show something."""
    return all(c.name.endswith(_LOOKS) for c in reading.commands)


def is_plain(reading: Reading) -> bool:
    """Whether phrases leave no doubt: their own words are many or nearly all, and no name is doubtful. Nothing need be learned then."""
    half = reading.share > MOSTLY or (reading.share == MOSTLY and _together_said(reading))
    few = (reading.evidence >= FEW and half) or (reading.evidence >= LEAST and _but_names(reading))
    known = reading.evidence >= PLAIN or few
    beyond = reading.evidence >= PLAIN and reading.share > MOSTLY and reading.confidence >= SURE
    return len(reading.commands) == 1 and (beyond or (reading.confidence >= UNDOUBTED and known))


def _but_names(reading: Reading) -> bool:
    """Whether all that is said beside the phrase's own words are names."""
    slots = [slot for command in reading.commands for slot in command.slots]
    return bool(slots) and all(slot in _NAMES for slot in slots)


def _together_said(reading: Reading) -> bool:
    """Whether the phrase's own words stand together: “add task” rather than “把 … 设为”."""
    return all("…" not in command.rule for command in reading.commands)


def _all_said(reading: Reading) -> bool:
    """Whether phrases fit every clause of a message that has many: no chance finds so much at once."""
    return len(reading.commands) >= MANY and reading.confidence >= UNDOUBTED


def _offered(reading: Reading, able: Container[str]) -> bool:
    """Whether a reading is worth a button: it does something that can be done, and is not far-fetched."""
    acts = any(not c.name.startswith("smalltalk.") for c in reading.commands) or reading.confidence >= ASK
    able_to = bool(reading.commands) and all(c.name in able for c in reading.commands)
    return able_to and acts and reading.confidence >= WORTH


def _alone(reading: Reading | None) -> Verdict:
    if reading is None:
        return Verdict("none")
    return Verdict("run" if reading.confidence >= SURE else "ask", (reading,))


def _weighed(by_phrases: Reading | None, learned: Sequence[Reading], *, known: bool) -> list[Reading]:
    """All readings, best first: the phrase makes its own reading so many times likelier."""
    if by_phrases is None:
        return list(learned)
    same = next((r for r in learned if _names(r) == _names(by_phrases)), None)
    unseen = (
        _UNSEEN
        if by_phrases.share > MOSTLY or not learned[0].commands
        else min(_UNSEEN, _LEFT * (1 - learned[0].confidence))
    )
    likely = max(same.confidence if same else 0.0, unseen)
    spoken = replace(_together(by_phrases, same), confidence=likely * _times(by_phrases, likely, known=known))
    found = [spoken, *(r for r in learned if r is not same)]
    total = sum(r.confidence for r in found) + max(0.0, 1 - sum(r.confidence for r in learned))
    return sorted((replace(r, confidence=r.confidence / total) for r in found), key=lambda r: -r.confidence)


def _times(by_phrases: Reading, likely: float, *, known: bool) -> float:
    """How many times likelier a reading is for being a phrase's; a phrase without words of its own is little evidence."""
    if by_phrases.evidence == 0 and not (known or _points(by_phrases)):
        return _PARTLY
    if len(by_phrases.commands) == 1 and by_phrases.evidence >= PLAIN and by_phrases.confidence >= SURE:
        return _KNOWN
    if by_phrases.confidence < SURE or (
        by_phrases.confidence < _DOUBTED and likely < _SOME_WAY and not known
    ):
        return _PARTLY
    if not known:
        return _WHOLE
    alone = len(by_phrases.commands) == 1 and by_phrases.confidence >= UNDOUBTED
    return _SURELY if alone else _KNOWN


def _points(reading: Reading) -> bool:
    """Whether it is of somebody who was spoken of before."""
    return any(is_pronoun(str(c.slots.get("contact", ""))) for c in reading.commands)


def _names(reading: Reading) -> list[str]:
    return [c.name for c in reading.commands]


def _together(by_phrases: Reading, learned: Reading | None) -> Reading:
    """The slots of the phrase, and those that only the learned reader found."""
    if learned is None:
        return by_phrases
    pairs = zip(by_phrases.commands, learned.commands, strict=True)
    return Reading(
        tuple(m if _cuts_a_name(p, m) else _completed(p, m) for p, m in pairs), by_phrases.confidence
    )


def _cuts_a_name(spoken: Said, learned: Said) -> bool:
    """Whether a name goes on where the phrase has cut it: "Kemble" of "Kemble Tools"."""
    return any(
        str(learned.slots.get(s, "")).startswith(f"{spoken.slots[s]} ")
        for s in ("contact", "company", "deal", "name")
        if s in spoken.slots
    )


def _completed(spoken: Said, learned: Said) -> Said:
    """With the slots that lie in none of the words that the phrase has already used."""
    used = " ".join(spoken.sources.values())
    more = {
        s: v
        for s, v in learned.slots.items()
        if s not in spoken.slots and learned.sources.get(s) and learned.sources[s] not in used
    }
    sources = {s: learned.sources[s] for s in more}
    return replace(spoken, slots={**spoken.slots, **more}, sources={**spoken.sources, **sources})
