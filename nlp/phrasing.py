"""Small judgements about how a phrase is built."""

import re

_THING = re.compile(
    r"^(?:the|a|an|my|our|his|her|their|your|this|that|these|those|all|some|any|\d+)\b|^\w+'s\b",
    re.IGNORECASE,
)


def is_thing(text: str) -> bool:
    """Whether an English phrase names a thing ("the tax forms") rather than an act ("call Dana")."""
    return bool(_THING.match(text.strip()))
