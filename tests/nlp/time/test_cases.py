"""Tables of what people write, and what it means."""

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from nlp.time import Clock, find, when

HERE = Path(__file__).parent
BERLIN = Clock(datetime(2026, 3, 2, 10, tzinfo=ZoneInfo("Europe/Berlin")), day_first=True)
DEV = [json.loads(line) for line in (HERE / "recognizers_dev.jsonl").read_text().splitlines()]

# Where the catalogue wins over the specification.
CATALOGUE_WINS = {
    "three mins to five thirty": "an hour of 1 to 6 without am or pm is in the afternoon",
}


def table(name: str) -> list[list[str]]:
    return [line.split("\t") for line in (HERE / name).read_text().splitlines()]


@pytest.mark.parametrize("script", ["en", "zh_hans", "zh_hant"])
def test_everyday_expressions(script: str) -> None:
    wrong = []
    for text, *expected in table(f"{script}.tsv"):
        answer = when(text, BERLIN)
        if [answer[key] or "" for key in ("when", "period", "repeat")] != expected:
            wrong.append((text, expected, answer))
    assert not wrong


@pytest.mark.parametrize("script", ["en", "zh_hans", "zh_hant"])
def test_a_message_around_it_changes_nothing_but_bare_numbers(script: str) -> None:
    before, after = ("please do it ", " ok?") if script == "en" else ("请处理,", "。")
    rows = table(f"{script}.tsv")
    same = 0
    for text, *expected in rows:
        answer = when(before + text + after, BERLIN)
        same += [answer[key] or "" for key in ("when", "period", "repeat")] == expected
    assert same / len(rows) > 0.9


def test_messages_without_a_time() -> None:
    found = {text: find(text) for (text,) in table("no_times.txt")}
    assert {text: [one.text for one in times] for text, times in found.items() if times} == {}


def answers_spec(case: dict[str, object]) -> bool:
    now = datetime.fromisoformat(str(case["now"])).replace(tzinfo=UTC)
    said = when(str(case["text"]), Clock(now), str(case["lang"]))["when"] or ""
    form = {"date": said, "time": said[11:19], "datetime": said[:19].replace("T", " ")}
    values = case["values"]
    return isinstance(values, list) and form[str(case["kind"])] in values


def test_recognizers_specification() -> None:
    cases = [case for case in DEV if case["text"] not in CATALOGUE_WINS]
    wrong = [case["text"] for case in cases if not answers_spec(case)]
    assert len(wrong) <= 0.03 * len(cases), wrong
    assert len(CATALOGUE_WINS) <= 3


@pytest.mark.parametrize("text", CATALOGUE_WINS)
def test_where_the_catalogue_wins(text: str) -> None:
    now = datetime(2016, 11, 7, tzinfo=UTC)
    assert when(text, Clock(now))["when"] == "2016-11-07T17:27:00+00:00"
