"""`parley import` and `parley export`: the same as in a talk, with a bar that moves."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TypeVar
from uuid import UUID

from rich.console import Console as Screen
from rich.progress import Progress

from bot.adapters.console import Answer, Console, Line
from bot.app import App
from storage.files import pieces

T = TypeVar("T")


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
    with _bar(app):
        console.take(Line(press=preview.buttons[0]))
    _save(app, heard[-1], path.parent)
    return heard[-1].reply.text()


def take_out(app: App, name: str, kind: str, form: str, path: Path) -> str:
    """Export a kind of records as somebody into a file; the last answer. Raises `Refused`."""
    console, heard = _console(app, name)
    with _bar(app):
        console.take(Line(say=f"/data export {kind} {form}"))
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


@contextmanager
def _bar(app: App) -> Iterator[None]:
    """A bar for the job that is done meanwhile."""
    desk = app.desk()
    with Progress(console=Screen(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        desk.watch = lambda job: bar.update(task, completed=job.position, total=job.total)
        try:
            yield
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
