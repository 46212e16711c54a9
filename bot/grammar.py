"""The parser for the commands of the registry: their shapes and phrases, handed to `nlp`."""

from collections.abc import Mapping
from typing import Any

from handlers.capability import Spec
from handlers.phrasebook import LANGUAGES, Phrasebook
from nlp.learned.artefact import LazyModel
from nlp.parser import Parser
from nlp.shapes import Shape, catalogue


def shape(spec: Spec) -> Shape:
    """What the parser needs to know of a command."""
    return Shape(
        name=spec.name,
        kinds={s.name: s.kind for s in spec.slots.values()},
        required=frozenset(s.name for s in spec.slots.values() if s.required),
        choices={s.name: s.choices for s in spec.slots.values() if s.choices},
    )


def phrases(book: Phrasebook) -> dict[str, Mapping[str, Any]]:
    """How things are said, by language."""
    return {language: book.section(language, "say") for language in LANGUAGES}


def parser_for(specs: Mapping[str, Spec], book: Phrasebook) -> Parser:
    """A parser that knows these commands in every language; it takes nothing else for one of them."""
    return Parser([shape(s) for s in specs.values()], phrases(book), LazyModel())


def reader(book: Phrasebook) -> Parser:
    """A parser for all commands of the catalogue, those without a handler as well; what it reads cannot be run."""
    return Parser(list(catalogue().values()), phrases(book), LazyModel())
