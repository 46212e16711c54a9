"""Answers in Telegram's HTML: split where they are too long for one message, everything from users escaped."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from handlers.reply import Line, Reply, Span, Table, joined, line

LONGEST = 4096  # of a message, in UTF-16 code units, after the markup is taken off
NARROW = 36  # columns of fixed-width text that a phone shows without breaking lines
LABEL = 60  # characters of a button
ROW = 28  # columns of the buttons in one row, so that none is cut on a phone
ACROSS = 3
JOINER = "\u2060"  # takes no room
_MENTION = re.compile(r"(?<![\w.])@(?=\w)")


@dataclass(frozen=True)
class Block:
    """Some lines that belong together; `fixed` ones stand in columns."""

    line: Line
    fixed: bool = False

    @property
    def size(self) -> int:
        """How much of a message it takes, with the break after it."""
        return length(self.line.text) + 1

    @property
    def html(self) -> str:
        """As Telegram wants it."""
        if self.fixed:
            return f"<pre>{shown(self.line.text)}</pre>"
        runs = (
            (k, shown("".join(s.text for s in g))) for k, g in groupby(self.line.spans, lambda s: s.strong)
        )
        return "".join(f"<b>{text}</b>" if strong else text for strong, text in runs)


def parts(reply: Reply, used: Sequence[str] = ()) -> list[str]:
    """The messages that an answer makes, nearly always one.

    `used` are the buttons that were pressed: they stand there as words.
    """
    return ["\n".join(b.html for b in group) or "–" for group in _packed(_blocks(reply, used))]


def _blocks(reply: Reply, used: Sequence[str]) -> Iterator[Block]:
    for each in (reply.headline, *reply.lines):
        yield from _pieces(each)
    for field in reply.fields:
        yield from _pieces(Line((Span(f"· {field.lead}"), *field.value.spans)))
    if reply.table:
        yield from _table(reply.table)
    for each in reply.after:
        yield from _pieces(each)
    if used:
        yield Block(line("☑ " + " · ".join(used)))


def _packed(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """Blocks in groups of which each fits into a message."""
    group: list[Block] = []
    for block in blocks:
        if group and sum(b.size for b in group) + block.size > LONGEST:
            yield group
            group = []
        group.append(block)
    yield group


def _pieces(whole: Line) -> Iterator[Block]:
    """A line, cut between paragraphs, lines or words where it is too long for one message."""
    if not whole.text.strip():
        return
    if length(whole.text) < LONGEST:
        yield Block(whole)
        return
    text = whole.text
    while text:
        at = _cut_at(text)
        yield Block(line(text[:at].rstrip()))
        text = text[at:].lstrip()


def _cut_at(text: str) -> int:
    """Where a long text is best cut."""
    if length(text) < LONGEST:
        return len(text)
    most = LONGEST // 2 if length(text[: LONGEST - 1]) >= LONGEST else LONGEST - 1
    found = (max(text.rfind(mark, most // 2, most) + len(mark.rstrip()) for mark in ends) for ends in _ENDS)
    return next((at for at in found if at > most // 2), most)


_ENDS = (("\n\n",), ("\n",), (". ", "? ", "。", "！", "？"), (" ", "，", "、"))


def _table(table: Table) -> Iterator[Block]:
    """In columns where a phone can show them, else one line a row under its first cell."""
    every = [table.columns, *table.rows]
    widths = [max(width(r[i]) for r in every if len(r) > i) for i in range(len(table.columns))]
    if sum(widths) + 2 * (len(widths) - 1) <= NARROW:
        numeric = [_numeric(table, i) for i in range(len(widths))]
        for lines in _grouped([_aligned(row, widths, numeric) for row in every]):
            yield Block(line(lines), fixed=True)
        return
    for row in table.rows:
        told = [f"{c}: {v}" for c, v in zip(table.columns[1:], row[1:], strict=False) if v.strip()]
        yield from _pieces(joined([Line((Span(row[0], strong=True),)), *told], " · "))


def _grouped(lines: Iterable[str]) -> Iterator[str]:
    """Lines put together as far as a message holds them."""
    group = ""
    for each in lines:
        if group and length(group) + length(each) + 2 > LONGEST:
            yield group
            group = ""
        group = f"{group}\n{each}" if group else each
    yield group


def _aligned(row: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> str:
    """One row: words to the left, numbers to the right."""
    cells = []
    for cell, most, right in zip(row, widths, numeric, strict=False):
        room = " " * (most - width(cell))
        cells.append(room + cell if right else cell + room)
    return "  ".join(cells).rstrip()


_NUMBER = re.compile(r"[^\w]*\d[\d.,' ]*\s?[%\w]{0,4}")


def _numeric(table: Table, column: int) -> bool:
    cells = [r[column] for r in table.rows if len(r) > column and r[column].strip()]
    return bool(cells) and all(_NUMBER.fullmatch(c) for c in cells)


def rows(buttons: Sequence[Sequence[str]]) -> list[list[tuple[str, str]]]:
    """Buttons (label, token) in rows that a thumb can hit: as many in one as can be read."""
    laid: list[list[tuple[str, str]]] = []
    for label, token in buttons:
        short = cut(label, LABEL)
        last = laid[-1] if laid else []
        if last and len(last) < ACROSS and sum(width(x) for x, _ in last) + width(short) <= ROW:
            last.append((short, token))
        else:
            laid.append([(short, token)])
    return laid


def shown(text: str) -> str:
    """Text that Telegram shows as it is: no markup and no mention can be made of it."""
    return escape(_MENTION.sub("@" + JOINER, text), quote=False)


def cut(text: str, limit: int) -> str:
    """Text of at most that length."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def length(text: str) -> int:
    """As Telegram counts: in UTF-16 code units, and with what a mention is kept apart by."""
    return len(text.encode("utf-16-le", "replace")) // 2 + len(_MENTION.findall(text))


def width(text: str) -> int:
    """Columns of fixed-width text; Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
