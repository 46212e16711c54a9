"""Where a value comes from: the change that set it, who made it, when, and in which words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from storage.find import MODELS
from storage.tables import Change, ChangeSet, Contact, ContactPoint, Message, PointKind, Row
from storage.unit_of_work import UnitOfWork

LOOKED_AT = 200  # changes of a record that are looked through, newest first


@dataclass(frozen=True)
class Origin:
    """Who set a value, when, in which words where they are kept, and the records that the same message touched."""

    member_id: UUID | None
    at: datetime
    words: str | None
    records: tuple[Row, ...]


def origin(uow: UnitOfWork, row: Row, field: str | None) -> Origin | None:
    """Where the present value of a field comes from; without a field, where the record itself does."""
    ids, column = _place(uow, row, field)
    changes = uow.session.exec(
        select(Change, ChangeSet)
        .join(
            ChangeSet,
            (col(ChangeSet.id) == Change.change_set_id) & (ChangeSet.workspace_id == Change.workspace_id),
        )
        .where(
            Change.workspace_id == uow.workspace_id,
            col(Change.record_id).in_(ids),
            col(ChangeSet.undone_at).is_(None),
        )
        .order_by(col(Change.id).desc())
        .limit(LOOKED_AT)
    ).all()
    for change, change_set in changes:
        if _sets(change, column):
            return _told(uow, change_set)
    return None


def _place(uow: UnitOfWork, row: Row, field: str | None) -> tuple[Sequence[UUID], str | None]:
    """The rows and the column that hold a field of a record."""
    if isinstance(row, Contact) and field in (PointKind.EMAIL, PointKind.PHONE):
        where = (ContactPoint.contact_id == row.id, ContactPoint.kind == PointKind(field))
        points = uow.list(ContactPoint, *where, order=[ContactPoint.position])
        return [p.id for p in points], "value"
    aliases = {"company": "company_id", "contact": "contact_id", "owner": "owner_id", "assignee": "owner_id"}
    return [row.id], aliases.get(field or "", field)


def _sets(change: Change, column: str | None) -> bool:
    if column is None:
        return change.before is None
    return change.after is not None and change.after.get(column) is not None


def _told(uow: UnitOfWork, change_set: ChangeSet) -> Origin:
    message = uow.get(Message, change_set.message_id)
    touched = uow.list(Change, Change.change_set_id == change_set.id, limit=LOOKED_AT)
    records = [uow.get(MODELS[c.kind], c.record_id) for c in touched if c.kind in MODELS]
    return Origin(
        change_set.member_id,
        change_set.created_at,
        message.text if message else None,
        tuple(r for r in records if r is not None),
    )
