"""Records as rows of a file."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import vobject
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from handlers.data.written import csv_pieces, defused
from handlers.voice import Voice
from storage.files import PIECE
from storage.queries.export import Page
from storage.tables import PointKind

KINDS = {
    "contacts": "contact", "companies": "company", "deals": "deal", "tickets": "ticket", "tasks": "task",
    "activities": "activity",
}  # fmt: skip
AREAS = {"companies": "contacts", "activities": "contacts"}
MEDIA = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "vcard": "text/vcard",
}
SUFFIX = {"csv": "csv", "xlsx": "xlsx", "vcard": "vcf"}
_TAIL = ("tags", "owner", "notes")
COLUMNS = {
    "contacts": ("person", "job_title", "company", "email", "phone", "source", "birthday", "address", "lifecycle", *_TAIL),
    "companies": ("company", "industry", "domain", "company_phone", "tax_id", "address", "lifecycle", *_TAIL),
    "deals": ("deal", "company", "contact", "amount", "currency", "stage", "close_date", "source", "tags", "owner"),
    "tickets": ("number", "title", "status", "priority", "type", "company", "contact", "owner", "opened", "closed"),
    "tasks": ("number", "title", "status", "priority", "due", "company", "contact", "owner", "closed"),
    "activities": ("when", "type", "text", "company", "contact", "owner"),
}  # fmt: skip
_ATTRIBUTES = {"person": "name", "company_phone": "phone", "deal": "title", "due": "due_on", "opened": "created_at",
               "when": "occurred_at"}  # fmt: skip
Cells = Callable[[Page, Any], list[str]]


def header(voice: Voice, kind: str, custom: list[str]) -> list[str]:
    """What the columns are called: in the speaker's language, as an import knows them."""
    return [*(voice.label(f"column.{c}") for c in COLUMNS[kind]), *custom]


def cells(voice: Voice, kind: str, custom: list[str]) -> Cells:
    """How a record becomes a row."""

    def row(page: Page, record: Any) -> list[str]:
        told = [_cell(voice, kind, column, page, record) for column in COLUMNS[kind]]
        return [*told, *(str(record.custom.get(key, "")) for key in custom)]

    return row


def _cell(voice: Voice, kind: str, column: str, page: Page, record: Any) -> str:
    match column:
        case "company" if kind != "companies":
            return page.companies.get(record.company_id, "")
        case "company":
            return str(record.name)
        case "contact":
            return page.contacts.get(record.contact_id, "")
        case "owner":
            return page.members.get(record.owner_id, "")
        case "email" | "phone":
            return "; ".join(page.points[(record.id, PointKind(column))])
        case "tags":
            return ", ".join(page.tags[record.id])
        case "closed":
            return _plain(
                voice, getattr(record, "resolved_at", None) or getattr(record, "completed_at", None)
            )
    return _plain(voice, getattr(record, _ATTRIBUTES.get(column, column), None))


def _plain(voice: Voice, value: Any) -> str:
    if value is None:
        return ""
    if hasattr(value, "astimezone"):
        return value.astimezone(voice.zone).strftime("%Y-%m-%d %H:%M")  # type: ignore[no-any-return]
    return format(value, "f").rstrip("0").rstrip(".") if hasattr(value, "as_tuple") else str(value)


def written(format_: str, head: list[str], pages: Iterable[Page], row: Cells) -> Iterator[bytes]:
    """A file in pieces; never wholly in memory."""
    if format_ == "vcard":
        return (_card(page, record).encode() for page in pages for record in page.rows)
    rows = ([head], (row(page, record) for page in pages for record in page.rows))
    every = (r for group in rows for r in group)
    return csv_pieces(every) if format_ == "csv" else _workbook(every)


def _workbook(rows: Iterable[list[str]]) -> Iterator[bytes]:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append([ILLEGAL_CHARACTERS_RE.sub("", defused(cell)) for cell in row])
    with tempfile.TemporaryFile(prefix="parley-") as file:
        book.save(file)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _card(page: Page, contact: Any) -> str:
    card = vobject.vCard()
    card.add("fn").value = contact.name
    first, _, last = contact.name.rpartition(" ")
    card.add("n").value = vobject.vcard.Name(family=last, given=first)
    if company := page.companies.get(contact.company_id):
        card.add("org").value = [company]
    simple = {"title": contact.job_title, "note": contact.notes}
    simple["bday"] = contact.birthday.isoformat() if contact.birthday else None
    for name, value in simple.items():
        if value:
            card.add(name).value = value
    for kind, name in ((PointKind.EMAIL, "email"), (PointKind.PHONE, "tel")):
        for value in page.points[(contact.id, kind)]:
            card.add(name).value = value
    if contact.address:
        card.add("adr").value = vobject.vcard.Address(street=contact.address)
    if tags := page.tags[contact.id]:
        card.add("categories").value = tags
    return str(card.serialize())
