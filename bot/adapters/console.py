"""The terminal: messages typed or piped in, answers printed. Also the line protocol of `parley chat --json`."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from mimetypes import guess_type
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from bot.app import App
from bot.incoming import Incoming, Sender
from handlers.reply import FileRef, Reply
from nlp.text import detect
from schedules.delivery import deliver
from storage.deliveries import Delivery, release
from storage.errors import Postponed, Unavailable
from storage.files import PIECE, keep_file
from storage.queries.messages import sent_count

PLATFORM = "console"
_PRESS = re.compile(r"\[(.+)\]")
_MENTION = re.compile(r"@parley\b[\s,:]*", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """A message as it arrived at the terminal."""

    id: str
    to: str | None
    room: str | None
    private: bool
    replaces: str | None
    reply: Reply
    buttons: tuple[str, ...]
    asks: bool = False

    def to_json(self) -> dict[str, Any]:
        """As the line protocol has it."""
        table = self.reply.table
        return {
            "id": self.id,
            "to": self.to,
            "room": self.room,
            "private": self.private,
            "replaces": self.replaces,
            "text": self.reply.text(),
            "fields": {f.label: f.value.text for f in self.reply.fields},
            "table": {"columns": table.columns, "rows": table.rows} if table else None,
            "buttons": list(self.buttons),
            "pictures": list(self.reply.pictures),
            **({"files": [_file_json(f) for f in self.reply.files]} if self.reply.files else {}),
        }


def _file_json(file: FileRef) -> dict[str, Any]:
    return {"id": file.id, "name": file.name, "type": file.media_type, "size": file.size}


@dataclass
class Line:
    """One thing said at the terminal; what is None stays as it was."""

    say: str | None = None
    press: str | None = None
    press_in: str | None = None
    name: str | None = None
    role: str | None = None
    language: str | None = None
    zone: str | None = None
    now: datetime | None = None
    room: str | None = None
    thread: str | None = None
    id: str | None = None
    file: Path | None = None


@dataclass
class Console:
    """Who sits at the terminal and where; `show` prints each answer."""

    app: App
    show: Callable[[Answer], None]
    name: str
    room: str = ""
    thread: str = ""
    last_buttons: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _answers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    zone: str | None = None
    conversation: UUID | None = None  # in which the last thing was said
    _count: int = -1

    def start(self) -> None:
        """Finish what a former run left: messages accepted and not answered, answers not shown."""
        release(self.app.database, [PLATFORM])
        self.app.engine.recover()
        self.deliver()

    def take(self, line: Line) -> None:
        """Act on one line and show what comes of it. Raises `Unavailable` or `Postponed` when the database is away."""
        self.name = line.name or self.name
        self.room = self.room if line.room is None else line.room
        self.thread = self.thread if line.thread is None else line.thread
        self.zone = line.zone or self.zone
        if line.now is not None:
            self.advance(line.now)
        else:
            self.app.tick()
        incoming = self._incoming(line)
        if incoming is not None:
            self.conversation, _ = self.app.engine.accept(incoming)
            try:
                self.app.engine.handle(self.conversation)
            except Unavailable as error:
                raise Postponed from error
        self.deliver()
        while self.app.work_off():
            self.deliver()

    def advance(self, moment: datetime) -> None:
        """Move the clock; what falls due on the way happens at its own time."""
        while (due := self.app.next_due()) is not None and due <= moment:
            if due > self.app.clock.now() or not self.app.clock.stands_still:
                self.app.clock.set(max(due, self.app.clock.now()) if self.app.clock.stands_still else due)
            self.app.tick()
            self.deliver()
        self.app.clock.set(moment)

    def trouble(self, error: Unavailable, text: str) -> str:
        """What to say, in the language of the text, when the database is away."""
        key = "postponed" if isinstance(error, Postponed) else "unavailable"
        return str(self.app.engine.parts.book.get(detect(text), "answer", key))

    def deliver(self) -> None:
        """Show every answer that waits."""
        deliver(self.app.database, {PLATFORM: self._send}, self.app.clock.now)

    def _incoming(self, line: Line) -> Incoming | None:
        told = (line.say, line.press, line.role, line.language, line.zone, line.file)
        if all(x is None for x in told):
            return None
        text, press = self._pressed(line)
        joins_only = line.say is None and line.press is None and line.file is None
        addressed = not joins_only and (
            not self.room or press is not None or bool(_MENTION.search(text)) or text.startswith("/")
        )
        return Incoming(
            platform=PLATFORM,
            event_id=line.id or uuid4().hex,
            sender=Sender(self.name.casefold(), self.name, line.language, line.zone, line.role),
            place=self.room or self.name.casefold(),
            text=_MENTION.sub("", text).strip() if self.room else text,
            private=not self.room,
            thread=self.thread if self.room else "",
            press_label=press,
            press_in=line.press_in,
            addressed=addressed,
            vouched=True,
            zone=self.zone,
            files=(self._keep(line.file),) if line.file else (),
        )

    def _keep(self, path: Path) -> FileRef:
        """A file of this machine, kept before its message is accepted. Raises `OSError`."""
        engine = self.app.engine
        media_type = guess_type(path.name)[0] or "application/octet-stream"
        with path.open("rb") as file:
            read = iter(partial(file.read, PIECE), b"")
            row = keep_file(engine.database, engine.workspace_id, path.name, media_type, read)
        return FileRef(str(row.id), row.name, row.media_type, row.size)

    def _pressed(self, line: Line) -> tuple[str, str | None]:
        """The text, or the button that was pressed: given, typed as [Label], or as an answer by its number."""
        if line.press is not None:
            return "", line.press
        text = line.say or ""
        if found := _PRESS.fullmatch(text.strip()):
            return "", found[1]
        buttons = self._answers.get(self.name, ())
        if text.strip().isdigit() and 0 < int(text) <= len(buttons):
            return "", buttons[int(text) - 1]
        return text, None

    def _send(self, delivery: Delivery) -> str:
        if self._count < 0:
            self._count = self.app.database.read(lambda s: sent_count(s, PLATFORM))
        self._count += 1
        reply = Reply.from_json(delivery.payload["reply"])
        labels = tuple(label for label, _ in delivery.payload["buttons"])
        to = delivery.payload["to"]
        room = None if delivery.private else delivery.place
        asks = bool(delivery.payload.get("asks"))
        answer = Answer(f"a-{self._count}", to, room, room is None, delivery.replaces, reply, labels, asks)
        self.last_buttons[to or self.name] = () if reply.listing else labels
        self._answers[to or self.name] = labels if asks and not reply.listing else ()
        self.show(answer)
        return answer.id
