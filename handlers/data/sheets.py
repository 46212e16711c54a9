"""Opening a file as a table: its header, then its rows one by one, whatever its form and encoding."""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

from charset_normalizer import from_bytes

from handlers.data.cards import cards, fields_of_cards
from handlers.data.workbook import sheet_rows, weigh

SAMPLE = 64 * 1024
LONGEST_LINE = 1024 * 1024  # characters
LONGEST_CELL = 128 * 1024
MOST_COLUMNS = 500
_DELIMITERS = ",;\t|"
_ENCODINGS = ["gb18030", "big5", "shift_jis", "euc_kr", "cp1252", "cp1251"]
_OTHER = {  # beginnings of files that are no table, whatever their name says
    b"\x89PNG": "picture", b"\xff\xd8\xff": "picture", b"GIF8": "picture", b"RIFF": "media", b"%PDF": "pdf",
    b"OggS": "media", b"ID3": "media", b"\x1f\x8b": "archive", b"Rar!": "archive", b"7z\xbc\xaf": "archive",
}  # fmt: skip
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".vcf", ".vcard", ".xls")


class Unreadable(Exception):
    """A file that cannot be read as a table; `key` is the sentence that says why and what to do."""

    def __init__(self, key: str, **params: Any) -> None:
        super().__init__(key)
        self.key, self.params = key, params


@dataclass
class Sheet:
    """A table: its header, its rows, and the fields of its columns where the form itself says them."""

    headers: list[str]
    rows: Iterator[list[str]]
    fields: tuple[str, ...] | None = None


def is_table(name: str, media_type: str, head: bytes) -> bool:
    """Whether a file is meant as a table or as cards: by how it begins, then by its name."""
    if any(head.startswith(magic) for magic in _OTHER):
        return False
    suffix = Path(name.lower()).suffix
    if suffix:
        return suffix in TABLES and not (suffix == ".txt" and not _delimited(head))
    return media_type in ("text/csv", "text/vcard", "text/x-vcard") or _BEGIN in head[:200].upper()


_BEGIN = b"BEGIN:VCARD"


def _delimited(head: bytes) -> bool:
    first = head.splitlines()[0] if head.strip() else b""
    return any(d.encode() in first for d in "\t;|,")


def open_sheet(file: IO[bytes]) -> Sheet:
    """The table in a file that can be sought in. Raises `Unreadable`, also while its rows are read."""
    head = file.read(SAMPLE)
    file.seek(0)
    if not head.strip(b"\x00\xef\xbb\xbf\xff\xfe \t\r\n"):
        raise Unreadable("import.empty")
    if head.startswith(b"PK\x03\x04"):
        return _workbook(file)
    if head.startswith(_OLD_OFFICE):
        raise Unreadable("import.old_office")
    if any(head.startswith(magic) for magic in _OTHER):
        raise Unreadable("import.no_table")
    lines = _lines(file, encoding_of(head))
    if _BEGIN in head.replace(b"\x00", b"")[:300].upper():
        return Sheet(list(fields_of_cards()), cards(lines), fields_of_cards())
    return _separated(lines)


def encoding_of(head: bytes) -> str:
    """How text is encoded. Raises `Unreadable` for what is no text."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if head.startswith(mark):
            return name
    zeros = head.count(0)
    if zeros > len(head) // 4:
        return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
    if zeros or sum(b < 32 and b not in b"\t\r\n\x0b\x0c\x1b" for b in head) > len(head) // 50:
        raise Unreadable("import.no_table")
    whole = head.rsplit(b"\n", 1)[0] if b"\n" in head else head
    if _decodes(whole, "utf-8"):
        return "utf-8"
    best = from_bytes(whole, cp_isolation=_ENCODINGS).best()
    if best is not None:
        return "gb18030" if best.encoding in ("gb2312", "gbk", "hz") else best.encoding
    return next((e for e in _ENCODINGS if _decodes(whole, e)), "cp1252")


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _lines(file: IO[bytes], encoding: str) -> Iterator[str]:
    """Lines of text, none longer than can be held."""
    text = io.TextIOWrapper(file, encoding, newline="")
    number = 0
    try:
        while line := text.readline(LONGEST_LINE):
            number += 1
            if len(line) == LONGEST_LINE:
                raise Unreadable("import.cell_too_long", row=number, limit=LONGEST_CELL // 1024)
            yield line.replace("\x00", "")
    except UnicodeError as error:
        raise Unreadable("import.encoding", row=number + 1) from error
    finally:
        with suppress(ValueError):  # who reads no further has closed the file
            text.detach()


def _separated(lines: Iterator[str]) -> Sheet:
    first = list(islice(lines, 20))
    if not first:
        raise Unreadable("import.empty")
    delimiter = _delimiter(first)
    rows = _cells(csv.reader(_chained(first, lines), delimiter=delimiter))
    return _headed(rows)


def _chained(first: list[str], rest: Iterator[str]) -> Iterator[str]:
    yield from first
    yield from rest


def _cells(reader: Any) -> Iterator[list[str]]:
    csv.field_size_limit(LONGEST_CELL)
    try:
        yield from reader
    except csv.Error as error:
        raise Unreadable("import.cell_too_long", row=reader.line_num, limit=LONGEST_CELL // 1024) from error


def _delimiter(lines: list[str]) -> str:
    """The separator that cuts the first lines into the most equal number of cells."""

    def score(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in _quietly(lines, delimiter) if row]
        usual = max(set(widths), key=widths.count) if widths else 1
        return (widths.count(usual) if usual > 1 else 0, usual)

    return max(_DELIMITERS, key=score)


def _quietly(lines: list[str], delimiter: str) -> Iterable[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return []


def _headed(rows: Iterator[list[str]]) -> Sheet:
    """The first row that holds anything is the header."""
    for row in rows:
        if any(cell.strip() for cell in row):
            headers = [cell.strip() for cell in row]
            while headers and not headers[-1]:
                headers.pop()
            if len(headers) > MOST_COLUMNS:
                raise Unreadable("import.too_wide", n=len(headers), limit=MOST_COLUMNS)
            return Sheet(headers, (r for r in rows if any(c.strip() for c in r)))
    raise Unreadable("import.empty")


def _workbook(file: IO[bytes]) -> Sheet:
    return _headed(_unpacked(file))


def _unpacked(file: IO[bytes]) -> Iterator[list[str]]:
    """The rows of a workbook; whatever is wrong inside it, also far down, is one reason."""
    try:
        if not weigh(file):
            raise Unreadable("import.bomb")
        yield from sheet_rows(file, MOST_COLUMNS + 1)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        KeyError,
        ValueError,
        TypeError,
        OSError,
        SyntaxError,
    ) as error:
        raise Unreadable("import.no_table") from error
