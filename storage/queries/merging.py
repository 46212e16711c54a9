"""What hangs on contacts and companies: putting two into one, and deleting them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel import col

from storage.queries.contacts import clear_tags, points_of, set_tags, tags_of
from storage.tables import (
    Activity,
    Company,
    Contact,
    ContactPoint,
    Deal,
    DealContact,
    Lifecycle,
    Reminder,
    Task,
    Ticket,
)
from storage.unit_of_work import UnitOfWork

Customer = Contact | Company
HANGING: dict[str, type[Any]] = {
    "activity": Activity,
    "task": Task,
    "reminder": Reminder,
    "deal": Deal,
    "ticket": Ticket,
}
_FILLED = {
    Contact: ("job_title", "company_id", "source", "birthday", "address", "owner_id", "team_id"),
    Company: ("industry", "domain", "phone", "tax_id", "address", "owner_id", "team_id"),
}
SHOWN = ("job_title", "company_id", "birthday", "address", "industry", "domain", "phone", "tax_id")


def _column(model: Any, customer: Customer) -> Any:
    return model.contact_id if isinstance(customer, Contact) else model.company_id


def _kinds(customer: Customer) -> dict[str, type[Any]]:
    return HANGING if isinstance(customer, Contact) else {"contact": Contact, **HANGING}


def _ids(customers: Sequence[Customer]) -> list[UUID]:
    return [c.id for c in customers]


def hanging(uow: UnitOfWork, customers: Sequence[Customer]) -> dict[str, int]:
    """How many records of each kind refer to contacts, or to companies."""
    first, ids = customers[0], _ids(customers)
    counts = {k: uow.count(m, col(_column(m, first)).in_(ids)) for k, m in _kinds(first).items()}
    return {kind: n for kind, n in counts.items() if n}


def lost_with(uow: UnitOfWork, customers: Sequence[Customer]) -> int:
    """How many activities go when these do: those that are about nobody else."""
    return uow.count(Activity, *_only_about(customers))


def _only_about(customers: Sequence[Customer]) -> list[Any]:
    where = [col(_column(Activity, customers[0])).in_(_ids(customers))]
    # A person's activities are theirs; a company's stay with the people they were with.
    return where if isinstance(customers[0], Contact) else [*where, col(Activity.contact_id).is_(None)]


def delete_customer(uow: UnitOfWork, customer: Customer) -> None:
    """Delete a contact or company with its addresses, tags and activities; what else refers to it stays without it."""
    for activity in uow.list(Activity, *_only_about([customer])):
        uow.delete(activity)
    _delete_points(uow, customer)
    clear_tags(uow, customer.id)
    uow.flush()
    _refer(uow, customer, None)
    uow.delete(customer)


def _delete_points(uow: UnitOfWork, customer: Customer) -> None:
    for point in points_of(uow, customer) if isinstance(customer, Contact) else ():
        uow.delete(point)


def _refer(uow: UnitOfWork, customer: Customer, to: UUID | None) -> None:
    """Let all that refers to a customer refer to another, or to none."""
    if isinstance(customer, Contact):
        _have_a_say(uow, customer, to)
    column = "contact_id" if isinstance(customer, Contact) else "company_id"
    for model in _kinds(customer).values():
        for row in uow.list(model, _column(model, customer) == customer.id):
            setattr(row, column, to)
            uow.add(row)


def _have_a_say(uow: UnitOfWork, customer: Contact, to: UUID | None) -> None:
    """Their parts in deals go to another contact who has none there yet, or end."""
    there = {p.deal_id for p in uow.list(DealContact, DealContact.contact_id == to)} if to else set()
    for part in uow.list(DealContact, DealContact.contact_id == customer.id):
        if to is None or part.deal_id in there:
            uow.delete(part)
        else:
            part.contact_id = to
            uow.add(part)


def merge_customers(uow: UnitOfWork, goes: Customer, stays: Customer) -> None:
    """Put one into the other of its kind: what the second lacks is filled, histories, tags and addresses are joined."""
    for column in _FILLED[type(goes)]:
        if getattr(stays, column) is None:
            setattr(stays, column, getattr(goes, column))
    stays.notes = "\n".join(x for x in (stays.notes, goes.notes) if x) or None
    stays.custom = {**goes.custom, **stays.custom}
    if stays.lifecycle == Lifecycle.LEAD:
        stays.lifecycle = goes.lifecycle
    if isinstance(goes, Contact) and isinstance(stays, Contact):
        _join_points(uow, goes, stays)
    set_tags(uow, str(stays.__tablename__), stays.id, [t.name for t in tags_of(uow, goes.id)])
    clear_tags(uow, goes.id)
    _refer(uow, goes, stays.id)
    uow.add(stays)
    uow.delete(goes)


def _join_points(uow: UnitOfWork, goes: Contact, stays: Contact) -> None:
    had = {p.digest for p in points_of(uow, stays)}
    for point in points_of(uow, goes):
        if point.digest in had:
            uow.delete(point)
            continue
        point.contact_id, point.position = stays.id, len(had)
        had.add(point.digest)
        uow.add(point)


def joined_points(uow: UnitOfWork, goes: Customer, stays: Customer) -> list[ContactPoint]:
    """The addresses and numbers that a merge would add."""
    if not (isinstance(goes, Contact) and isinstance(stays, Contact)):
        return []
    had = {p.digest for p in points_of(uow, stays)}
    return [p for p in points_of(uow, goes) if p.digest not in had]


def differing(goes: Customer, stays: Customer) -> list[str]:
    """The columns in which both have a value, and not the same: that of the one that stays is kept."""
    pairs = [(c, getattr(goes, c), getattr(stays, c)) for c in _FILLED[type(goes)] if c in SHOWN]
    return [c for c, a, b in pairs if a is not None and b is not None and a != b]
