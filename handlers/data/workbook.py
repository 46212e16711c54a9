"""Workbooks (XLSX): the first sheet, row by row, once it is sure that it unpacks to something bearable."""

import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import IO, Any

from openpyxl import load_workbook

MOST_UNPACKED = 1024 * 1024 * 1024  # bytes of all parts
MOST_HELD = 96 * 1024 * 1024  # bytes of the parts that are held in memory
MOST_RATIO = 150  # unpacked to packed; sheets of real numbers and words stay below a tenth of a hundredth
SMALL = 16 * 1024 * 1024
_STREAMED = "xl/worksheets/"


def weigh(file: IO[bytes]) -> bool:
    """Whether the parts of a workbook are bearable: as declared, and in truth, since a reader stops at what is declared."""
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
    total = sum(p.file_size for p in parts)
    held = sum(p.file_size for p in parts if not p.filename.startswith(_STREAMED))
    dense = any(p.file_size > SMALL and p.file_size > MOST_RATIO * max(p.compress_size, 1) for p in parts)
    file.seek(0)
    return total <= MOST_UNPACKED and held <= MOST_HELD and not dense


def sheet_rows(file: IO[bytes], most: int) -> Iterator[list[str]]:
    """The rows of the first visible sheet, as text; no more than `most` cells of each. Entities are refused (defusedxml)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # styles and validations that openpyxl leaves out are nothing to us
        book = load_workbook(file, read_only=True, data_only=True)
        try:
            sheet: Any = next((s for s in book.worksheets if s.sheet_state == "visible"), book.worksheets[0])
            sheet.reset_dimensions()
            for row in sheet.iter_rows(values_only=True):
                yield [_text(value) for value in row[:most]]
        finally:
            book.close()


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case datetime() if (value.hour, value.minute, value.second) == (0, 0, 0):
            return value.date().isoformat()
        case datetime() | date():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
    return str(value)
