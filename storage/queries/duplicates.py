"""Contacts and companies that may be the same: found by shared keys, in the order of an index, never by comparing all."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import col, func, select

from storage.find import Scope
from storage.tables import Company, Contact, ContactPoint, NameKey
from storage.unit_of_work import UnitOfWork

COMMON = 5  # holders of a name, number or address; what more have says nothing about who they are
MOST = 50  # groups of a kind that are looked at
REASONS = ("email", "phone", "tax_id", "domain", "name", "sound")  # the surest first
SHORTEST = 3  # letters of a sound that tells anything


@dataclass(frozen=True)
class Pair:
    """Two records that may be one, and why, one of `REASONS`. The second is the older."""

    kind: str
    newer: Contact | Company
    older: Contact | Company
    reason: str


def duplicates(uow: UnitOfWork, scope: Scope) -> list[Pair]:
    """Likely pairs among what the speaker may see, the surest first: each pair once, with its best reason."""
    found: dict[tuple[UUID, UUID], Pair] = {}
    for pair in (*_by_point(uow), *_by_column(uow), *_by_name(uow, "company"), *_by_name(uow, "contact")):
        if scope.admits(pair.newer) and scope.admits(pair.older):
            found.setdefault((pair.newer.id, pair.older.id), pair)
    newest_first = sorted(found.values(), key=lambda p: p.newer.id, reverse=True)
    return sorted(newest_first, key=lambda p: REASONS.index(p.reason))


def _pairs(kind: str, rows: Iterable[Any], reason: str) -> Iterator[Pair]:
    """The oldest of a group with each of the others."""
    ordered = sorted(rows, key=lambda r: r.id)
    yield from (Pair(kind, row, ordered[0], reason) for row in ordered[1:])


def _by_point(uow: UnitOfWork) -> Iterator[Pair]:
    holders = func.count(func.distinct(ContactPoint.contact_id))
    query = (
        select(ContactPoint.digest)
        .where(ContactPoint.workspace_id == uow.workspace_id)
        .group_by(ContactPoint.digest)
        .having(holders.between(2, COMMON))
        .order_by(ContactPoint.digest)
        .limit(MOST)
    )
    points = _in(uow, ContactPoint, ContactPoint.digest, list(uow.session.exec(query)))
    people = {c.id: c for c in _in(uow, Contact, Contact.id, [p.contact_id for p in points])}
    for digest, group in _grouped(points, lambda p: p.digest).items():
        reason = next(p.kind for p in points if p.digest == digest).value
        holding = {p.contact_id: people[p.contact_id] for p in group}
        yield from _pairs("contact", holding.values(), reason)


def _by_column(uow: UnitOfWork) -> Iterator[Pair]:
    for name in ("tax_id", "domain"):
        column = getattr(Company, name)
        query = (
            select(column)
            .where(Company.workspace_id == uow.workspace_id, col(column).is_not(None))
            .group_by(column)
            .having(func.count().between(2, COMMON))
            .order_by(column)
            .limit(MOST)
        )
        rows = _in(uow, Company, column, list(uow.session.exec(query)))
        for group in _grouped(rows, lambda r, name=name: getattr(r, name)).values():
            yield from _pairs("company", group, name)


def _by_name(uow: UnitOfWork, kind: str) -> Iterator[Pair]:
    """The same name or sound in one place; of people also a name that one has with and one without a company."""
    for group in (*_together(uow, kind), *(_half_placed(uow) if kind == "contact" else ())):
        model: type[Any] = Contact if kind == "contact" else Company
        rows = {r.id: r for r in _in(uow, model, model.id, [k.record_id for k in group])}
        for a, b in combinations(sorted(group, key=lambda k: k.record_id)[:COMMON], 2):
            if (reason := _alike(kind, a, b)) and a.record_id in rows and b.record_id in rows:
                yield Pair(kind, rows[b.record_id], rows[a.record_id], reason)


def _alike(kind: str, a: NameKey, b: NameKey) -> str | None:
    if a.key == b.key:
        return "name"
    told = (
        kind == "company" or a.place_id is not None
    )  # without a place, a sound alone says too little of a person
    return "sound" if told and a.place_id == b.place_id else None


def _together(uow: UnitOfWork, kind: str) -> Iterator[list[NameKey]]:
    query = (
        select(NameKey.sound, NameKey.place_id)
        .where(*_sounded(uow, kind))
        .group_by(col(NameKey.sound), col(NameKey.place_id))
        .having(func.count() > 1, or_(col(NameKey.place_id).is_not(None), func.count() <= COMMON))
        .order_by(col(NameKey.sound), col(NameKey.place_id))
        .limit(MOST)
    )
    for sound, place in uow.session.exec(query).all():
        yield list(uow.session.exec(_keys(uow, kind, sound).where(col(NameKey.place_id) == place)))


def _half_placed(uow: UnitOfWork) -> Iterator[list[NameKey]]:
    placed = func.count(col(NameKey.place_id))
    query = (
        select(NameKey.sound)
        .where(*_sounded(uow, "contact"))
        .group_by(col(NameKey.sound))
        .having(placed > 0, func.count() > placed, func.count() <= COMMON)
        .order_by(col(NameKey.sound))
        .limit(MOST)
    )
    for sound in uow.session.exec(query).all():
        keys = list(uow.session.exec(_keys(uow, "contact", sound)))
        yield from ([a, b] for a in keys for b in keys if a.place_id is None and b.place_id is not None)


def _sounded(uow: UnitOfWork, kind: str) -> list[Any]:
    return [
        NameKey.workspace_id == uow.workspace_id,
        NameKey.kind == kind,
        func.length(NameKey.sound) >= SHORTEST,
    ]


def _keys(uow: UnitOfWork, kind: str, sound: str | None) -> Any:
    return select(NameKey).where(
        NameKey.workspace_id == uow.workspace_id, NameKey.kind == kind, NameKey.sound == sound
    )


def _in(uow: UnitOfWork, model: type[Any], column: Any, values: Sequence[Any], *where: Any) -> list[Any]:
    """Rows whose column has one of these values."""
    if not values:
        return []
    query = select(model).where(model.workspace_id == uow.workspace_id, col(column).in_(values), *where)
    return list(uow.session.exec(query))


def _grouped(rows: Iterable[Any], by: Any) -> dict[Any, list[Any]]:
    groups: dict[Any, list[Any]] = {}
    for row in rows:
        groups.setdefault(by(row), []).append(row)
    return groups
