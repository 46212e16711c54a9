"""Tables written as CSV: safe to open in a spreadsheet program, and read again as they were."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import PurePath

from handlers.reply import FileRef
from handlers.voice import Voice
from storage.database import Database
from storage.files import keep_file
from storage.jobs import failures
from storage.tables import File, Job

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_MARK = "\ufeff"  # without it spreadsheet programs take UTF-8 for something else
_ROWS = 500


def defused(value: str) -> str:
    """A value that no spreadsheet program takes for a formula."""
    return f"'{value}" if _FORMULA.match(value) else value


def rearmed(value: str) -> str:
    """The value as it was before it was defused."""
    return value[1:] if value.startswith("'") and _FORMULA.match(value) else value


def csv_pieces(rows: Iterable[Iterable[str]]) -> Iterator[bytes]:
    """Rows as a CSV file, in pieces."""
    text = io.StringIO(_MARK)
    text.seek(0, io.SEEK_END)
    writer = csv.writer(text)
    for number, row in enumerate(rows, 1):
        writer.writerow([defused(cell) for cell in row])
        if number % _ROWS == 0:
            yield _taken(text)
    if rest := _taken(text):
        yield rest


def _taken(text: io.StringIO) -> bytes:
    data = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return data


def reference(row: File) -> FileRef:
    """A kept file as an answer shows it."""
    return FileRef(str(row.id), row.name, row.media_type, row.size)


def failures_file(database: Database, job: Job, voice: Voice) -> FileRef | None:
    """The rows that could not be taken, as they were, each with its reason; None where there are none."""
    if not job.counts.get("invalid"):
        return None
    name = voice.say("import.failed_name", name=PurePath(job.data["name"]).stem).text
    pieces = csv_pieces(_failed(database, job, voice))
    return reference(keep_file(database, job.workspace_id, name, "text/csv", pieces, job.member_id))


def _failed(database: Database, job: Job, voice: Voice) -> Iterator[list[str]]:
    headers = job.data["headers"]
    yield [*headers, voice.label("import.reason_column")]
    after = 0
    while found := database.read(partial(failures, job.workspace_id, job.id, after)):
        for failure in found:
            after = failure.position
            key, _, value = failure.reason.partition(":")
            width = max(len(headers), len(failure.row))
            cells = [*failure.row, *[""] * (len(headers) - len(failure.row))]
            yield [*cells[:width], voice.say(f"import.why.{key}", value=value).text]
