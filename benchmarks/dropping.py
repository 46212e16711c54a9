"""A large file through the real doors of a served Parley, while somebody else talks: memory, waits, and its undo.

`python -m benchmarks.dropping [ROWS …] [sqlite|postgresql …]`: a CSV dropped on the page, then an XLSX by `parley import`.
"""

import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from csv import reader
from pathlib import Path

import httpx
from openpyxl import Workbook
from sqlalchemy import text

from benchmarks.importing import people
from storage.database import Database
from tests.databases import Postgres
from tests.page.serving import PATIENCE, Person, free_port, headline

COUNTED = ("contact", "company", "contact_point", "name_key", "search_index WHERE kind <> 'task'")
PAUSE = 0.25  # seconds between two messages of the other


class Served:
    """`parley serve` in a process of its own."""

    def __init__(self, url: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {**os.environ, "DATABASE_URL": url, "PARLEY_SECRET": "x" * 32, "TZ": "UTC"}
        command = self._command("serve", "--host", "127.0.0.1", "--port", str(self.port))
        self.process = subprocess.Popen(command, env=self.environment, stdout=subprocess.DEVNULL)
        while not self._ready():
            if self.process.poll() is not None:
                raise RuntimeError("the server did not start")
            time.sleep(0.05)

    def _command(self, *args: str) -> list[str]:
        return [sys.executable, "-W", "ignore", "-m", "bot", *args]

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=1).is_success
        except httpx.HTTPError:
            return False

    def run(self, *args: str, heard: str = "") -> tuple[str, float]:
        """What another command said, and the most megabytes it held."""
        with tempfile.TemporaryFile("w+") as told, tempfile.TemporaryFile("w+") as said:
            told.write(heard)
            told.seek(0)
            process = subprocess.Popen(self._command(*args), env=self.environment, stdin=told, stdout=said)
            used = os.wait4(process.pid, 0)[2].ru_maxrss / 1024
            process.returncode = 0
            said.seek(0)
            return said.read(), used

    def most(self) -> float:
        """The most megabytes that the server has held."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024

    def person(self, name: str, role: str) -> Person:
        """Somebody who has come in by an invitation."""
        said, _ = self.run("invite", "--role", role, "--name", name)
        client = httpx.Client(base_url=self.url, headers={"Origin": self.url}, timeout=PATIENCE)
        code = said.split()[-1]
        client.post("/join", data={"code": code, "zone": "Europe/Berlin"})
        person = Person(client)
        person.hear(1)
        return person

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait()


class Other(threading.Thread):
    """Somebody who adds tasks on the page meanwhile; how long each answer took, by what went on."""

    def __init__(self, person: Person) -> None:
        super().__init__()
        self.person, self.meanwhile = person, "warm"
        self.waits: dict[str, list[float]] = defaultdict(list)
        self.over = threading.Event()

    def run(self) -> None:
        """Talk until it is over."""
        number = 0
        while not self.over.wait(PAUSE):
            number, meanwhile = number + 1, self.meanwhile
            begun = time.perf_counter()
            self.person.ask(f"/task add Call {number}")
            self.waits[meanwhile].append(time.perf_counter() - begun)

    def told(self, meanwhile: str) -> str:
        """How long the answers took meanwhile."""
        waits = sorted(self.waits[meanwhile]) or [0.0]
        return f"{len(waits):4} messages: median {waits[len(waits) // 2] * 1000:4.0f}, longest {waits[-1] * 1000:5.0f} ms"

    @contextmanager
    def during(self, what: str) -> Iterator[None]:
        """Note what goes on, and say how long it took."""
        self.meanwhile, begun = what, time.perf_counter()
        yield
        self.meanwhile = "idle"
        print(f"  {what:18} {time.perf_counter() - begun:6.1f} s; {self.told(what)}", flush=True)


def until(person: Person, ends: Callable[[dict[str, object]], bool]) -> dict[str, object]:
    """The first message that is the end of it."""
    while True:
        try:
            heard = person.hear(1)[0]
        except httpx.ReadTimeout:
            continue
        if ends(heard):
            return heard


def drop(ana: Person, other: Other, path: Path) -> None:
    """Dropped on the page, looked at, taken, and taken back."""
    with other.during("page: look"):
        with path.open("rb") as file:
            answer = ana.client.post("/files", params={"name": path.name}, content=file)
        ana.say("", files=[answer.json()["token"]])
        shown = until(ana, lambda m: m["who"] == "parley")
    with other.during("page: import"):
        ana.say(press=shown["buttons"][0]["token"])
        done = until(ana, lambda m: m["who"] == "parley" and headline(m).startswith("Imported"))
    print(f"    {headline(done)}")
    with other.during("page: undo"):
        ana.say(press=done["buttons"][0]["token"])
        until(ana, lambda m: m["who"] == "parley" and headline(m).startswith("Took back"))


def workbook(source: Path, path: Path) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    with source.open(encoding="utf-8", newline="") as file:
        for row in reader(file):
            sheet.append(row)
    book.save(path)


def counted(url: str) -> dict[str, int]:
    database = Database(url)
    try:
        return database.read(
            lambda s: {t: s.execute(text(f"SELECT count(*) FROM {t}")).scalar_one() for t in COUNTED}  # noqa: S608
        )
    finally:
        database.close()


class Changed(Exception):
    """What was imported and taken back has left or lost something."""


def same(url: str, before: dict[str, int]) -> None:
    """Raise `Changed` unless there is as much as before."""
    if (now := counted(url)) != before:
        raise Changed(f"{before} became {now}")


def measure(url: str, rows: int) -> None:
    kind = url.split(":", maxsplit=1)[0]
    print(f"{kind}, {rows:,} rows", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        table, book = Path(folder) / "people.csv", Path(folder) / "people.xlsx"
        people(table, rows)
        workbook(table, book)
        served = Served(url)
        try:
            through(served, url, table, book)
        finally:
            served.stop()


def through(served: Served, url: str, table: Path, book: Path) -> None:
    ana, other = served.person("Ana", "owner"), Other(served.person("Bob", "sales"))
    ana.ask("add Kim Novak from Acme")
    other.start()
    try:
        time.sleep(3)
        before, rest = counted(url), served.most()
        drop(ana, other, table)
        same(url, before)
        print(f"    the server held {rest:.0f} MB before, {served.most():.0f} MB at most", flush=True)
        with other.during("command: import"):
            said, used = served.run("import", str(book), "--as", "Ana", "--yes")
        print(f"    {said.splitlines()[-1]} It held {used:.0f} MB at most", flush=True)
        with other.during("command: undo"):
            said, _ = served.run("chat", "--json", "--as", "Ana", heard="undo\n")
        same(url, before)
    finally:
        other.over.set()
        other.join()
    print(f"    the server held {served.most():.0f} MB at most in all", flush=True)


def main() -> None:
    sizes = [int(a) for a in sys.argv[1:] if a.isdigit()] or [10_000, 100_000]
    kinds = [a for a in sys.argv[1:] if not a.isdigit()] or ["sqlite", "postgresql"]
    for kind in kinds:
        for rows in sizes:
            if kind == "sqlite":
                with tempfile.TemporaryDirectory() as folder:
                    measure(f"sqlite:///{folder}/parley.db", rows)
                continue
            server = Postgres(durable=True)
            try:
                measure(server.empty(), rows)
            finally:
                server.stop()


if __name__ == "__main__":
    main()
