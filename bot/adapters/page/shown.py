"""A message as the page gets it."""

from typing import Any

from bot.adapters.page.session import Signer
from handlers.reply import FileRef, Reply
from storage.queries.buttons import Button
from storage.queries.page import Entry

PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")


def as_json(entry: Entry, account: str, signer: Signer) -> dict[str, Any]:
    """One message of either side; texts are plain and never markup."""
    common = {"place": entry.place, "at": entry.message.created_at.isoformat()}
    if entry.answer is None:
        return common | _said(entry, account, signer)
    payload = entry.answer.payload
    reply = Reply.from_json(payload["reply"])
    return common | {
        "id": str(entry.message.id),
        "who": "parley",
        "replaces": payload.get("replaces"),
        "headline": _line(reply.headline.spans),
        "lines": [_line(x.spans) for x in reply.lines],
        "fields": [[f.lead, _line(f.value.spans)] for f in reply.fields],
        "after": [_line(x.spans) for x in reply.after],
        "table": {"columns": reply.table.columns, "rows": reply.table.rows} if reply.table else None,
        "pictures": [signer.file(account, picture) for picture in reply.pictures],
        "files": [file_json(f, account, signer) for f in reply.files],
        "buttons": _buttons(payload["buttons"], entry.buttons),
    }


def _said(entry: Entry, account: str, signer: Signer) -> dict[str, Any]:
    received = entry.received.payload if entry.received else {}
    pressed = entry.pressed.token if entry.pressed and entry.pressed.is_used else None
    return {
        "id": client_id(entry.message.external_id or "", account),
        "who": "me",
        "text": entry.message.text,
        "pressed": received.get("press") is not None,
        "press": pressed,
        "used": [b.token for b in entry.beside if b.is_used],
        "files": [file_json(FileRef(**f), account, signer) for f in received.get("files", ())],
    }


def _line(spans: Any) -> list[list[Any]]:
    return [[s.text, 1] if s.strong else [s.text] for s in spans]


def _buttons(labels: list[list[str]], known: tuple[Button, ...]) -> list[dict[str, Any]]:
    """The buttons in their order; those that are used or have expired stay, but cannot be pressed."""
    used = {b.token for b in known if b.is_used}
    return [{"label": label, "token": token, "used": token in used} for label, token in labels]


def file_json(file: FileRef, account: str, signer: Signer) -> dict[str, Any]:
    """A file with the name under which this account may have it."""
    picture = file.media_type in PICTURES
    return {
        "token": signer.file(account, file.id),
        "name": file.name,
        "size": file.size,
        "picture": picture,
    }


def event_id(account: str, client: str) -> str:
    """The id of what a page sends: the client's own, among those of its account."""
    return f"{account}:{client}"


def client_id(event: str, account: str) -> str:
    """The client's own id again."""
    return event.removeprefix(f"{account}:")
