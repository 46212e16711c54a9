"""The words for standard values, turned round: for each kind of slot, a folded word to the value it stands for."""

from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from nlp.data import read_yaml

_DATA: dict[str, dict[str, Any]] = read_yaml(Path(__file__).parent / "lexicon.yaml")


def _turned() -> dict[str, dict[str, str]]:
    turned: dict[str, dict[str, str]] = {}
    for kind, values in _DATA.items():
        turned[kind] = {str(word): value for value, words in values.items() for word in (*words, value)}
    turned["timezone"] = {zone.lower(): zone for zone in available_timezones()} | turned["timezone"]
    return turned


def _fields() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, words in _DATA["field"].items():
        for word in (*words, name):
            found[str(word)] = (*found.get(str(word), ()), name)
    return found


SYNONYMS = _turned()
_FIELDS = _fields()


def fields_of(word: str, allowed: "tuple[str, ...] | list[str]") -> str | None:
    """The field among `allowed` that a word names; the same word may name different ones of different records."""
    return next((f for f in _FIELDS.get(word.strip().lower(), ()) if f in allowed), None)
