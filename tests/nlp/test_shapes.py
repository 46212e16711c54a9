"""The catalogue and the registry say the same of every command that has a handler."""

import pytest

from bot.grammar import shape
from bot.narrowing import FILLED
from handlers.registry import specs
from nlp.shapes import catalogue

LIMITED = {"choices"}  # a handler may take fewer values than can be said


@pytest.mark.parametrize("name", sorted(specs()))
def test_a_command_with_a_handler_is_in_the_catalogue_with_the_same_slots(name: str) -> None:
    said, done = catalogue()[name], shape(specs()[name])
    read = {s: k for s, k in done.kinds.items() if s != FILLED.get(name)}
    assert {
        s: k for s, k in said.kinds.items() if s in done.kinds
    } == read  # but for what the chat fills by itself


@pytest.mark.parametrize("name", sorted(specs()))
def test_a_handler_takes_only_values_that_can_be_said(name: str) -> None:
    said, done = catalogue()[name], shape(specs()[name])
    for slot, values in done.choices.items():
        if slot == FILLED.get(name):
            continue
        assert set(values) <= set(said.choices[slot]), slot
