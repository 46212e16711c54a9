"""The report on the language: measures as tables, and what they say."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from nlp.evaluate import Outcome, bins, measures
from nlp.gate import ASK, RUN

EDGES = (0.0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 1.01)
WANTED = {
    "exact set of commands": "≥ 92",
    "several commands, exact": "≥ 75",
    "slots F1": "≥ 92",
    "whole message exact": "≥ 80",
    "run or offered": "≥ 98",
    "wrong action without asking": "≤ 1",
    "asked although right": "≤ 12",
    "out of scope run": "≤ 3",
}
_WHY = """
What is missed is mostly of these kinds: requests said by implication alone ("Bashir only needs to read"), messages that
hold several commands without a word between them, what might as well be a task, a deal or a ticket where only the workspace
could tell ("the tablet one"), and free text whose edges nothing marks. The corpus is the limit: twice as many
sentences brought some points of commands and of slots. Asking keeps most of it harmless: what is not sure is shown
before it is done.
"""
_HEAD = """# How well Parley understands

Written by `parley evaluate --write`. The utterances are people's own: each was written from a situation, by somebody who
had seen neither the list of commands nor the corpus, and annotated by somebody else. Half of them, chosen by a hash, may be
looked at while the parser is being made (dev); the other half (test) is only counted. Percent, with 95 % Wilson intervals.
"""


def written(
    half: str, outcomes: Mapping[str, Sequence[Outcome]], dev: Mapping[str, Sequence[Outcome]]
) -> str:
    """The page: the measures of one half, the calibration of the gate, and what falls short."""
    return "\n".join(
        [_HEAD, f"## Measures ({half})", "", _table(outcomes), _calibration(dev), _shortfalls(outcomes)]
    )


def _table(outcomes: Mapping[str, Sequence[Outcome]]) -> str:
    by_language = {lang: measures(found) for lang, found in outcomes.items()}
    head = ["", "wanted", *(f"{lang} (n = {len(outcomes[lang])})" for lang in by_language)]
    rows = [
        [name, WANTED.get(name, ""), *(str(found[name]) for found in by_language.values())]
        for name in next(iter(by_language.values()))
    ]
    return _rows([head, ["---"] * len(head), *rows])


def _calibration(dev: Mapping[str, Sequence[Outcome]]) -> str:
    head = f"""
## The gate (dev)

A reading runs at a confidence of {RUN} and is asked about from {ASK} on. How often the best reading names the right
commands, by its confidence:
"""
    bands = {lang: list(bins(found, EDGES)) for lang, found in dev.items()}
    rows = [
        [f"{low:.1f}–{min(high, 1.0):.1f}", *(f"{b[i][2]} of {b[i][2].n}" for b in bands.values())]
        for i, (low, high) in enumerate(pairwise(EDGES))
    ]
    return head + "\n" + _rows([["confidence", *bands], ["---"] * (len(bands) + 1), *rows])


def _shortfalls(outcomes: Mapping[str, Sequence[Outcome]]) -> str:
    short = []
    for lang, found in outcomes.items():
        for name, share in measures(found).items():
            if name in WANTED and _misses(WANTED[name], share.percent):
                short.append(f"- {lang}: {name} is {share.percent:.1f} %, wanted {WANTED[name]} %.")
    return "\n## What falls short\n\n" + ("\n".join(short) + "\n" + _WHY if short else "Nothing.\n")


def _misses(wanted: str, percent: float) -> bool:
    sign, bound = wanted.split()
    return percent < float(bound) if sign == "≥" else percent > float(bound)


def _rows(rows: Sequence[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
