"""Amounts of money as people write them."""

import pytest

from nlp.money import find, read
from nlp.text import fold


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("$20k", "20000 USD"),
        ("£1,440", "1440 GBP"),
        ("Rs 5 lakh", "500000 INR"),
        ("300 quid", "300 GBP"),
        ("60k eur", "60000 EUR"),
        ("1.980,50 €", "1980.50 EUR"),
        ("NOK 850,000", "850000 NOK"),
        ("$3,000.50", "3000.50 USD"),
        ("2.7m naira", "2700000 NGN"),
        ("3.5万", "35000 USD"),
        ("15萬", "150000 USD"),
        ("三十万", "300000 USD"),
        ("两万五", "25000 USD"),
        ("美金八千", "8000 USD"),
        ("三千块", "3000 CNY"),
        ("NT$30,000", "30000 TWD"),
    ],
)
def test_an_amount_is_found_by_itself(said: str, value: str) -> None:
    (found,) = find(fold(said))
    assert (found.start, found.end, found.money.value("USD")) == (0, len(said), value)


@pytest.mark.parametrize(
    ("said", "value"), [("3,100", "3100 EUR"), ("27400", "27400 EUR"), ("八千", "8000 EUR")]
)
def test_a_bare_number_is_an_amount_only_where_one_is_asked_for(said: str, value: str) -> None:
    assert list(find(fold(said))) == []
    money = read(fold(said))
    assert money is not None
    assert money.value("EUR") == value


def test_a_dollar_is_that_of_the_place() -> None:
    (found,) = find("$50")
    assert found.money.value("CAD") == "50 CAD"


@pytest.mark.parametrize("said", ["20 chairs", "四个月", "at 3", "ticket 7", "room 12b"])
def test_what_is_no_money_is_none(said: str) -> None:
    assert list(find(fold(said))) == []
