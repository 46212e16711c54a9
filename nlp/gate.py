"""The gate: of what the phrases and the learned reader say, what runs, what is asked, and what is not understood."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

from nlp.reading import Decision, Reading

SURE = 0.7  # of a reading by phrases where nothing was learned
RUN = 0.8  # what runs without asking; calibrated on the dev half by `parley evaluate`, see docs/language.md
ASK = 0.3  # what is worth a question
_FULL, _PARTLY = 0.45, 0.15  # what a sentence that a phrase fits as a whole counts beside the learned probability
OFFERED = 3


@dataclass(frozen=True)
class Verdict:
    """What to do, and the readings for it, best first."""

    decision: Decision
    readings: tuple[Reading, ...] = ()


def weigh(by_phrases: Reading | None, learned: Sequence[Reading], able: Container[str]) -> Verdict:
    """Weigh the readings against each other; only commands that the caller is `able` to run may be the outcome."""
    if not learned:
        return _alone(by_phrases)
    found = _weighed(by_phrases, learned)
    offered = tuple(r for r in found if r.commands and all(c.name in able for c in r.commands))[:OFFERED]
    best = found[0]
    if best not in offered or best.confidence < ASK:
        return Verdict("none", offered)
    return Verdict("run", (best,)) if best.confidence >= RUN else Verdict("ask", offered)


def _alone(reading: Reading | None) -> Verdict:
    if reading is None:
        return Verdict("none")
    return Verdict("run" if reading.confidence >= SURE else "ask", (reading,))


def _weighed(by_phrases: Reading | None, learned: Sequence[Reading]) -> list[Reading]:
    """All readings, best first; where both agree, the probability and the phrase's weight add up."""
    if by_phrases is None:
        return list(learned)
    weight = _FULL if by_phrases.confidence > 0.9 else _PARTLY
    same = next((r for r in learned if _names(r) == _names(by_phrases)), None)
    spoken = replace(_together(by_phrases, same), confidence=weight + (same.confidence if same else 0.0))
    found = [spoken, *(r for r in learned if r is not same)]
    scaled = (replace(r, confidence=r.confidence / (1 + weight)) for r in found)
    return sorted(scaled, key=lambda r: -r.confidence)


def _names(reading: Reading) -> list[str]:
    return [c.name for c in reading.commands]


def _together(by_phrases: Reading, learned: Reading | None) -> Reading:
    """The slots of the phrase, and those that only the learned reader found."""
    if learned is None:
        return by_phrases
    pairs = zip(by_phrases.commands, learned.commands, strict=True)
    return Reading(
        tuple(replace(p, slots={**m.slots, **p.slots}, sources={**m.sources, **p.sources}) for p, m in pairs),
        by_phrases.confidence,
    )
