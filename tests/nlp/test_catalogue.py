"""What the catalogue promises: each of its examples is understood, with the slots in their normal form."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.grammar import reader
from bot.language import is_current
from handlers.phrasebook import LANGUAGES
from handlers.registry import catalogue_phrasebook, phrasebook, specs
from nlp.parser import Parser
from nlp.reading import Context
from nlp.shapes import catalogue
from nlp.time import Clock

ROWS = [
    line.split("\t") for line in (Path(__file__).parent / "catalogue.tsv").read_text("utf-8").splitlines()
]
SEEN = Context(Clock(datetime(2026, 3, 2, 10, tzinfo=UTC), day_first=True))


@pytest.fixture(scope="module")
def parser() -> Parser:
    return reader(catalogue_phrasebook())


ASKED = 0  # of them that are asked about before they run


@pytest.mark.skipif(not is_current(), reason="the language model is out of date: parley train")
@pytest.mark.parametrize(("text", "commands"), ROWS, ids=[text for text, _ in ROWS])
def test_an_example_of_the_catalogue_is_understood(text: str, commands: str, parser: Parser) -> None:
    found = parser.parse(text, SEEN).to_json()
    assert [{c["name"]: c["slots"]} for c in found["commands"]] == json.loads(commands)


@pytest.mark.skipif(not is_current(), reason="the language model is out of date: parley train")
def test_nearly_all_of_them_run_without_asking(parser: Parser) -> None:
    asked = [text for text, _ in ROWS if parser.parse(text, SEEN).decision != "run"]
    assert len(asked) <= ASKED, asked


def test_what_is_said_ahead_is_of_the_catalogue_and_of_no_capability() -> None:
    whole, built = catalogue_phrasebook(), phrasebook()
    for lang in LANGUAGES:
        ahead = {c for c in whole.section(lang, "say") if c not in built.section(lang, "say")}
        assert ahead, lang
        assert {c for c in ahead if not c.startswith("<")} <= set(catalogue()) - set(specs()), lang
