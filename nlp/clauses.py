"""Where one message may be cut into several clauses."""

import re
from dataclasses import dataclass

_CUT = re.compile(
    r"\s*(?:[\n;]+|,(?!\d{3}\b)|(?<!\b[a-z])(?<!\bmr)(?<!\bms)(?<!\bdr)(?<!\bmrs)[.!?]+(?=\s|$|[\u4e00-\u9fff])"
    r"|\s(?:and then|and also|and|then|also|plus)(?=\s)|然后|并且|另外|顺便|还有|同时|,?再(?=提醒|帮|给|建|加|开))\s*"
)


@dataclass(frozen=True)
class Piece:
    """A stretch between two possible cuts."""

    start: int
    end: int


def pieces(folded: str) -> list[Piece]:
    """The stretches of a folded message, left to right; the words at the cuts belong to none."""
    found, start = [], 0
    for cut in _CUT.finditer(folded):
        if cut.start() > start:
            found.append(Piece(start, cut.start()))
        start = max(start, cut.end())
    if start < len(folded):
        found.append(Piece(start, len(folded)))
    return found or [Piece(0, len(folded))]
