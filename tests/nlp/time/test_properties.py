"""What holds for any text."""

import time
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.time import Clock, find, when
from nlp.time.chinese import WORDS as CHINESE
from nlp.time.english import WORDS as ENGLISH
from nlp.time.fold import fold
from nlp.time.holidays import HOLIDAYS

CLOCK = Clock(datetime(2026, 3, 2, 10, tzinfo=ZoneInfo("Europe/Berlin")))
WORDS = [word for *_, words in (*ENGLISH, *CHINESE, *HOLIDAYS) for word in words.split("|")]
DIGITS = [
    "0",
    "3",
    "31",
    "99",
    "2026",
    "3/4",
    "30/2",
    "5.12",
    "25:00",
    "9999",
    "三",
    "两",
    "十二",
    "号",
    "点",
    "月",
    "年",
]
salads = st.lists(st.sampled_from(WORDS + DIGITS + [",", "-", " ", "x", "\n"]), max_size=8)


def check(text: str) -> None:
    for whole in (False, True):
        end = 0
        for found in find(text, whole=whole):
            assert end <= found.start < found.end <= len(text)
            assert found.text == text[found.start : found.end]
            end = found.end
            found.when(CLOCK)
            found.when(CLOCK, past=True)
            found.closing(CLOCK)
            span = found.period(CLOCK)
            assert span is None or span[0] < span[1]
            found.rule(CLOCK)
    when(text, CLOCK)


@given(st.text(max_size=60))
@settings(deadline=None, max_examples=150)
def test_any_text(text: str) -> None:
    check(text)
    assert len(fold(text)) == len(text)


@given(salads, st.sampled_from(["", " "]))
@settings(deadline=None, max_examples=400)
def test_any_words_about_time(words: list[str], space: str) -> None:
    check(space.join(words))


@pytest.mark.parametrize(
    "piece",
    [
        "tomorrow at 3pm ",
        "明天下午三点",
        "每",
        "1 ",
        "in ",
        "-1",
        "a.",
        "1:",
        "1 day and ",
        "every monday and ",
        "2 days after ",
        "@a",
        "$1,",
    ],
)
def test_the_cost_is_linear(piece: str) -> None:
    short, long = (cost((piece * n)[:n]) for n in (7_500, 30_000))
    assert (
        long < 10 * short + 0.05
    )  # four times the text: four times the cost, where a quadratic one takes sixteen


def cost(text: str) -> float:
    """The least of three tries: what the machine does beside is left out."""
    tries = []
    for _ in range(3):
        start = time.process_time()
        find(text)
        tries.append(time.process_time() - start)
    return min(tries)
