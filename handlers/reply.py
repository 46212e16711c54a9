"""What Parley answers, before any platform has shaped it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from handlers.turn import Turn


@dataclass(frozen=True)
class Span:
    """A run of text; `strong` is for names and headlines. User data is only ever text, never markup."""

    text: str
    strong: bool = False


@dataclass(frozen=True)
class Line:
    """One line of an answer."""

    spans: tuple[Span, ...] = ()

    @property
    def text(self) -> str:
        """The line without emphasis."""
        return "".join(s.text for s in self.spans)


Words = str | Line
_EMPHASIS = re.compile(r"\*\*(.+?)\*\*")
_PLACE = re.compile(r"\{(\w+)\}")


def line(words: Words) -> Line:
    """Plain words as a line."""
    return words if isinstance(words, Line) else Line((Span(words),))


def joined(parts: Iterable[Words], separator: str) -> Line:
    """Lines put one after another."""
    spans: list[Span] = []
    for i, part in enumerate(parts):
        if i:
            spans.append(Span(separator))
        spans.extend(line(part).spans)
    return Line(tuple(spans))


def _fill(piece: str, strong: bool, values: Mapping[str, Any]) -> Iterable[Span]:
    for i, part in enumerate(_PLACE.split(piece)):
        value = values.get(part, "") if i % 2 else part
        if isinstance(value, Line):
            yield from (Span(s.text, s.strong or strong) for s in value.spans)
        elif str(value):
            yield Span(str(value), strong)


def fill(template: str, values: Mapping[str, Any]) -> Line:
    """A template with `{places}` and `**emphasis**`; values are put in as they are and never read as markup."""
    spans: list[Span] = []
    for i, piece in enumerate(_EMPHASIS.split(template)):
        spans.extend(_fill(piece, bool(i % 2), values))
    return Line(tuple(spans))


@dataclass(frozen=True)
class Button:
    """A tap: its label and what it says in the person's stead. `record` (kind, id, version) is what it was made for."""

    label: str
    turn: Turn
    record: tuple[str, str, int] | None = None


@dataclass(frozen=True)
class Field:
    """A labelled value on a card."""

    label: str
    value: Line

    @property
    def lead(self) -> str:
        """The label with its colon, as its script writes it."""
        if not self.label:
            return ""
        return self.label + ("：" if self.label[-1] > "\u2e80" else ": ")


@dataclass(frozen=True)
class Table:
    """Rows under headings."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class FileRef:
    """A file kept in storage: its id there, what it is called, and its size in bytes."""

    id: str
    name: str
    media_type: str = "application/octet-stream"
    size: int = 0


@dataclass(frozen=True)
class Mention:
    """A record that an answer speaks of; what pronouns and "the second one" refer to later."""

    kind: str
    id: str
    name: str


@dataclass(frozen=True)
class Reply:
    """An answer: a headline, at most a few lines, fields, buttons.

    `after` comes below the fields. `receipt` is the one line by which it stands when several commands are answered together; `listing` numbers the
    records shown; `replaces` says that it takes the place of the message whose button was pressed; `quiet` that there is
    nothing in it that anybody must hear unasked; `opens` names the way to the private chat, where the answer could not go;
    `tracks` is the id of the long job whose progress will be shown there.
    """

    headline: Line
    lines: tuple[Line, ...] = ()
    fields: tuple[Field, ...] = ()
    after: tuple[Line, ...] = ()
    table: Table | None = None
    buttons: tuple[Button, ...] = ()
    receipt: Field | None = None
    mentions: tuple[Mention, ...] = ()
    listing: tuple[Mention, ...] = ()
    pictures: tuple[str, ...] = ()
    files: tuple[FileRef, ...] = ()
    private: bool = False
    replaces: bool = False
    undoable: bool = True
    quiet: bool = False
    opens: str = ""
    tracks: str | None = None

    @property
    def title(self) -> str:
        """What undo will call what it tells: the receipt's line, else the headline."""
        if self.receipt is None or not self.receipt.label:
            return self.headline.text
        return f"{self.receipt.label} · {self.receipt.value.text}"

    def text(self) -> str:
        """All that a person would read, without emphasis."""
        parts = [self.headline.text, *(x.text for x in self.lines)]
        parts += [f"· {f.lead}{f.value.text}" for f in self.fields]
        if self.table:
            parts += [" | ".join(row) for row in (self.table.columns, *self.table.rows)]
        parts += [x.text for x in self.after]
        return "\n".join(p for p in parts if p)

    def to_json(self, *, buttons: bool = True) -> dict[str, Any]:
        """As it is kept in the outbox; without its `buttons` where these are kept by themselves."""
        without = None if buttons else {"buttons"}
        return _REPLY.dump_python(self, mode="json", exclude=without)  # type: ignore[no-any-return]

    @staticmethod
    def from_json(data: dict[str, Any]) -> "Reply":
        """As it comes out of the outbox."""
        return _REPLY.validate_python(data)


_REPLY = TypeAdapter(Reply)
