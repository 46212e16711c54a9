"""What a reply to the preview of a file says about its columns."""

import pytest

from handlers.data.columns import guess
from handlers.data.mapping import corrected, read, written

HEADERS = ["Name", "Tel", "Mail", "公司"]
SECOND_IS_PHONE = (
    "the second column is the phone",
    "no, the second column is the phone number",
    "column B is the phone",
    "column 2 is phone",
    "use the second column as phone",
    "the phone is in column 2",
    "Tel is the phone",
    "第二列是电话",
    "第2列是手机",
    "B列是手机号",
    "把第二列当作电话",
    "“Tel”这列是电话",
    "电话在第二列",
    "第二欄是手機",
    "不对，第二列应该是电话",
)


@pytest.mark.parametrize("text", SECOND_IS_PHONE)
def test_a_column_and_its_field(text: str) -> None:
    assert corrected(text, HEADERS) == {1: "phone"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("the second column is the phone and the third is the email", {1: "phone", 2: "email"}),
        ("第二列是電話，第三列是電郵", {1: "phone", 2: "email"}),
        ("the last column is the company", {3: "company"}),
        ("ignore the third column", {2: "kept_out"}),
        ("忽略第三列", {2: "kept_out"}),
        ("the third column is the shoe size", {2: "custom"}),
    ],
)
def test_several_columns_and_what_is_no_field(text: str, told: dict[int, str]) -> None:
    assert corrected(text, HEADERS) == told


@pytest.mark.parametrize(
    "text",
    ["call Dana tomorrow", "Dana is the boss", "yes", "the ninth column is the phone", "add a task: column 2 is broken", ""],
)  # fmt: skip
def test_what_is_about_something_else(text: str) -> None:
    assert corrected(text, HEADERS) is None


def test_what_was_told_comes_before_what_was_guessed() -> None:
    assert guess(["Company", "Customer"], "contacts", {1: "company", 0: "person"}).fields == (
        "person",
        "company",
    )
    assert guess(["Company", "Customer"], "deals", {1: "company"}).fields == ("custom", "company")


def test_told_columns_are_kept_in_a_slot() -> None:
    told = {1: "phone", 12: "kept_out"}
    assert read(written(told)) == told
    assert read("nonsense") == read(None) == {}
