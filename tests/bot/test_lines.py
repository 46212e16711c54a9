"""The line protocol of `parley chat --json`, key by key, as the catalogue has it."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from bot.adapters.console import Console
from bot.adapters.lines import run
from bot.app import build
from bot.incoming import Incoming, Sender
from storage.tables import Member, Task
from tests.plugin import settings_for

NOW = "2026-03-02T10:00:00+01:00"
ANA = {"as": "Ana", "role": "owner", "lang": "en", "tz": "Europe/Berlin", "now": NOW}
BO = {"as": "Bo", "role": "sales"}
KEYS = "id to room private replaces text fields table buttons pictures".split()
Line = dict[str, Any] | str | bytes
Answers = list[dict[str, Any]]


class Program:
    """One run of the protocol after another on one database; each is a process of its own as far as it can tell."""

    def __init__(self, url: str) -> None:
        self.url = url

    def run(self, *lines: Line) -> list[Answers]:
        """What is answered to each line; what comes before the first answer to a line is in front."""
        app = build(settings_for(self.url))
        out = io.StringIO()
        try:
            run(Console(app, lambda _: None, "Ana"), [encoded(x) for x in lines], out)
        finally:
            app.close()
        return grouped([json.loads(x) for x in out.getvalue().splitlines()])

    def last(self, *lines: Line) -> Answers:
        """What is answered to the last of these lines."""
        return self.run(*lines)[-1]

    def titles(self) -> list[str]:
        app = build(settings_for(self.url))
        try:
            return app.database.read(lambda s: [t.title for t in s.exec(select(Task).order_by(Task.number))])
        finally:
            app.close()


def encoded(line: Line) -> bytes:
    if isinstance(line, bytes):
        return line
    return (line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)).encode() + b"\n"


def grouped(objects: Answers) -> list[Answers]:
    groups: list[Answers] = [[]]
    for one in objects:
        if one == {"done": True}:
            groups.append([])
        else:
            groups[-1].append(one)
    assert groups.pop() == [] or not groups
    return groups


@pytest.fixture
def program(database_url: str) -> Program:
    return Program(database_url)


def hi(who: dict[str, str]) -> dict[str, str]:
    return {**who, "say": "hi"}


def test_the_form_of_an_answer(program: Program) -> None:
    (answer,) = program.last({**ANA, "say": "remind me about the tax forms"})
    assert list(answer) == KEYS
    assert answer == {
        "id": "a-1",
        "to": "Ana",
        "room": None,
        "private": True,
        "replaces": None,
        "text": "When shall I remind you about the tax forms?",
        "fields": {},
        "table": None,
        "buttons": ["Tonight", "Tomorrow 9:00", "Cancel"],
        "pictures": [],
    }


def test_text_holds_the_fields_as_well(program: Program) -> None:
    (card,) = program.last({**ANA, "say": "add Dana from Acme, dana@acme.example"}, "who is Dana")
    assert card["fields"]["E-mail"] == "dana@acme.example"
    assert all(f"{label}: {value}" in card["text"] for label, value in card["fields"].items())


def test_what_is_missing_stays_as_it_was(program: Program) -> None:
    lines = [
        {**ANA, "say": "hi"},
        "add a task: one",
        {"say": "add a task: two"},
        {"as": "Bo"},
        "what's my name",
    ]
    told = program.run(*lines)
    assert [a["to"] for a in told[1] + told[2]] == ["Ana", "Ana"]
    assert told[3] == []
    assert told[4][0]["to"] == "Bo"


def test_the_first_is_the_owner_and_others_have_a_role(program: Program) -> None:
    program.run(
        {"as": "Ana", "say": "hi"}, {"as": "Bo", "say": "hi"}, {"as": "Cy", "role": "manager", "say": "hi"}
    )
    app = build(settings_for(program.url))
    roles = app.database.read(lambda s: {m.name: m.role for m in s.exec(select(Member))})
    app.close()
    assert roles == {"Ana": "owner", "Bo": "viewer", "Cy": "manager"}


def test_a_name_and_a_role_alone_join(program: Program) -> None:
    told = program.run(hi(ANA), BO, "/task add 'send the quote' assignee:Bo")
    assert told[1] == []
    assert "Added task #1" in told[2][0]["text"]


def test_a_name_in_any_case_is_the_same_person(program: Program) -> None:
    told = program.run({**ANA, "say": "add a task: one"}, {"as": "ANA", "say": "what are my tasks"})
    assert "one" in told[1][0]["text"]


def test_the_language_and_the_zone_of_each(program: Program) -> None:
    told = program.run(
        {**ANA, "say": "/reminder add tea when:'tomorrow at 3pm'"},
        {
            "as": "Wang",
            "role": "sales",
            "lang": "zh-Hans",
            "tz": "Asia/Shanghai",
            "say": "/reminder add 茶 when:明天下午三点",
        },
        {"now": "2026-03-03T14:00:00+00:00"},
    )
    assert "tomorrow 15:00" in told[0][0]["text"]
    assert "明天 15:00" in told[1][0]["text"]
    assert [a["to"] for a in told[2]] == ["Wang", "Ana"]


# Time


def test_the_clock_stands_still(program: Program) -> None:
    told = program.run(
        {**ANA, "say": "hi"}, "remind me in two hours to rest", "remind me in two hours to eat"
    )
    assert "today 12:00" in told[1][0]["text"]
    assert "today 12:00" in told[2][0]["text"]


def test_what_falls_due_on_the_way_happens_at_its_own_time(program: Program) -> None:
    told = program.run(
        {**ANA, "say": "remind me tomorrow at 3pm to call Dana"},
        "every day at 9am remind me to stretch",
        {"now": "2026-03-04T12:00:00+01:00"},
        {"now": "2026-03-05T08:59:00+01:00"},
        {"now": "2026-03-05T09:00:00+01:00", "say": "hi"},
    )
    texts = [[a["text"] for a in group] for group in told[2:]]
    assert texts[0] == ["Reminder: stretch", "Reminder: call Dana", "Reminder: stretch"]
    assert texts[1] == []
    assert texts[2][0] == "Reminder: stretch"
    assert texts[2][1].startswith("Hello")


def test_now_without_a_zone_and_an_earlier_now_are_taken(program: Program) -> None:
    told = program.run(
        {**ANA, "say": "hi"}, {"now": "2026-03-05T10:00:00"}, {"now": NOW}, "remind me tomorrow to rest"
    )
    assert told[1] == told[2] == []
    assert "tomorrow 09:00" in told[3][0]["text"]


# Presses


def test_press_takes_the_newest_of_that_label(program: Program) -> None:
    told = program.run({**ANA, "say": "add a task: one"}, "add a task: two", {"press": "Done"})
    assert "#2 two" in told[2][0]["text"]


def test_press_in_takes_the_one_of_that_answer(program: Program) -> None:
    told = program.run(
        {**ANA, "say": "add a task: one"}, "add a task: two", {"press": "Done", "press_in": "a-1"}
    )
    assert "#1 one" in told[2][0]["text"]


def test_a_press_is_among_the_answers_to_that_person(program: Program) -> None:
    told = program.run(
        {**ANA, "say": "add a task: one"},
        {**BO, "say": "add a task: two"},
        {"as": "Ana", "press": "Done"},
        {"as": "Bo", "press": "Due date?", "press_in": "a-1"},
    )
    assert "#1 one" in told[2][0]["text"]
    assert told[3][0]["text"] == "That button is for someone else."


@pytest.mark.parametrize("press", [{"press": "Nope"}, {"press": "Done", "press_in": "a-99"}])
def test_a_press_on_nothing_is_answered(program: Program, press: dict[str, str]) -> None:
    (answer,) = program.last({**ANA, "say": "add a task: one"}, press)
    assert "no longer there" in answer["text"]
    assert program.titles() == ["one"]


def test_a_page_replaces_the_one_that_was_turned(program: Program) -> None:
    tasks = [f"add a task: number {i}" for i in range(7)]
    told = program.run(hi(ANA), *tasks, "list tasks", {"press": "More"}, {"press": "Back"})
    first, second, third = (group[0] for group in told[-3:])
    assert (first["replaces"], second["replaces"], third["replaces"]) == (None, first["id"], second["id"])
    assert "number 6" in second["text"]
    assert third["text"] == first["text"]


# Rooms


def test_a_room_hears_all_and_answers_what_is_addressed(program: Program) -> None:
    told = program.run(
        hi(ANA),
        {"room": "sales", "say": "add a task: unheard"},
        {"room": "sales", "say": "@parley add a task: heard"},
        {"say": "/task add 'heard as well'"},
        {"room": None, "say": "hi"},
    )
    assert told[1] == []
    assert [(a["room"], a["private"]) for a in told[2] + told[3]] == [("sales", False)] * 2
    assert (told[4][0]["room"], told[4][0]["private"]) == (None, True)
    assert program.titles() == ["heard", "heard as well"]


def test_two_talk_in_a_room_each_with_a_question_of_their_own(program: Program) -> None:
    room = {"room": "sales", "thread": "t1"}
    told = program.run(
        hi(ANA),
        hi(BO),
        {**room, "as": "Ana", "say": "@parley remind me about the tax forms"},
        {**room, "as": "Bo", "say": "@parley remind me about the van"},
        {**room, "as": "Ana", "say": "@parley tomorrow at 9"},
        {**room, "as": "Bo", "say": "@parley tomorrow at 10"},
    )
    assert "09:00: the tax forms" in told[4][0]["text"]
    assert "10:00: the van" in told[5][0]["text"]


# Delivered twice


def test_the_same_id_twice_is_one_message(program: Program) -> None:
    line = {**ANA, "id": "m-17", "say": "add a task: once"}
    told = program.run(line, line)
    assert [len(group) for group in told] == [1, 0]
    assert program.last(line) == []
    assert program.titles() == ["once"]


def test_the_same_press_twice_is_one_press(program: Program) -> None:
    press = {"press": "Done", "id": "m-2"}
    told = program.run({**ANA, "say": "add a task: once"}, press, press)
    assert [len(group) for group in told[1:]] == [1, 0]


# What cannot be read

UNREADABLE = [
    "{broken",
    "{}{}",
    '{"nonsense": 1}',
    '{"as": 3, "say": "hi"}',
    '{"as": "", "say": "hi"}',
    '{"say": ["hi"]}',
    '{"now": "yesterday"}',
    '{"now": "2026-02-30T10:00:00Z"}',
]


def test_what_cannot_be_read_is_an_error_and_reading_goes_on(program: Program) -> None:
    told = program.run(hi(ANA), *UNREADABLE, "add a task: after all")
    assert [list(a) for group in told[1:-1] for a in group] == [["error"]] * len(UNREADABLE)
    assert all(group[0]["error"] for group in told[1:-1])
    assert "after all" in told[-1][0]["text"]


WRONG = [
    {"as": "Bo", "tz": "Mars/Olympus", "say": "add a task: x"},
    {"as": "   ", "say": "hi"},
    {"as": "Bo", "lang": "klingon", "say": "add a task: x"},
    {"as": "Bo", "role": "king", "say": "add a task: x"},
]


@pytest.mark.parametrize("line", WRONG, ids=lambda line: str(sorted(line)))
def test_a_value_that_is_none_is_an_error(program: Program, line: dict[str, str]) -> None:
    told = program.run(hi(ANA), line, {"as": "Ana", "say": "add a task: after all"})
    assert [list(a) for a in told[1]] == [["error"]]
    assert program.titles() == ["after all"]


def test_nothing_to_read_is_done_in_silence(program: Program) -> None:
    assert program.run(hi(ANA), {}, {"id": "m-1"}, {"as": "Ana"})[1:] == [[], [], []]


def test_line_ends_of_any_kind_and_no_last_one(program: Program) -> None:
    told = program.run(hi(ANA), b"add a task: one\r\n", "加个任务:买茶叶".encode())
    assert len(told) == 3
    assert program.titles() == ["one", "买茶叶"]


# After a restart


def test_ids_go_on_after_a_restart(program: Program) -> None:
    assert [a["id"] for g in program.run({**ANA, "say": "hi"}, "hi") for a in g] == ["a-1", "a-2"]
    (answer,) = program.last({**ANA, "say": "add a task: one"})
    assert answer["id"] == "a-3"
    (pressed,) = program.last({**ANA, "press": "Done", "press_in": "a-3"})
    assert (pressed["id"], pressed["text"]) == ("a-4", "Done: #1 one.")


def test_a_question_is_still_open_after_a_restart(program: Program) -> None:
    program.run({**ANA, "say": "remind me about the tax forms"})
    (answer,) = program.last({**ANA, "say": "tomorrow at 9"})
    assert "tomorrow 09:00: the tax forms" in answer["text"]


@pytest.mark.parametrize("handled", [False, True])
def test_what_was_not_answered_or_not_shown_comes_first_after_a_restart(
    program: Program, handled: bool
) -> None:
    app = build(settings_for(program.url))
    incoming = Incoming(
        "console", "e-1", Sender("ana", "Ana"), "ana", "add a task: left behind", vouched=True
    )
    conversation, _ = app.engine.accept(incoming)
    if handled:
        app.engine.handle(conversation)
    app.close()
    told = program.run("hi")
    assert [a["id"] for a in told[0]] == ["a-1", "a-2"]
    assert "Added task #1 left behind" in told[0][0]["text"]
    assert told[0][1]["text"].startswith("Hello")
    assert len(program.last("hi")) == 1


def test_the_program_itself(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/parley.db"
    command = [sys.executable, "-m", "bot", "chat", "--json", "--database", url]
    data = b"".join(encoded(x) for x in ({**ANA, "say": "加个任务:买茶叶"}, "{broken"))
    done = subprocess.run(command, input=data, capture_output=True, timeout=60, check=True)
    answer, first, error, second = [json.loads(x) for x in done.stdout.decode().splitlines()]
    assert list(answer) == KEYS
    assert (first, list(error), second) == ({"done": True}, ["error"], {"done": True})
    assert "买茶叶" in done.stdout.decode()
