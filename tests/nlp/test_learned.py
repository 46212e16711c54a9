"""The learned reader's parts: tokens, examples, variations, and a model that is not there."""

import logging
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nlp.learned.artefact import LazyModel
from nlp.learned.augment import Augmenter
from nlp.learned.corpus import Sentence, part, sentences
from nlp.learned.examples import example
from nlp.learned.spoken import spoken
from nlp.learned.tokens import tokenize
from nlp.reading import Context
from nlp.spans import recognise
from nlp.text import fold
from nlp.time import Clock


def words(text: str) -> list[str]:
    folded = fold(text)
    return [t.word for t in tokenize(text, folded, recognise(text, folded, "US"))]


def test_typed_pieces_are_one_token_each() -> None:
    assert words("call Dana at 3pm, $20k") == ["call", "dana", "<time:moment>", ",", "<money>"]


def test_chinese_is_read_by_character_and_in_simplified_form() -> None:
    assert words("給張偉打電話") == list("给张伟打电话")


def test_letters_with_digits_stay_together() -> None:
    assert words("room b12 isn't free") == ["room", "b12", "is", "n't", "free"]


def test_an_example_has_a_tag_for_each_token_of_each_command() -> None:
    read = example(
        Sentence("en", (part("task.done | done with (task: the quote)"), part("undo | , and undo")))
    )
    assert read is not None
    first, second = read.segments
    assert (first.command, first.outer) == ("task.done", ("O", "O", "B-task", "I-task"))
    assert (second.command, second.start, second.end) == ("undo", 4, 7)


def test_marks_still_lie_on_the_words_after_variation() -> None:
    some = sentences()[:200]
    augmenter = Augmenter(some, 5)
    for sentence in some:
        for one in augmenter.varied(sentence).parts:
            assert all(0 <= m.start <= m.end <= len(one.text) for m in one.marks)
            assert len(one.marks) == len({(m.slot, m.start, m.depth) for m in one.marks})


def test_the_same_seed_gives_the_same_sentences() -> None:
    some = sentences()[:50]
    assert list(Augmenter(some, 1).joined(9)) == list(Augmenter(some, 1).joined(9))


def test_a_template_becomes_sentences() -> None:
    phrases = {"en": {"<done>": "(done|finished)", "task.done": ["<done> with {task}"]}}
    (said,) = spoken(phrases, {"en": lambda _command, _slot: "the quote"}, random.Random(1))
    assert said.text in ("done with the quote", "finished with the quote")
    assert said.parts[0].marks[0].slot == "task"


def test_without_a_model_nothing_is_read_and_the_log_says_what_to_do(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, clock: Clock
) -> None:
    with caplog.at_level(logging.WARNING):
        assert LazyModel(tmp_path / "none").read("hi", "hi", [], Context(clock)) == []
    assert "parley train" in caplog.text


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 3, 2, 10, tzinfo=UTC), day_first=True)
