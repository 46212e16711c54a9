"""Change sets: what a message changed, row by row, and taking it back."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy import event, inspect
from sqlmodel import Session, col, select

from storage.indexing import reindex
from storage.journal import append
from storage.tables import (
    Activity,
    Change,
    ChangeSet,
    Company,
    Contact,
    ContactPoint,
    Deal,
    Member,
    Reminder,
    Row,
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
        Company,
        Contact,
        ContactPoint,
        Deal,
        Member,
        Reminder,
        StageEntry,
        Tag,
        Tagging,
        Task,
        Ticket,
        TicketEntry,
    )
}
UNTRACKED_COLUMNS = {"version"}
UNDO_FOR = timedelta(days=1)


def _plain(value: Any) -> Any:
    """A value as JSON has it; a moment in UTC, as the database reads it back."""
    return to_jsonable_python(value.astimezone(UTC) if isinstance(value, datetime) else value)


def _dump(row: Row) -> dict[str, Any]:
    return {c: _plain(getattr(row, c)) for c in type(row).model_fields if c not in UNTRACKED_COLUMNS}


def _committed(row: Row) -> dict[str, Any]:
    """The row as the database has it, before the changes that wait to be written."""
    state = inspect(row)
    values = _dump(row)
    for column in values:
        old = state.attrs[column].history.deleted
        if old:
            values[column] = _plain(old[0])
    return values


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
        after = _dump(self.row)
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
        event.listen(session, "before_flush", self._before_flush)

    def _before_flush(self, session: Session, *_: object) -> None:
        for row in session.new:
            if isinstance(row, Row) and row.__tablename__ in TRACKED:
                self._meet(row, None)
        for row in session.dirty:
            if isinstance(row, Row) and row.__tablename__ in TRACKED and session.is_modified(row):
                self._meet(row, _committed(row))
                if hasattr(row, "version"):
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
            if not self.saved:
                self._session.add(change_set)
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


@dataclass(frozen=True)
class Kept:
    """A row that undo left alone, since `member_id` changed it later."""

    kind: str
    record_id: UUID
    member_id: UUID | None


def latest(session: Session, workspace_id: UUID, member_id: UUID, now: datetime) -> ChangeSet | None:
    """The newest change set of a person that can still be undone."""
    return session.exec(
        select(ChangeSet)
        .where(
            ChangeSet.workspace_id == workspace_id,
            ChangeSet.member_id == member_id,
            col(ChangeSet.undone_at).is_(None),
            ChangeSet.expires_at > now,
        )
        .order_by(col(ChangeSet.id).desc())
        .limit(1)
    ).first()


def change_set_of(session: Session, workspace_id: UUID, change_set_id: str) -> ChangeSet | None:
    """A change set by its id."""
    return session.get(ChangeSet, (workspace_id, UUID(change_set_id)))


def changes_of(session: Session, change_set: ChangeSet) -> list[Change]:
    """The rows of a change set, in the order in which they were changed."""
    return list(
        session.exec(
            select(Change)
            .where(Change.workspace_id == change_set.workspace_id, Change.change_set_id == change_set.id)
            .order_by(col(Change.position))
        )
    )


def revert(session: Session, change_set: ChangeSet, now: datetime) -> tuple[int, list[Kept]]:
    """Take a change set back: how many rows are as before, and which were left since someone changed them later."""
    reverted, kept = 0, []
    needed: set[Any] = set()  # what rows that are left refer to must stay as well
    for change in reversed(changes_of(session, change_set)):
        if str(change.record_id) not in needed and _revert(session, change):
            reverted += 1
        else:
            kept.append(Kept(change.kind, change.record_id, _later_hand(session, change)))
            needed.update(v for v in (change.after or {}).values() if isinstance(v, str))
    if reverted:
        change_set.undone_at = now
        session.add(change_set)
    return reverted, kept


def _revert(session: Session, change: Change) -> bool:
    model = TRACKED[change.kind]
    row = session.get(model, (change.workspace_id, change.record_id))
    if change.after is None:
        return _restore(session, model, change, row)
    if row is None:
        return change.before is None
    current = _dump(row)
    if any(current[c] != v for c, v in change.after.items() if c in current):
        return False
    if change.before is None:
        session.delete(row)
    else:
        _set(row, current, change.before)
        session.add(row)
    return True


def _restore(session: Session, model: type[Row], change: Change, row: Row | None) -> bool:
    if row is not None or change.before is None:
        return False
    session.add(model.model_validate(change.before))
    return True


def _set(row: Row, current: dict[str, Any], values: dict[str, Any]) -> None:
    parsed = type(row).model_validate({**current, **values})
    for column in values:
        setattr(row, column, getattr(parsed, column))


def _later_hand(session: Session, change: Change) -> UUID | None:
    return session.exec(
        select(ChangeSet.member_id)
        .join(
            Change,
            (col(Change.change_set_id) == ChangeSet.id) & (Change.workspace_id == ChangeSet.workspace_id),
        )
        .where(
            Change.workspace_id == change.workspace_id,
            Change.record_id == change.record_id,
            Change.id > change.id,
            col(ChangeSet.undone_at).is_(None),
        )
        .order_by(col(Change.id).desc())
        .limit(1)
    ).first()
