"""The corpus can be read, and says nothing that the catalogue does not know."""

import pytest

from nlp.learned.corpus import NONE, Mark, part, sentences
from nlp.shapes import catalogue


def test_every_line_is_well_formed_and_of_the_catalogue() -> None:
    for sentence in sentences():
        for one in sentence.parts:
            kinds = set(catalogue()[one.command].kinds) if one.command != NONE else set()
            slots = {m.slot for m in one.marks} | set(one.implied)
            assert slots <= kinds, (sentence.text, slots - kinds)


def test_a_part_is_read_with_its_marks() -> None:
    read = part("task.add priority=urgent | (title: send (company: Acme) the \\(new\\) quote)")
    assert read.text == "send Acme the (new) quote"
    assert read.marks == (Mark("title", 0, 25), Mark("company", 5, 9, 1))
    assert read.implied == {"priority": "urgent"}


@pytest.mark.parametrize("line", ["task.add (title: x)", "task.add | (title: x", "task.add | x)"])
def test_a_malformed_part_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"bar|bracket"):
        part(line)
