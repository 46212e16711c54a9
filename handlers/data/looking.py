"""Looking at a file that came in, before its message is answered: what it is, and what importing it would do."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from itertools import islice
from struct import unpack
from typing import Any, TypeVar
from uuid import UUID

from handlers.data import mapping
from handlers.data.columns import Columns, guess
from handlers.data.rows import Place, Refused, drafts
from handlers.data.sheets import Sheet, Unreadable, is_table, open_sheet
from handlers.errors import Unseen
from storage.database import Database, Session
from storage.drafts import Draft, Prepared, recognise
from storage.files import beginning, file_of, opened
from storage.known import known
from storage.tables import File, Job, JobState, JobTask, Workspace

T = TypeVar("T")
AT_ONCE = 250
EXAMPLES = 3


class Sieve:
    """Which keys have been met, in constant memory: a Bloom filter of four bits a key in four megabytes."""

    SIZE = 1 << 25

    def __init__(self) -> None:
        self._bits = bytearray(self.SIZE >> 3)

    def meets(self, key: str) -> bool:
        """Whether the key was met before; it is from now on."""
        known_before = True
        for part in unpack("<4I", blake2b(key.encode(), digest_size=16).digest()):
            place = part % self.SIZE
            known_before &= bool(self._bits[place >> 3] & 1 << (place & 7))
            self._bits[place >> 3] |= 1 << (place & 7)
        return known_before


@dataclass
class Seen:
    """What a scan has met so far."""

    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    examples: list[tuple[int, str, str]] = field(default_factory=list)
    keys: Sieve = field(default_factory=Sieve)


def look(database: Database, workspace: Workspace, file_id: str, place: Place, wanted: Unseen) -> Job:
    """What is known of a file after looking at it as is `wanted`; not kept yet."""
    row = database.read(lambda s: file_of(s, workspace.id, UUID(file_id)))
    if row is None:
        raise LookupError("the file is gone")
    head = beginning(database, workspace.id, row.id)
    data: dict[str, Any] = {
        "name": row.name,
        "table": is_table(row.name, row.media_type, head),
        "told": wanted.columns,
    }
    job = Job(workspace_id=workspace.id, task=JobTask.IMPORT, state=JobState.SHOWN, file_id=row.id, data=data)
    if wanted.scan and data["table"]:
        try:
            _scan(database, workspace, row, place, wanted, job)
        except Unreadable as error:
            job.data = {**job.data, "error": error.key, "params": error.params}
    return job


def _scan(
    database: Database, workspace: Workspace, row: File, place: Place, wanted: Unseen, job: Job
) -> None:
    with opened(database, workspace.id, row.id) as file:
        sheet = open_sheet(file)
        job.data = {**job.data, "headers": sheet.headers}
        columns = columns_of(sheet, wanted.kind, mapping.read(wanted.columns))
        if not columns.known:
            raise Unreadable("import.no_columns", headers=sheet.headers[:5])
        seen = Seen()
        for batch in batches(drafts(sheet.rows, sheet.headers, columns, place), AT_ONCE):
            _count(database, workspace, batch, seen)
    if not seen.counts:
        raise Unreadable("import.no_rows")
    job.total = seen.counts.total()
    job.counts = dict(seen.counts)
    job.data = {
        **job.data,
        "kind": columns.kind,
        "fields": list(columns.fields),
        "reasons": dict(seen.reasons),
        "examples": seen.examples,
    }


def columns_of(sheet: Sheet, kind: str | None, told: mapping.Told) -> Columns:
    """The mapping of a sheet's columns."""
    if sheet.fields is not None:
        return Columns("contacts", sheet.fields)
    return guess(sheet.headers, kind, told)


def batches(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """Rows by the hundred."""
    source = iter(rows)
    while batch := list(islice(source, size)):
        yield batch


def _count(
    database: Database, workspace: Workspace, batch: list[Draft | tuple[int, list[str], Refused]], seen: Seen
) -> None:
    for refused in (r for r in batch if isinstance(r, tuple)):
        seen.counts["invalid"] += 1
        seen.reasons[refused[2].reason] += 1
        if len(seen.examples) < EXAMPLES:
            seen.examples.append((refused[0], refused[2].reason, refused[2].value))
    prepared = [recognise(workspace, d) for d in batch if isinstance(d, Draft)]
    there = database.read(partial(_there, workspace.id, prepared))
    for one, old in zip(prepared, there, strict=True):
        again = [seen.keys.meets(key) for key in _keys(one)]  # all of them must be noted
        seen.counts["duplicate" if old or any(again) else "new"] += 1


def _there(workspace_id: UUID, prepared: list[Prepared], session: Session) -> list[bool]:
    found = known(session, workspace_id, prepared)
    return [found.has(one) for one in prepared]


def _keys(prepared: Prepared) -> list[str]:
    """What two rows of one file that are the same record have in common."""
    draft = prepared.draft
    company = prepared.company.main if prepared.company else ""
    if draft.deal:
        customer = company or (prepared.contact.main if prepared.contact else "")
        return [f"deal|{draft.deal['title']}|{customer}"]
    if prepared.contact:
        named = [f"name|{prepared.contact.main}|{company}"] if company or not prepared.points else []
        return [p["digest"] for p in prepared.points] + named
    return [f"company|{company}"]
