"""Taking a large change set back in pieces: the same as `undo.revert`, for thousands of rows."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy import select as select_columns
from sqlmodel import Session, SQLModel, col, func, select

from storage.changes import TRACKED
from storage.indexing import KEYS, TOKENS
from storage.search import unindex
from storage.tables import Change, ChangeSet, NameKey, Row
from storage.undo import Kept, later_hand, places, references, revert_one, table_of, unchanged

MADE, DELETED, CHANGED, LEFT = "made", "deleted", "changed", "left"


@dataclass
class Taken:
    """What became of a piece: how many rows are as before, what stays, and the change it came to (None at the end)."""

    reverted: int = 0
    kept: list[Kept] = field(default_factory=list)
    after: int | None = None


def size_of(session: Session, change_set: ChangeSet) -> int:
    """How many changes a change set has."""
    return session.exec(select(func.count()).select_from(Change).where(*_of(change_set))).one()


def stages_of(session: Session, change_set: ChangeSet) -> list[tuple[str, str]]:
    """The order of work, as `undo.revert` has it: (what, kind of record)."""
    kinds = list(session.exec(select(Change.kind).where(*_of(change_set)).distinct()))
    place = places()
    kinds.sort(key=lambda k: place[k])
    children_first = kinds[::-1]
    return [
        *((MADE, k) for k in children_first),
        *((DELETED, k) for k in kinds),
        (CHANGED, ""),
        *((LEFT, k) for k in children_first),
    ]


def take_back(
    session: Session, change_set: ChangeSet, stage: tuple[str, str], after: int, limit: int
) -> Taken:
    """One piece of a stage: the changes behind `after`, no more than `limit`."""
    what, kind = stage
    changes = _changes(session, change_set, what, kind, after, limit)
    if not changes:
        return Taken()
    taken = Taken(after=changes[-1].position)
    if what in (MADE, LEFT):
        _unmake(session, TRACKED[kind], changes, taken, last=what == LEFT)
        return taken
    for change in changes:
        done, whole = revert_one(session, change)
        taken.reverted += done
        if not whole:
            taken.kept.append(Kept(change.kind, change.record_id, later_hand(session, change)))
    return taken


def _of(change_set: ChangeSet) -> list[Any]:
    return [Change.workspace_id == change_set.workspace_id, Change.change_set_id == change_set.id]


def _changes(
    session: Session, change_set: ChangeSet, what: str, kind: str, after: int, limit: int
) -> list[Change]:
    before, then = col(Change.before), col(Change.after)
    where = _of(change_set)
    if what == CHANGED:
        where += [before.is_not(None), then.is_not(None)]
        where += [col(Change.position) < after] if after >= 0 else []
        order: Any = col(Change.position).desc()
    else:
        where += [before.is_(None) if what in (MADE, LEFT) else then.is_(None), Change.kind == kind]
        where.append(col(Change.position) > after)
        order = col(Change.position)
    return list(session.exec(select(Change).where(*where).order_by(order).limit(limit)))


def _unmake(session: Session, model: type[Row], changes: list[Change], taken: Taken, *, last: bool) -> None:
    """Delete what was made, is still as it was made, and is referred to by nothing; what stays is told at the `last`."""
    workspace_id, ids = changes[0].workspace_id, [c.record_id for c in changes]
    query = select(model).where(model.workspace_id == workspace_id, col(model.id).in_(ids))
    rows = {row.id: row for row in session.exec(query)}
    referred = _referred(session, table_of(model).name, workspace_id, ids)
    gone = [
        c.record_id
        for c in changes
        if c.after and (row := rows.get(c.record_id)) and row.id not in referred
        if unchanged(row, c.after) == set(c.after)
    ]
    _delete(session, model, workspace_id, gone)
    taken.reverted += len(gone)
    if last:
        left = [c for c in changes if c.record_id in rows and c.record_id not in set(gone)]
        taken.kept += [Kept(c.kind, c.record_id, later_hand(session, c)) for c in left]


def _referred(session: Session, name: str, workspace_id: UUID, ids: list[UUID]) -> set[UUID]:
    """Those of some records that other rows refer to."""
    found: set[UUID] = set()
    for table in SQLModel.metadata.sorted_tables:
        for column, target in references(table):
            if target.name == name:
                query = select_columns(column).where(table.c.workspace_id == workspace_id, column.in_(ids))
                found.update(session.connection().execute(query.distinct()).scalars())
    return found


def _delete(session: Session, model: type[Row], workspace_id: UUID, ids: list[UUID]) -> None:
    if not ids:
        return
    connection = session.connection()
    table = table_of(model)
    connection.execute(delete(table).where(table.c.workspace_id == workspace_id, table.c.id.in_(ids)))
    if model in KEYS:
        mine = (col(NameKey.workspace_id) == workspace_id, col(NameKey.record_id).in_(ids))
        connection.execute(delete(NameKey).where(*mine))
    if model in TOKENS:
        for record_id in ids:
            unindex(session, record_id)
