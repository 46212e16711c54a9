"""The parser keeps what it has reached on the dev half; `parley evaluate` gives all figures."""

import pytest

from bot.language import is_current, outcomes
from nlp.evaluate import Share, half_of, measures, wilson

FLOORS = {"en": (58, 45), "zh-Hans": (56, 39), "zh-Hant": (64, 43)}  # percent: exact commands, slots F1


@pytest.mark.skipif(not is_current(), reason="the language model is out of date: parley train")
def test_the_dev_half_is_read_as_well_as_before() -> None:
    for lang, found in outcomes("dev").items():
        reached = measures(found)
        commands, slots = FLOORS[lang]
        assert reached["exact set of commands"].percent >= commands, lang
        assert reached["slots F1"].percent >= slots, lang
        assert reached["wrong action without asking"].percent <= 2.5, lang
        assert reached["out of scope run"].percent <= 5, lang


def test_the_halves_are_a_matter_of_the_text_alone() -> None:
    assert half_of("undo") == half_of("undo")
    assert {half_of(f"line {i}") for i in range(20)} == {"dev", "test"}


def test_the_interval_of_a_share() -> None:
    low, high = wilson(8, 10)
    assert (round(low, 2), round(high, 2)) == (0.49, 0.94)
    assert str(Share(0, 0)) == "–"
