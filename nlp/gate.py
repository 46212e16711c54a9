"""The gate: of what the phrases and the learned reader say, what runs, what is asked, and what is not understood."""

from collections.abc import Container, Sequence
from dataclasses import dataclass

from nlp.reading import Decision, Reading

SURE = 0.7  # of a reading by phrases alone
RUN = 0.9  # of a learned reading; calibrated by `parley evaluate`, see docs/language.md
ASK = 0.25
AGREED = 0.5


@dataclass(frozen=True)
class Verdict:
    """What to do, and the readings for it, best first."""

    decision: Decision
    readings: tuple[Reading, ...]


def weigh(by_phrases: Reading | None, learned: Sequence[Reading], able: Container[str]) -> Verdict:
    """Weigh the readings against each other; only commands that the caller is `able` to run may be the outcome."""
    if not learned:
        return _by_phrases_alone(by_phrases)
    return Verdict("none", ())


def _by_phrases_alone(reading: Reading | None) -> Verdict:
    if reading is None:
        return Verdict("none", ())
    return Verdict("run" if reading.confidence >= SURE else "ask", (reading,))
