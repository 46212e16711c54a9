"""Contacts and companies: reading and changing them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text, case, func, or_, type_coerce
from sqlmodel import col, select

from storage.drafts import point_digests
from storage.find import Match, Scope, find_records
from storage.folding import fold, is_cjk, short_company, spelled
from storage.indexing import key_of
from storage.points import digest, email_digest
from storage.tables import (
    Activity,
    Company,
    Contact,
    ContactPoint,
    Member,
    PointKind,
    Tag,
    Tagging,
)
from storage.unit_of_work import UnitOfWork


def points_of(uow: UnitOfWork, contact: Contact) -> list[ContactPoint]:
    """How a contact can be reached: e-mail addresses and phone numbers in the order in which they were told."""
    return uow.list(
        ContactPoint, ContactPoint.contact_id == contact.id, order=[ContactPoint.kind, ContactPoint.position]
    )


def set_point(uow: UnitOfWork, contact: Contact, kind: PointKind, value: str) -> ContactPoint:
    """Make this the contact's first address or number; one of the same kind that was first is replaced."""
    found = uow.first(
        ContactPoint,
        ContactPoint.contact_id == contact.id,
        ContactPoint.kind == kind,
        ContactPoint.position == 0,
    )
    point = found or ContactPoint(
        workspace_id=uow.workspace_id, contact_id=contact.id, kind=kind, value="", digest=""
    )
    point.value = value
    digests = point_digests(uow.workspace, kind, value)
    point.digest, point.tail_digest = str(digests["digest"]), digests["tail_digest"]
    return uow.add(point)


def with_point(uow: UnitOfWork, value: str) -> list[Contact]:
    """Contacts who have this very address or number."""
    if "@" in value:
        sought = email_digest(uow.workspace, value)
    else:
        sought = digest(uow.workspace, "+" + "".join(c for c in value if c.isdigit()))
    ids = [p.contact_id for p in uow.list(ContactPoint, ContactPoint.digest == sought)]
    return uow.list(Contact, col(Contact.id).in_(ids)) if ids else []


def same_name(uow: UnitOfWork, kind: str, name: str, scope: Scope) -> list[Match]:
    """Records whose name is the same, sounds the same, or is one typing error away."""
    return [m for m in find_records(uow, kind, name, scope) if _alike(name, m.name)]


def _alike(a: str, b: str) -> bool:
    if key_of(short_company(a)) == key_of(short_company(b)):
        return True
    if is_cjk(a) and is_cjk(b):  # other characters, the same sound: 张伟 and 张玮
        return len(fold(a)) > 2 and spelled(a) == spelled(b)
    return spelled(a) == spelled(b)


def set_tags(uow: UnitOfWork, kind: str, record_id: UUID, names: Iterable[str]) -> list[str]:
    """Put tags on a record, making those that are new; the names of those that were not on it yet."""
    had = {t.key for t in tags_of(uow, record_id)}
    added = []
    for name in names:
        key = fold(name)
        if key in had:
            continue
        tag = tag_named(uow, name) or uow.add(Tag(workspace_id=uow.workspace_id, name=name, key=key))
        uow.add(Tagging(workspace_id=uow.workspace_id, tag_id=tag.id, kind=kind, record_id=record_id))
        had.add(key)
        added.append(tag.name)
    return added


def tag_named(uow: UnitOfWork, name: str) -> Tag | None:
    """A tag by its name in any case; "VIPs" are those tagged VIP."""
    key = fold(name)
    found = {t.key: t for t in uow.list(Tag, col(Tag.key).in_([key, f"{key}s", key.removesuffix("s")]))}
    return found.get(key) or next(iter(found.values()), None)


def tags_of(uow: UnitOfWork, record_id: UUID) -> list[Tag]:
    """The tags on a record."""
    ids = [t.tag_id for t in uow.list(Tagging, Tagging.record_id == record_id)]
    return uow.list(Tag, col(Tag.id).in_(ids), order=[Tag.name]) if ids else []


def take_tags(uow: UnitOfWork, record_id: UUID, names: Iterable[str]) -> list[str]:
    """Take tags off a record; the names of those that were on it."""
    meant = {tag.id: tag.name for name in names if (tag := tag_named(uow, name))}
    rows = uow.list(Tagging, Tagging.record_id == record_id, col(Tagging.tag_id).in_(meant)) if meant else []
    for row in rows:
        uow.delete(row)
    return [meant[row.tag_id] for row in rows]


