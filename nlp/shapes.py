"""The shapes of commands: what the parser knows of them, and the catalogue of all there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from nlp.data import read_yaml

PATH = Path(__file__).parent / "catalogue.yaml"


@dataclass(frozen=True)
class Shape:
    """What the parser knows of a command: the kinds of its slots, which must be there, and the closed lists."""

    name: str
    kinds: Mapping[str, str]
    required: frozenset[str] = frozenset()
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)


@cache
def catalogue() -> Mapping[str, Shape]:
    """All commands that can be said, by their public names."""
    data: dict[str, Any] = read_yaml(PATH)
    return {name: _shape(name, slots, data) for name, slots in data["commands"].items()}


def _shape(name: str, slots: Mapping[str, str], data: Mapping[str, Any]) -> Shape:
    kinds = {slot.removesuffix("!"): kind for slot, kind in slots.items()}
    lists = data["choices"] | {"field": data["fields"].get(name, ())}
    return Shape(
        name,
        kinds,
        frozenset(slot.removesuffix("!") for slot in slots if slot.endswith("!")),
        {slot: tuple(lists[kind]) for slot, kind in kinds.items() if kind in lists},
    )
