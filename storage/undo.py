"""Taking change sets back: row by row and column by column, except for what somebody changed later."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Table
from sqlalchemy import select as select_columns
from sqlmodel import Session, SQLModel, col, select

from storage.changes import TRACKED, dump
from storage.tables import Change, ChangeSet, Row


@dataclass(frozen=True)
class Kept:
    """A row that undo left alone, since `member_id` changed it later or something new refers to it."""

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
    for change in _in_turn(session, changes_of(session, change_set)):
        done, whole = revert_one(session, change)
        reverted += done
        if not whole:
            kept.append(Kept(change.kind, change.record_id, later_hand(session, change)))
    if reverted:
        change_set.undone_at = now
        session.add(change_set)
    return reverted, kept


def _in_turn(session: Session, changes: list[Change]) -> Iterator[Change]:
    """What was made and nothing refers to goes first, then what was deleted comes back, parents before children,
    then what was changed is put back, and last goes what the former still referred to."""
    place = places()
    made = [c for c in changes if c.before is None]
    made.sort(key=lambda c: -place[c.kind])
    later = []
    for change in made:
        row = session.get(TRACKED[change.kind], (change.workspace_id, change.record_id))
        if row is not None and _referred(session, row):
            later.append(change)
        else:
            yield change
    yield from sorted((c for c in changes if c.after is None), key=lambda c: place[c.kind])
    yield from (c for c in reversed(changes) if c.before is not None and c.after is not None)
    yield from later


def places() -> dict[str, int]:
    """Tables in the order in which they refer to each other."""
    return {table.name: i for i, table in enumerate(SQLModel.metadata.sorted_tables)}


def revert_one(session: Session, change: Change) -> tuple[bool, bool]:
    """Whether anything of a change was taken back, and whether all of it was."""
    model = TRACKED[change.kind]
    row = session.get(model, (change.workspace_id, change.record_id))
    if change.after is None:
        done = row is None and change.before is not None and _restore(session, model, change.before)
        return done, done
    if row is None:
        return change.before is None, change.before is None
    if change.before is None:
        done = unchanged(row, change.after) == set(change.after) and not _referred(session, row)
        if done:
            session.delete(row)
            session.flush()
        return done, done
    return _put_back(session, row, change.before, change.after)


def unchanged(row: Row, after: dict[str, Any]) -> set[str]:
    """The columns that are still as the change left them."""
    current = dump(row)
    return {c for c, v in after.items() if c not in current or current[c] == v}


def _put_back(session: Session, row: Row, before: dict[str, Any], after: dict[str, Any]) -> tuple[bool, bool]:
    columns = unchanged(row, after)
    if columns:
        parsed = type(row).model_validate({**dump(row), **{c: before[c] for c in columns}})
        for column in columns:
            setattr(row, column, getattr(parsed, column))
        _drop_dangling(session, row)
        session.add(row)
        session.flush()
    return bool(columns), columns == set(after)


def _restore(session: Session, model: type[Row], before: dict[str, Any]) -> bool:
    row = model.model_validate(before)
    if not _drop_dangling(session, row):
        return False
    session.add(row)
    session.flush()
    return True


def references(table: Table) -> Iterator[tuple[Column[Any], Table]]:
    """The columns of a table that name a row of another, and that other."""
    for constraint in table.foreign_key_constraints:
        for element in constraint.elements:
            if element.column.name == "id":
                yield element.parent, constraint.referred_table


def _drop_dangling(session: Session, row: Row) -> bool:
    """Let go of what is no longer there; False where the row cannot be without it."""
    for column, target in references(table_of(type(row))):
        value = getattr(row, column.name)
        if value is None or _exists(session, target, target.c.id, row.workspace_id, value):
            continue
        if not column.nullable:
            return False
        setattr(row, column.name, None)
    return True


def _referred(session: Session, row: Row) -> bool:
    """Whether another row refers to this one."""
    own = table_of(type(row))
    for table in SQLModel.metadata.sorted_tables:
        for column, target in references(table):
            if target is own and _exists(session, table, column, row.workspace_id, row.id):
                return True
    return False


def _exists(session: Session, table: Table, column: Column[Any], workspace_id: UUID, value: UUID) -> bool:
    query = select_columns(column).where(table.c.workspace_id == workspace_id, column == value).limit(1)
    return session.connection().execute(query).first() is not None


def table_of(model: type[Row]) -> Table:
    """The table behind a model."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


def later_hand(session: Session, change: Change) -> UUID | None:
    """Who last changed a record after this change."""
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