def clear_tags(uow: UnitOfWork, record_id: UUID) -> None:
    """Take all tags off a record."""
    for tagging in uow.list(Tagging, Tagging.record_id == record_id):
        uow.delete(tagging)


def contacts_where(
    uow: UnitOfWork,
    scope: Scope,
    *,
    company: Company | None = None,
    tag: str | None = None,
    owner: Member | None = None,
    place: str | None = None,
    since: tuple[datetime, datetime] | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[list[Contact], int]:
    """Contacts that fit all that is given, those last spoken to first, and how many there are in all."""
    where: list[Any] = scope.where(Contact)
    seen = len(where)
    if company:
        where.append(Contact.company_id == company.id)
    if owner:
        where.append(Contact.owner_id == owner.id)
    if place:
        where.append(_at_place(place))
    if since:
        where += [col(Contact.created_at) >= since[0], col(Contact.created_at) < since[1]]
    if tag:
        where.append(col(Contact.id).in_(_tagged(uow, "contact", tag)))
    narrow = [] if len(where) > seen or limit is None else [col(Contact.id).in_(_latest(uow, offset + limit))]
    order = [_last_spoken().desc(), Contact.name]
    rows = uow.list(Contact, *where, *narrow, order=order, limit=limit, offset=offset)
    return rows, uow.count(Contact, *where)


def _last_spoken() -> Any:
    """When a contact was last spoken to, or came in."""
    last = (
        select(func.max(Activity.occurred_at))
        .where(Activity.workspace_id == Contact.workspace_id, Activity.contact_id == Contact.id)
        .scalar_subquery()
    )
    return case((last > Contact.created_at, last), else_=Contact.created_at)


def _latest(uow: UnitOfWork, count: int) -> set[UUID]:
    """Contacts among whom the first `count` by when they were last spoken to are, whatever the number of all."""
    newest = (
        select(Contact.id).where(Contact.workspace_id == uow.workspace_id).order_by(col(Contact.id).desc())
    )
    return {*uow.session.exec(newest.limit(count)), *_spoken_to(uow, count)}


def _spoken_to(uow: UnitOfWork, count: int) -> set[UUID]:
    """The first `count` contacts by their last activity; few may have had most of the latest."""
    talks = (
        select(Activity.contact_id)
        .where(Activity.workspace_id == uow.workspace_id, col(Activity.contact_id).is_not(None))
        .order_by(col(Activity.occurred_at).desc())
    )
    found: list[UUID | None] = []
    size, whole = 4 * count, False
    while not whole and len(set(found)) < count:
        found = list(uow.session.exec(talks.limit(size)))
        size, whole = size * 4, len(found) < size
    return {contact_id for contact_id in found if contact_id}


def _at_place(place: str) -> Any:
    # Addresses are private text, stored as JSON: LIKE reads them as they are until they are encrypted.

    plain = type_coerce(col(Contact.address), Text)
    return or_(
        plain.ilike(f"%{place}%"),
        col(Contact.company_id).in_(
            select(Company.id).where(type_coerce(col(Company.address), Text).ilike(f"%{place}%"))
        ),
    )


def _tagged(uow: UnitOfWork, kind: str, tag: str) -> Any:
    meant = tag_named(uow, tag)
    return select(Tagging.record_id).where(
        Tagging.workspace_id == uow.workspace_id,
        Tagging.kind == kind,
        Tagging.tag_id == (meant.id if meant else None),
    )


def companies_where(
    uow: UnitOfWork,
    scope: Scope,
    *,
    tag: str | None = None,
    owner: Member | None = None,
    industry: str | None = None,
    place: str | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[list[Company], int]:
    """Companies that fit all that is given, by name, and how many there are in all."""

    where: list[Any] = scope.where(Company)
    if owner:
        where.append(Company.owner_id == owner.id)
    if industry:
        where.append(col(Company.industry).ilike(f"%{industry}%"))
    if place:
        where.append(type_coerce(col(Company.address), Text).ilike(f"%{place}%"))
    if tag:
        where.append(col(Company.id).in_(_tagged(uow, "company", tag)))
    return uow.list(Company, *where, order=[Company.name], limit=limit, offset=offset), uow.count(
        Company, *where
    )


def contacts_at(uow: UnitOfWork, company: Company, limit: int | None = None) -> tuple[list[Contact], int]:
    """People of a company by name, and how many there are."""
    there = Contact.company_id == company.id
    return uow.list(Contact, there, order=[Contact.name], limit=limit), uow.count(Contact, there)
