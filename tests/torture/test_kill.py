"""Killed at random points in a burst of messages: every message takes effect once, every answer is there."""

import contextlib
import json
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

from sqlmodel import select

from storage.database import Database
from storage.tables import Task

KILLS = 50
NOW = "2026-03-02T10:00:00+01:00"


def lines(count: int) -> list[str]:
    head = {"as": "Ana", "tz": "Europe/Berlin", "now": NOW}
    return [json.dumps({**head, "id": f"m-{i}", "say": f"add a task: polish item {i}"}) for i in range(count)]


class Run:
    """One process of `parley chat --json`; its output goes to a file, so that a kill loses nothing of it."""

    def __init__(self, url: str, out: IO[bytes]) -> None:
        command = [sys.executable, "-m", "bot", "chat", "--json", "--database", url]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out, stderr=subprocess.DEVNULL)

    def write(self, text: str) -> None:
        assert self.process.stdin
        try:
            self.process.stdin.write(text.encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return

    def kill(self) -> None:
        assert self.process.stdin
        self.process.kill()
        self.process.wait()
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()

    def finish(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        assert self.process.wait(60) == 0


def finished(path: Path) -> int:
    """How many lines were answered to the end so far."""
    return path.read_bytes().count(b'{"done": true}')


def wait_for(path: Path, count: int, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while finished(path) < count and time.monotonic() < end:
        time.sleep(0.002)


def test_fifty_kills(database_url: str, tmp_path: Path) -> None:
    chance = random.Random(7)
    messages, out = lines(KILLS * 6), tmp_path / "out"
    out.touch()
    sent = 0
    for _ in range(KILLS):
        with out.open("ab") as sink:
            run, before = Run(database_url, sink), finished(out)
            burst = messages[sent : sent + 6]
            for message in burst:
                run.write(message)
            wait_for(out, before + chance.randint(0, 3))
            time.sleep(chance.uniform(0, 0.02))
            run.kill()
        sent += min(
            6, finished(out) - before
        )  # what was not answered to its end is sent again, under the same id
    with out.open("ab") as sink:
        run = Run(database_url, sink)
        for message in messages[sent:]:
            run.write(message)
        run.finish()
    assert_each_once(database_url, len(messages))
    answers = out.read_text("utf-8", "replace")
    missing = [i for i in range(len(messages)) if f"polish item {i}." not in answers]
    assert not missing


def assert_each_once(url: str, count: int) -> None:
    database = Database(url)
    try:
        titles = database.read(lambda session: sorted(t.title for t in session.exec(select(Task))))
    finally:
        database.close()
    assert titles == sorted(f"polish item {i}" for i in range(count))
