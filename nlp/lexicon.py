"""The words for standard values, turned round: for each kind of slot, a folded word to the value it stands for."""

from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import yaml


def _load() -> dict[str, dict[str, str]]:
    data: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "lexicon.yaml").read_text("utf-8"))
    turned: dict[str, dict[str, str]] = {}
    for kind, values in data.items():
        turned[kind] = {str(word): value for value, words in values.items() for word in (*words, value)}
    turned["timezone"] = {zone.lower(): zone for zone in available_timezones()} | turned["timezone"]
    return turned


SYNONYMS = _load()


def fields_of(word: str, allowed: "tuple[str, ...] | list[str]") -> str | None:
    """The field among `allowed` that a word names; the same word may name different ones of different records."""
    data = _FIELDS.get(word.strip().lower(), ())
    return next((f for f in data if f in allowed), None)


def _fields() -> dict[str, tuple[str, ...]]:
    data: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "lexicon.yaml").read_text("utf-8"))[
        "field"
    ]
    found: dict[str, tuple[str, ...]] = {}
    for name, words in data.items():
        for word in (*words, name):
            found[str(word)] = (*found.get(str(word), ()), name)
    return found


_FIELDS = _fields()
