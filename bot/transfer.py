"""`parley import` and `parley export`: the same as in a talk, with a bar that moves."""

import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO, TypeVar
from uuid import UUID

from rich.console import Console as Screen
from rich.progress import Progress

from bot.adapters.console import Answer, Console, Line
from bot.app import App
from storage.files import pieces
from storage.jobs import running_in

T = TypeVar("T")
LOOK = 0.2  # seconds between two looks at a job that is done elsewhere


class Refused(Exception):
    """Nothing was done; the sentence says why."""


def bring_in(app: App, name: str, path: Path, agrees: Callable[[str], bool]) -> str:
    """Import a file as somebody: its preview is shown, and `agrees` says yes or no. The last answer. Raises `Refused`."""
    console, heard = _console(app, name)
    console.take(Line(file=path, say=""))
    preview = heard[-1]
    if not preview.asks:
        raise Refused(preview.reply.text())
    if not agrees(preview.reply.text()):
        console.take(Line(press=preview.buttons[-1]))
        return heard[-1].reply.text()
    _say(console, Line(press=preview.buttons[0]))
    _save(app, heard[-1], path.parent)
    return heard[-1].reply.text()


def take_out(app: App, name: str, kind: str, form: str, path: Path) -> str:
    """Export a kind of records as somebody into a file; the last answer. Raises `Refused`."""
    console, heard = _console(app, name)
    _say(console, Line(say=f"/data export {kind} {form}"))
    answer = heard[-1]
    if not answer.reply.files:
        raise Refused(answer.reply.text())
    _write(app, answer.reply.files[0].id, path)
    return answer.reply.text()


def _console(app: App, name: str) -> tuple[Console, list[Answer]]:
    heard: list[Answer] = []
    console = Console(app, heard.append, name)
    console.start()
    return console, heard


def _say(console: Console, line: Line) -> None:
    """Say what begins a job and wait for its end under a bar, also where a server beside this process does the job."""
    desk = console.app.desk()
    with Progress(console=Screen(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        desk.watch = lambda job: bar.update(task, completed=job.position, total=job.total)
        try:
            console.take(line)
            while job := desk.database.read(partial(running_in, conversation_id=console.conversation)):
                desk.watch(job)
                time.sleep(LOOK)
                console.app.work_off()  # what the server has left
            console.deliver()
        finally:
            desk.watch = lambda _: None


def _save(app: App, answer: Answer, folder: Path) -> None:
    for file in answer.reply.files:
        _write(app, file.id, folder / Path(file.name).name)


def _write(app: App, file_id: str, path: Path) -> None:
    engine = app.engine
    saved(
        path, lambda out: [out.write(d) for d in pieces(engine.database, engine.workspace_id, UUID(file_id))]
    )


def saved(path: Path, write: Callable[[IO[bytes]], T]) -> T:
    """What `write` returns after it wrote a file, for its owner's eyes only; there is a whole file or none."""
    part = path.with_name(f".{path.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            result = write(out)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return result
