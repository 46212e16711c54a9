"""Whatever comes in: a clear answer, and nothing half-written."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlmodel import select

from storage.tables import Contact, Task
from tests.transcript import Player, Step

CASES = [
    ("", "only read words"),
    ("   ", "only read words"),
    ("🎉🎉", "only read words"),
    ("?!…", "only read words"),
    ("\u202e\u200b\u0000", "only read words"),
    ("x" * 100_000, "too long"),
    ("张" * 100_000, "太长了"),
    ("remind me " * 10_000, "too long"),
]


@pytest.mark.parametrize(("text", "says"), CASES, ids=[repr(c[0][:12]) for c in CASES])
def test_a_clear_answer(player: Player, text: str, says: str) -> None:
    assert says in "\n".join(player.play(Step(f"ana> {text}", 1)))


@pytest.mark.parametrize(
    "name",
    [
        "Robert'); DROP TABLE contact;--",
        "<b>Bold</b> & Co",
        "**Star** {name}",
        "O'Neil & Söhne",
        "$(rm -rf)",
        "%s %d",
    ],
)
def test_markup_and_sql_in_names_are_only_text(player: Player, name: str) -> None:
    player.play(Step(f'ana> /contact add "{name}"', 1))
    stored = player.console.app.database.read(lambda s: [c.name for c in s.exec(select(Contact))])
    assert stored == [name]
    assert name in "\n".join(player.play(Step("ana> list all contacts", 2)))


def test_control_and_bidi_characters_are_left_out_of_what_is_kept(player: Player) -> None:
    player.play(Step("ana> add a task: pay \u202ebills\u202c\u0007 quickly", 1))
    assert player.console.app.database.read(lambda s: s.exec(select(Task.title)).one()) == "pay bills quickly"


def test_a_button_pressed_twice(player: Player) -> None:
    player.play(Step("ana> add a task: once", 1))
    assert "Done" in player.play(Step("ana> [Done]", 2))[0]
    assert "already used" in player.play(Step("ana> [Done]", 3))[0]


def test_a_stale_button_shows_that_things_have_changed(player: Player) -> None:
    player.play(Step("ana> add a task: paint", 1))
    player.play(Step("ana> /task edit 1 title repaint", 2))
    assert "changed since" in player.play(Step("ana> [Done]", 3))[0]
    assert player.console.app.database.read(lambda s: s.exec(select(Task.status)).one()) == "not_started"


def test_someone_elses_button(player: Player) -> None:
    player.play(Step("ana> add a task: mine", 1))
    player.play(Step("-- Bob: sales", 2))
    assert "no longer there" in player.play(Step("bob> [Done]", 3))[0]


@pytest.mark.parametrize(
    "text",
    ["/", "/ ", "//", "/task", "/task add", "/contact edit", "/find", "/settings set language:klingon"],
)
def test_broken_slash_commands_are_answered(player: Player, text: str) -> None:
    answered = player.play(Step(f"ana> {text}", 1))
    assert answered
    assert "went wrong" not in answered[0]


def chat(database: str, data: bytes) -> list[dict[str, object]]:
    command = [sys.executable, "-m", "bot", "chat", "--json", "--as", "Ana", "--database", database]
    done = subprocess.run(command, input=data, capture_output=True, timeout=60, check=True)
    return [json.loads(x) for x in done.stdout.splitlines()]


def test_broken_utf8_and_broken_json_on_the_pipe(tmp_path: Path) -> None:
    data = b'hi \xff\xfe\n{"as": 3}\n{"nonsense": 1}\n{broken\n\nhi\n'
    out = chat(f"sqlite:///{tmp_path}/p.db", data)
    assert [o for o in out if "done" in o] == [{"done": True}] * 6
    assert sum("error" in o for o in out) == 3
    assert "Hello" in str(out[-2]["text"])


def test_a_full_disk_is_said_clearly_and_nothing_is_kept(player: Player) -> None:
    database = player.console.app.database
    if not database.sqlite:
        pytest.skip("filling the disk of a server is the server's own test")
    player.play(Step("ana> hi", 1))
    pages = database.run(lambda s: s.connection().exec_driver_sql("PRAGMA page_count").scalar_one())
    database.run(lambda s: s.connection().exec_driver_sql(f"PRAGMA max_page_count={pages}"))
    from bot.adapters.terminal import _take  # noqa: PLC0415

    for i in range(200):
        _take(player.console, f"note on Dana: {'long story ' * 100}{i}")
    database.run(lambda s: s.connection().exec_driver_sql("PRAGMA max_page_count=1073741823"))
    assert "Added task #1 go on." in "\n".join(player.play(Step("ana> add a task: go on", 3)))
