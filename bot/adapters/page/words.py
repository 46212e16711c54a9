"""The page's own words, in the person's language."""

import html
from functools import cache
from pathlib import Path

from handlers.phrasebook import LANGUAGES, Phrasebook

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
BOOK = Phrasebook([FOLDER / "words"])
_SCRIPTS = {"zh-tw": "zh-Hant", "zh-hk": "zh-Hant", "zh-mo": "zh-Hant", "zh-hant": "zh-Hant", "zh": "zh-Hans"}


def language_of(chosen: str | None, accepted: str) -> str:
    """The language that somebody has chosen, else the first of those their browser asks for."""
    if chosen in LANGUAGES:
        return str(chosen)
    for part in accepted.lower().split(","):
        tag = part.split(";")[0].strip()
        for start, language in _SCRIPTS.items():
            if tag == start or tag.startswith(start + "-"):
                return language
        if tag == "en" or tag.startswith("en-"):
            return "en"
    return "en"


def words_in(language: str) -> dict[str, str]:
    """All words of the page by key."""
    return {key: str(value) for key, value in BOOK.section(language, "label").items()}


@cache
def _template(name: str) -> str:
    return (STATIC / name).read_text("utf-8")


def page(template: str, language: str, /, **values: str) -> str:
    """One of the page's documents with its words filled in; values are text, never markup."""
    filled = {**words_in(language), "language": language, **values}
    return _template(template).format_map({key: html.escape(value) for key, value in filled.items()})
