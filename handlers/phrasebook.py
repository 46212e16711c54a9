"""The words of every capability in every language, from the YAML files beside its code."""

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

from nlp.data import read_yaml

LANGUAGES = ("en", "zh-Hans", "zh-Hant")
SECTIONS = ("say", "ask", "answer", "help", "label")


class Phrasebook:
    """All phrases by language, section and key; the sections are say, ask, answer, help and label."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._folders = tuple(folders)

    @cached_property
    def _all(self) -> dict[str, dict[str, dict[str, Any]]]:
        book: dict[str, dict[str, dict[str, Any]]] = {x: {s: {} for s in SECTIONS} for x in LANGUAGES}
        for folder in self._folders:
            for language in LANGUAGES:
                data = read_yaml(folder / f"{language}.yaml") or {}
                for section, entries in data.items():
                    book[language][section].update(entries or {})
        return book

    def section(self, language: str, section: str) -> dict[str, Any]:
        """Every entry of a section in a language."""
        return self._all[language][section]

    def get(self, language: str, section: str, key: str) -> Any:
        """One phrase, or None where there is none."""
        return self._all[language][section].get(key)
