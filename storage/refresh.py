"""Bringing a record that is there up to date with what a draft tells of it."""

from typing import Any
from uuid import UUID

from sqlmodel import col

from storage.drafts import Prepared
from storage.known import Known
from storage.queries.contacts import set_tags
from storage.tables import Company, Contact, ContactPoint, Deal, Record
from storage.unit_of_work import UnitOfWork

_KEPT = ("name", "title", "stage", "custom")  # by what they were found, and what has a way of its own


def refresh(uow: UnitOfWork, prepared: Prepared, known: Known) -> None:
    """What the draft tells takes the place of what was known; what it does not tell stays."""
    draft, company = prepared.draft, known.company(prepared)
    contact = known.contact(prepared)
    if draft.deal:
        _update(uow, uow.get(Deal, known.deal(prepared, company or contact)), draft.deal, draft.tags)
    elif draft.contact:
        row = uow.get(Contact, contact)
        _update(uow, row, draft.contact, draft.tags)
        if row is not None:
            _points(uow, row, prepared.points)
    elif draft.company:
        _update(uow, uow.get(Company, company), draft.company, draft.tags)


def _update(uow: UnitOfWork, row: Record | None, told: dict[str, Any], tags: list[str]) -> None:
    if row is None:
        return
    for column, value in told.items():
        if column not in _KEPT and getattr(row, column) != value:
            setattr(row, column, value)
    if told.get("custom"):
        row.custom = {**row.custom, **told["custom"]}
    uow.add(row)
    uow.flush()
    set_tags(uow, str(row.__tablename__), row.id, tags)
    uow.flush()


def _points(uow: UnitOfWork, contact: Contact, points: list[dict[str, Any]]) -> None:
    """Addresses and numbers that are new go behind those that are known."""
    had = uow.list(ContactPoint, col(ContactPoint.contact_id) == contact.id)
    known = {p.digest for p in had}
    for point in points:
        if point["digest"] in known:
            continue
        place = sum(p.kind == point["kind"] for p in had)
        had.append(uow.add(_point(uow.workspace_id, contact.id, place, point)))
    uow.flush()


def _point(workspace_id: UUID, contact_id: UUID, place: int, told: dict[str, Any]) -> ContactPoint:
    return ContactPoint(workspace_id=workspace_id, contact_id=contact_id, position=place, **told)
