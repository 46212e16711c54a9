"""The parser for the commands of the registry: their shapes and phrases, handed to `nlp`."""

from collections.abc import Mapping

from handlers.capability import Spec
from handlers.phrasebook import LANGUAGES, Phrasebook
from nlp.parser import Parser
from nlp.shapes import Shape


def shape(spec: Spec) -> Shape:
    """What the parser needs to know of a command."""
    return Shape(
        name=spec.name,
        kinds={s.name: s.kind for s in spec.slots.values()},
        required=frozenset(s.name for s in spec.slots.values() if s.required),
        choices={s.name: s.choices for s in spec.slots.values() if s.choices},
    )


def parser_for(specs: Mapping[str, Spec], book: Phrasebook) -> Parser:
    """A parser that knows these commands in every language."""
    return Parser([shape(s) for s in specs.values()], {x: book.section(x, "say") for x in LANGUAGES})
