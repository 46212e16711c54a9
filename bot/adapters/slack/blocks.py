"""Answers in Block Kit. Text goes into rich text, which knows no markup: nothing a user wrote can become any."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.adapters.slack.wording import cut, escaped
from handlers.reply import Line, Reply, Span, Table

Block = dict[str, Any]
PIECE = 3000  # characters of one run of text
PART = 8000  # characters of one message; more is posted as several
LABEL = 75
ROWS, COLUMNS, CELL = 100, 20, 200
FALLBACK = 3500  # of the text in notifications
_LINKED = re.compile(r"(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)|(?P<url>https?://[^\s<>|]+[^\s<>|.,;:!?)])")
_NUMBER = re.compile(r"[^\w]*\d[\d.,' ]*\s?[%\w]{0,4}")


@dataclass(frozen=True)
class Part:
    """One message: its blocks, and the text that stands for them in notifications."""

    text: str
    blocks: list[Block]


def parts(reply: Reply, buttons: Sequence[Sequence[str]], used: Sequence[str] = ()) -> list[Part]:
    """The messages that an answer makes, nearly always one; the buttons are on the last.

    `used` are the buttons that were pressed: they stand there as words.
    """
    made = [Part(escaped(cut(text, FALLBACK)), blocks) for text, blocks in _bodies(reply)]
    last = made[-1]
    if used:
        last.blocks.append({"type": "context", "elements": [_words("☑ " + " · ".join(used))]})
    if buttons:
        last.blocks.append(actions(buttons))
    return made


def without_table(part: Part, reply: Reply) -> Part:
    """The same where Slack takes no native table: its rows as fixed-width text."""
    if reply.table is None:
        return part
    text = _aligned(reply.table)
    fixed = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": text[:PIECE]}]}
    shown = [b if b["type"] != "table" else {"type": "rich_text", "elements": [fixed]} for b in part.blocks]
    return Part(part.text, shown)


def actions(buttons: Sequence[Sequence[str]]) -> Block:
    """Buttons, each with the token of what it says."""
    return {"type": "actions", "elements": [_button(i, *button) for i, button in enumerate(buttons)]}


def table(rows: Table) -> Block:
    """A native table; the first row is its head, columns of numbers stand to the right."""
    shown = [rows.columns, *rows.rows[: ROWS - 1]]
    settings = [
        {"align": "right" if _numeric(rows, i) else "left", "is_wrapped": True}
        for i in range(len(rows.columns[:COLUMNS]))
    ]
    cells = [[_cell(text, head=not i) for text in row[:COLUMNS]] for i, row in enumerate(shown)]
    return {"type": "table", "column_settings": settings, "rows": cells}


def rich(lines: Sequence[Line], items: Sequence[Line] = ()) -> Block:
    """Lines of text, and a list below them."""
    elements: list[Block] = []
    if any(line.spans for line in lines):
        elements.append(_section(lines))
    if items:
        listed = [_section([item]) for item in items]
        elements.append({"type": "rich_text_list", "style": "bullet", "elements": listed})
    return {"type": "rich_text", "elements": elements}


def _bodies(reply: Reply) -> Iterator[tuple[str, list[Block]]]:
    """The text of an answer and its blocks, in pieces that each fit into a message."""
    lines = [x for x in (reply.headline, *reply.lines) if x.text.strip()]
    items = [Line((*_lead(f.lead), *f.value.spans)) for f in reply.fields]
    after = [x for x in reply.after if x.text.strip()]
    whole = reply.text()
    shown = [table(reply.table)] if reply.table else []
    if len(whole) <= PART or not lines:
        last = [rich(after)] if after else []
        yield whole, [rich(lines or [Line(_lead("–"))], items), *shown, *last]
        return
    every = [*lines, *(Line((*_lead("· "), *i.spans)) for i in items), *after]
    groups = list(_packed(every))
    for i, some in enumerate(groups, 1):
        last = shown if i == len(groups) else []
        yield "\n".join(x.text for x in some), [rich(some), *last]


def _packed(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Lines in groups that fit, broken between lines where that is possible and between words elsewhere."""
    group: list[Line] = []
    size = 0
    for line in (piece for whole in lines for piece in _short(whole)):
        if group and size + len(line.text) > PART:
            yield group
            group, size = [], 0
        group.append(line)
        size += len(line.text) + 1
    yield group


def _short(line: Line) -> Iterator[Line]:
    text = line.text
    if len(text) <= PIECE:
        yield line
        return
    while text:
        at = len(text) if len(text) <= PIECE else max(text.rfind(" ", 1, PIECE), text.rfind("\n", 1, PIECE))
        at = at if at > 0 else PIECE
        yield Line(_lead(text[:at]))
        text = text[at:].lstrip()


def _lead(text: str) -> tuple[Span, ...]:
    return (Span(text),) if text else ()


def _section(lines: Sequence[Line]) -> Block:
    runs: list[Block] = []
    for i, line in enumerate(lines):
        if i:
            _add(runs, "\n", strong=False)
        for span in line.spans:
            _add_linked(runs, span.text, strong=span.strong)
    return {"type": "rich_text_section", "elements": runs or [{"type": "text", "text": " "}]}


def _add_linked(runs: list[Block], text: str, *, strong: bool) -> None:
    """Text with its addresses as links, so that a thumb can follow them."""
    at = 0
    for found in _LINKED.finditer(text):
        _add(runs, text[at : found.start()], strong=strong)
        url = f"mailto:{found[0]}" if found["mail"] else found[0]
        runs.append({"type": "link", "url": url, "text": found[0], **_style(strong)})
        at = found.end()
    _add(runs, text[at:], strong=strong)


def _add(runs: list[Block], text: str, *, strong: bool) -> None:
    """Text put to the run before it where that looks the same and has room."""
    style = _style(strong)
    last = runs[-1] if runs else {}
    same = last.get("type") == "text" and last.get("style") == style.get("style")
    if same and len(last["text"]) + len(text) <= PIECE:
        last["text"] += text
        return
    runs.extend({"type": "text", "text": text[i : i + PIECE], **style} for i in range(0, len(text), PIECE))


def _style(strong: bool) -> Block:
    return {"style": {"bold": True}} if strong else {}


def _words(text: str) -> Block:
    return {"type": "plain_text", "text": cut(text, PIECE), "emoji": False}


def _button(number: int, label: str, token: str) -> Block:
    text = {"type": "plain_text", "text": cut(label, LABEL), "emoji": False}
    return {"type": "button", "action_id": f"say:{number}", "text": text, "value": token}


def _cell(text: str, *, head: bool) -> Block:
    shown = cut(text, CELL) or " "
    if not head:
        return {"type": "raw_text", "text": shown}
    return rich([Line((Span(shown, strong=True),))])


def _numeric(rows: Table, column: int) -> bool:
    cells = [r[column] for r in rows.rows if len(r) > column and r[column].strip()]
    return bool(cells) and all(_NUMBER.fullmatch(c) for c in cells)


def _aligned(rows: Table) -> str:
    """A table as text, its columns under each other."""
    every = [rows.columns, *rows.rows]
    widths = [max(len(r[i]) for r in every if len(r) > i) for i in range(len(rows.columns))]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(r, widths, strict=False)).rstrip() for r in every)
