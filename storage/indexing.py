"""What each kind of record is found by, in searches and inside sentences."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col

from storage.folding import fold, is_cjk, short_company, spelled, trade_name, words
from storage.search import index, name_tokens, text_tokens, unindex
from storage.tables import (
    Activity,
    Company,
    Contact,
    Deal,
    Member,
    NameKey,
    Reminder,
    Row,
    Task,
    Ticket,
    Workspace,
)


def _title(row: Any) -> set[str]:
    return text_tokens(row.title)


def _note_text(row: Any) -> set[str]:
    return text_tokens(row.text or "")


def _name(row: Any) -> set[str]:
    return name_tokens(row.name)


def _contact_text(row: Any) -> set[str]:
    return name_tokens(row.name) | text_tokens(f"{row.job_title or ''} {row.notes or ''}")


TOKENS: dict[type[Row], Callable[[Any], set[str]]] = {
    Contact: _contact_text,
    Company: _name,
    Member: _name,
    Task: _title,
    Deal: _title,
    Ticket: _title,
    Reminder: _note_text,
    Activity: _note_text,
}


def person_keys(name: str) -> Iterator[tuple[str, bool]]:
    """The names by which a person is called in a sentence, and whether it is the whole one."""
    whole = " ".join(words(name))
    yield whole, True
    parts = whole.split()
    if len(parts) > 1:
        yield from ((part, False) for part in parts if len(part) > 1)
    elif is_cjk(whole) and len(whole) == 3:
        yield whole[1:], False


def company_keys(name: str) -> Iterator[tuple[str, bool]]:
    """The names by which a company is called: with and without legal form and trade."""
    yield " ".join(words(name)), True
    yield " ".join(words(short_company(name))), True
    yield trade_name(name), False


def key_of(name: str) -> str:
    """The folded form under which a name is looked up."""
    return " ".join(words(name)) or fold(name)


KEYS: dict[type[Row], Callable[[str], Iterator[tuple[str, bool]]]] = {
    Contact: person_keys,
    Member: person_keys,
    Company: company_keys,
}


def reindex(session: Session, workspace: Workspace, row: Row, *, new: bool, deleted: bool) -> None:
    """Bring the index and the name keys of one record up to date."""
    if (tokens := TOKENS.get(type(row))) is None:
        return
    kind = str(row.__tablename__)
    if type(row) in KEYS:
        _rename(session, kind, row, new=new, deleted=deleted)
    if not new:
        unindex(session, row.id)
    if not deleted:
        index(session, workspace.number, kind, row.id, tokens(row))


def _rename(session: Session, kind: str, row: Any, *, new: bool, deleted: bool) -> None:
    workspace_id: UUID = row.workspace_id
    if not new:
        session.connection().execute(
            delete(NameKey).where(col(NameKey.workspace_id) == workspace_id, col(NameKey.record_id) == row.id)
        )
    if deleted:
        return
    place_id = getattr(row, "company_id", None)
    rows = name_keys(workspace_id, kind, row.id, keys_of(row), main_key(kind, row.name), place_id)
    session.add_all(NameKey(**values) for values in rows)


def keys_of(row: Any) -> dict[str, bool]:
    """The keys under which a record's name is looked up, and whether each is the whole name."""
    keys: dict[str, bool] = {}
    for key, whole in KEYS[type(row)](row.name):
        if key:
            keys[key] = keys.get(key, False) or whole
    return keys


def name_keys(
    workspace_id: UUID,
    kind: str,
    record_id: UUID,
    keys: Mapping[str, bool],
    main: str | None,
    place_id: UUID | None,
) -> list[dict[str, Any]]:
    """The rows of a record's keys; the main one knows its sound and the company."""
    return [
        {
            "workspace_id": workspace_id,
            "key": key,
            "kind": kind,
            "record_id": record_id,
            "whole": whole,
            "sound": spelled(key) if key == main else None,
            "place_id": place_id if key == main else None,
        }
        for key, whole in keys.items()
    ]


def main_key(kind: str, name: str) -> str | None:
    """The key of a contact or company under which its like is sought: the name without legal form."""
    if kind == "member":
        return None
    return " ".join(words(short_company(name) if kind == "company" else name))
