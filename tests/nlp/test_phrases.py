"""Templates: what they fit, and the cheap look that comes before."""

import random
import re

import pytest

from bot.grammar import phrases
from handlers.registry import phrasebook
from nlp.learned.corpus import sentences
from nlp.parser import Parser
from nlp.phrases import Phrase
from nlp.text import fold, has_cjk

SAID = 250  # sentences tried against all phrases


def phrase(template: str, **macros: str) -> Phrase:
    return Phrase("task.add", template, {"title": "title"}, macros)


@pytest.mark.parametrize(
    ("template", "needs"),
    [
        ("add [a] task {title}", [{"task"}, {"add"}]),
        ("(add|create) {title}", [{"add", "create"}]),
        ("(add a task|new)? {title}", []),
        ("(add task|new) {title} please", [{"please"}, {"task", "new"}]),
        ("(add|[a] {title}) now", [{"now"}]),
        ("<make> {title}", [{"add", "make"}]),
        ("{title} -> assignee: me", []),
    ],
)
def test_what_a_template_needs(template: str, needs: list[set[str]]) -> None:
    assert [set(need) for need in phrase(template, make="(add|make) [me]").needs] == needs


def test_whatever_fits_has_the_words_that_it_needs() -> None:
    parser = Parser((), phrases(phrasebook()))
    some = random.Random(3).sample(sentences(), SAID)
    fitting = 0
    for said in (fold(part.text).strip(" ,.") for sentence in some for part in sentence.parts):
        for one in parser._by_script[has_cjk(said)].phrases:
            if one.match(said) is not None:
                fitting += 1
                assert one.may_fit(said), (one.template, said)
    assert fitting > SAID / 5


def test_nothing_in_a_chinese_template_may_be_left_out_by_a_sign_that_is_taken_by_the_letter() -> None:
    templates = [
        p.template.partition(" -> ")[0] for p in Parser((), phrases(phrasebook()))._by_script[True].phrases
    ]
    assert not [t for t in templates if re.search(r"[\u4e00-\u9fff][?*+]", t)]
