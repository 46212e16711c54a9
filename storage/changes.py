"""Change sets: what a message changed, row by row, and taking it back."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy import event, inspect
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, select

from storage.indexing import reindex
from storage.journal import append
from storage.tables import (
    Activity,
    Attachment,
    Change,
    ChangeSet,
    Company,
    Contact,
    ContactPoint,
    Deal,
    DealContact,
    Member,
    Reminder,
    Row,
    Rule,
    Schedule,
    StageEntry,
    Tag,
    Tagging,
    Task,
    Ticket,
    TicketEntry,
    Workspace,
)

TRACKED: dict[str, type[Row]] = {
    str(model.__tablename__): model
    for model in (
        Activity,
        Attachment,
        Company,
        Contact,
        ContactPoint,
        Deal,
        DealContact,
        Member,
        Reminder,
        Rule,
        Schedule,
        StageEntry,
        Tag,
        Tagging,
        Task,
        Ticket,
        TicketEntry,
    )
}
_RECORDER = "recorder"
UNTRACKED_COLUMNS = {"version"}
UNDO_FOR = timedelta(days=1)


def plain(value: Any) -> Any:
    """A value as JSON has it; a moment in UTC, as the database reads it back."""
    return to_jsonable_python(value.astimezone(UTC) if isinstance(value, datetime) else value)


def dump(row: Row) -> dict[str, Any]:
    """A row's columns as they are kept in a change."""
    return {c: plain(getattr(row, c)) for c in type(row).model_fields if c not in UNTRACKED_COLUMNS}


def _committed(row: Row) -> dict[str, Any]:
    """The row as the database has it, before the changes that wait to be written."""
    state = inspect(row)
    values = dump(row)
    for column in values:
        old = state.attrs[column].history.deleted
        if old:
            values[column] = plain(old[0])
    return values


def _hold(session: Session, row: Any) -> None:
    """Lock a record that is to be changed. Raises `StaleDataError`, and so a repetition, if it changed meanwhile.

    SQLite needs none of this: there is one writer, and it has the lock already.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    table = type(row)
    query = select(table.version).where(table.workspace_id == row.workspace_id, table.id == row.id)
    with session.no_autoflush:
        if session.exec(query.with_for_update()).first() != row.version:
            raise StaleDataError


@event.listens_for(Session, "before_flush")
def _before_flush(session: Session, *_: object) -> None:
    if recorder := session.info.get(_RECORDER):
        recorder.before_flush(session)


@dataclass
class Touched:
    """A row met in this unit of work; `before` is None for a new one."""

    row: Row
    before: dict[str, Any] | None
    deleted: bool = False

    def change(self) -> tuple[dict[str, Any] | None, dict[str, Any] | None] | None:
        """Old and new values of what differs; None when nothing does."""
        if self.deleted:
            return (self.before, None) if self.before else None
        after = dump(self.row)
        if self.before is None:
            return None, after
        differing = [c for c in after if after[c] != self.before.get(c)]
        if not differing:
            return None
        return {c: self.before.get(c) for c in differing}, {c: after[c] for c in differing}


class Recorder:
    """Watches a session and remembers every tracked row that it writes."""

    def __init__(self, session: Session, workspace: Workspace) -> None:
        self._session = session
        self._workspace = workspace
        self.touched: dict[UUID, Touched] = {}
        self.saved = 0
        session.info[_RECORDER] = self

    def before_flush(self, session: Session) -> None:
        """Meet what is to be written."""
        for row in session.new:
            if isinstance(row, Row) and row.__tablename__ in TRACKED:
                self._meet(row, None)
        for row in session.dirty:
            if isinstance(row, Row) and row.__tablename__ in TRACKED and session.is_modified(row):
                self._meet(row, _committed(row))
                if hasattr(row, "version"):
                    _hold(session, row)
                    row.version += 1
        for row in session.deleted:
            if isinstance(row, Row) and row.__tablename__ in TRACKED:
                self._meet(row, _committed(row))
                self.touched[row.id].deleted = True

    def _meet(self, row: Row, before: dict[str, Any] | None) -> None:
        if row.id in self.touched:
            self.touched[row.id].row = row
            self.touched[row.id].deleted = False
        else:
            self.touched[row.id] = Touched(row, before)

    def mark(self) -> dict[UUID, Touched]:
        """What has been touched so far; for `reset`."""
        self._session.flush()
        return {key: replace(touched) for key, touched in self.touched.items()}

    def reset(self, mark: dict[UUID, Touched]) -> None:
        """Forget what was touched after `mark`, since it was rolled back."""
        self.touched = mark

    def settle(self, change_set: ChangeSet | None = None) -> None:
        """Flush, bring the search index up to date, and keep the changes under `change_set` if there is one."""
        self._session.flush()
        touched, self.touched = list(self.touched.values()), {}
        for one in touched:
            reindex(self._session, self._workspace, one.row, new=one.before is None, deleted=one.deleted)
        if change_set is not None:
            self._save(change_set, touched)

    def _save(self, change_set: ChangeSet, touched: list[Touched]) -> None:
        for one in touched:
            if (pair := one.change()) is None:
                continue
            if not self.saved and inspect(change_set).transient:
                append(self._session, ChangeSet, **change_set.model_dump())
            append(
                self._session,
                Change,
                workspace_id=change_set.workspace_id,
                change_set_id=change_set.id,
                position=self.saved,
                kind=str(one.row.__tablename__),
                record_id=one.row.id,
                before=pair[0],
                after=pair[1],
            )
            self.saved += 1
