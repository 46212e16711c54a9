"""Files of every kind: read as they were meant, or refused at once with the reason."""

import io
import time
import zipfile

import pytest
from openpyxl import Workbook

from handlers.data.columns import guess
from handlers.data.sheets import Sheet, Unreadable, encoding_of, is_table, open_sheet
from handlers.data.written import csv_pieces, rearmed

PEOPLE = "姓名,公司,手机\n张伟,鸿图制造有限公司,13800138000\n李薇,蓝海科技,13900139000\n"


def read(data: bytes) -> tuple[list[str], list[list[str]]]:
    sheet = open_sheet(io.BytesIO(data))
    return sheet.headers, list(sheet.rows)


def refused(data: bytes) -> str:
    """Why a file is not taken; it must not take a second of work to say so."""
    begun = time.process_time()
    with pytest.raises(Unreadable) as error:
        read(data)
    assert time.process_time() - begun < 1
    return error.value.key


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_text_in_any_usual_encoding(encoding: str) -> None:
    headers, rows = read(PEOPLE.encode(encoding))
    assert headers == ["姓名", "公司", "手机"]
    assert rows[0] == ["张伟", "鸿图制造有限公司", "13800138000"]


def test_traditional_chinese_in_big5() -> None:
    text = "姓名,公司,手機\n" + "林佳穎,宏達國際電子,0912345678\n陳怡君,台灣積體電路製造,0922333444\n" * 5
    assert read(text.encode("big5"))[1][0][0] == "林佳穎"


def test_western_text() -> None:
    assert encoding_of("Name;Straße\nMüller;Hauptstraße\nGröße;Äpfel\n".encode("cp1252")) in (
        "cp1252",
        "cp1250",
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_usual_delimiter(delimiter: str) -> None:
    text = delimiter.join(["Name", "Notes"]) + "\n" + delimiter.join(["Dana", '"a, b; c"']) + "\n"
    assert read(text.encode()) == (["Name", "Notes"], [["Dana", "a, b; c"]])


def test_three_hundred_columns() -> None:
    headers = ["Name", *(f"Field {i}" for i in range(299))]
    rows = read((",".join(headers) + "\n" + ",".join("x" for _ in headers) + "\n").encode())
    assert len(rows[0]) == 300
    assert guess(rows[0]).fields.count("custom") == 299


def test_too_many_columns() -> None:
    assert refused((",".join(f"c{i}" for i in range(600)) + "\nx\n").encode()) == "import.too_wide"


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_cell_of_ten_megabytes(quote: str) -> None:
    data = b"Name,Notes\nDana," + quote.encode() + b"x" * 10_000_000 + quote.encode() + b"\n"
    assert refused(data) == "import.cell_too_long"


@pytest.mark.parametrize("data", [b"", b"\n\n  \n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_empty(data: bytes) -> None:
    assert refused(data) == "import.empty"


@pytest.mark.parametrize(
    "data",
    [bytes(range(256)) * 50, b"\x89PNG\r\n\x1a\n" + b"x" * 99, b"%PDF-1.7 x", b"\x7fELF\x00\x01\x02" * 9],
)
def test_binary(data: bytes) -> None:
    assert refused(data) == "import.no_table"


def test_text_that_breaks_off_being_text() -> None:
    assert refused(b"Name\n" + b"Dana\n" * 20_000 + b"\xff\xff\xff\n") == "import.encoding"


def workbook(rows: list[list[object]]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def test_a_workbook() -> None:
    data = workbook([["Name", "Amount"], ["Dana", 20], ["李薇", 1.5], [None, None]])
    assert read(data) == (["Name", "Amount"], [["Dana", "20"], ["李薇", "1.5"]])


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", "xl/worksheets/sheet1.xml", "bomb.bin"])
def test_a_zip_bomb_in_a_workbook(part: str) -> None:
    bomb = with_part(workbook([["Name"], ["Dana"]]), part, b"\x00" * 200_000_000)
    assert len(bomb) < 1_000_000
    assert refused(bomb) == "import.bomb"


def test_entities_in_a_workbook() -> None:
    evil = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>'
    assert (
        refused(with_part(workbook([["Name"], ["Dana"]]), "xl/worksheets/sheet1.xml", evil))
        == "import.no_table"
    )


def test_a_zip_that_is_no_workbook() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "x")
    assert refused(out.getvalue()) == "import.no_table"


def test_an_old_workbook() -> None:
    assert refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600) == "import.old_office"


def test_cards() -> None:
    cards = (
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Mia Chen\r\nORG:Globex;Sales\r\nTEL:+1 415 555 0123\r\n"
        "EMAIL:mia@globex.example\r\nEMAIL:m@x.example\r\nEND:VCARD\r\nBEGIN:VCARD\r\nrubbish\r\nEND:VCARD\r\n"
    )
    sheet: Sheet = open_sheet(io.BytesIO(cards.encode()))
    rows = [dict(zip(sheet.fields or (), row, strict=True)) for row in sheet.rows]
    assert rows[0]["person"] == "Mia Chen"
    assert rows[0]["company"] == "Globex"
    assert rows[0]["email"] == "mia@globex.example\nm@x.example"
    assert not any(rows[1].values())


@pytest.mark.parametrize(
    ("name", "head", "table"),
    [
        ("a.csv", b"Name\nDana", True),
        ("a.csv", b"\x89PNG", False),
        ("a.xlsx", b"PK\x03\x04", True),
        ("a.docx", b"PK\x03\x04", False),
        ("letter.txt", b"Dear Dana\nhow are you", False),
        ("a.txt", b"Name;Mail\nDana;d@x.example", True),
        ("photo.jpg", b"\xff\xd8\xff", False),
    ],
)
def test_what_is_meant_as_a_table(name: str, head: bytes, table: bool) -> None:
    assert is_table(name, "", head) == table


@pytest.mark.parametrize(
    "value", ["=1+1", "+49 30 1", "-3", "@here", "\tx", "\rx", "'=x", "plain", "it's", "'quoted'"]
)
def test_formulas_are_defused_and_come_back(value: str) -> None:
    out = b"".join(csv_pieces([["Name"], [value]]))
    cell = read(out)[1][0][0]
    assert cell[0] not in "=+-@\t\r"
    assert rearmed(cell) == value
