"""Every command has its words in every language."""

import re
from typing import Any

import pytest

from handlers.phrasebook import LANGUAGES
from handlers.registry import phrasebook, specs
from storage.seed import ROLES

BOOK = phrasebook()
SPECS = specs()
OTHERS = [language for language in LANGUAGES if language != "en"]


def places(template: Any) -> set[str]:
    texts = template.values() if isinstance(template, dict) else [template]
    return {p for text in texts for p in re.findall(r"\{(\w+)\}", str(text))}


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("section", ["ask", "answer", "help", "label"])
def test_languages_have_the_same_phrases(language: str, section: str) -> None:
    assert set(BOOK.section(language, section)) == set(BOOK.section("en", section))


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("section", ["ask", "answer"])
def test_phrases_use_no_place_that_english_has_not(language: str, section: str) -> None:
    english = BOOK.section("en", section)
    for key, template in BOOK.section(language, section).items():
        assert places(template) <= places(english[key]), key


@pytest.mark.parametrize("name", SPECS)
def test_a_command_can_be_said_helped_with_and_named(name: str) -> None:
    spec = SPECS[name]
    for language in LANGUAGES:
        assert BOOK.get(language, "help", name) or name.startswith("smalltalk."), language
        assert BOOK.get(language, "label", f"command.{name}"), language
        for slot in spec.slots.values():
            assert BOOK.get(language, "label", f"slot.{slot.name}"), slot.name
    assert BOOK.get("en", "say", name)
    assert BOOK.get("zh-Hans", "say", name)


@pytest.mark.parametrize("name", SPECS)
def test_a_required_slot_has_its_question(name: str) -> None:
    for slot in SPECS[name].slots.values():
        for language in LANGUAGES:
            assert not slot.required or BOOK.get(language, "ask", f"{name}.{slot.name}"), (
                language,
                slot.name,
            )


def test_every_permission_is_granted_to_somebody() -> None:

    needs = {s.needs for s in SPECS.values() if s.needs}
    assert needs <= set(ROLES["owner"])
