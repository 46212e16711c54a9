"""All that happened with a customer or in a deal, newest first: read from each kind of record and put in one order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import col, func, select

from storage.find import Scope
from storage.queries.work import about
from storage.tables import (
    Activity,
    Company,
    Contact,
    Deal,
    DealContact,
    Row,
    StageEntry,
    Task,
    TaskStatus,
    Ticket,
    TicketEntry,
)
from storage.unit_of_work import UnitOfWork

Subject = Contact | Company | Deal
Span = tuple[datetime, datetime] | None


@dataclass(frozen=True)
class Happening:
    """One thing that happened: when, the row that says so, the record it is about, and who did it."""

    at: datetime
    row: Row
    record: Row
    member_id: UUID | None


@dataclass(frozen=True)
class _Source:
    """One kind of row that tells of happenings, joined to its record."""

    row: type[Any]
    record: type[Any]
    moment: Any
    member: str
    where: Sequence[Any]


def timeline(
    uow: UnitOfWork,
    subject: Subject,
    scopes: Mapping[str, Scope],
    between: Span = None,
    limit: int = 5,
    offset: int = 0,
) -> tuple[list[Happening], int]:
    """What happened with a customer, or in a deal, newest first, and how much there is in all."""
    sources = list(_sources(subject, scopes))
    found = [h for s in sources for h in _newest(uow, s, between, limit + offset)]
    found.sort(key=lambda h: (h.at, h.row.id), reverse=True)
    return found[offset : offset + limit], sum(_count(uow, s, between) for s in sources)


def _sources(subject: Subject, scopes: Mapping[str, Scope]) -> Iterator[_Source]:
    of_customer = _of_deal(subject) if isinstance(subject, Deal) else about(Activity, subject)
    happened = col(Activity.occurred_at)
    yield _Source(
        Activity, Activity, happened, "made_by", [*scopes["activity"].where(Activity), *of_customer]
    )
    deals = [*scopes["deal"].where(Deal), *_deals(subject)]
    yield _Source(StageEntry, Deal, col(StageEntry.entered_at), "by_member_id", deals)
    if isinstance(subject, Deal):
        return
    tickets = [*scopes["ticket"].where(Ticket), *about(Ticket, subject)]
    yield _Source(Ticket, Ticket, col(Ticket.created_at), "made_by", tickets)
    yield _Source(TicketEntry, Ticket, col(TicketEntry.created_at), "member_id", tickets)
    done = [Task.status == TaskStatus.COMPLETED, *scopes["task"].where(Task), *about(Task, subject)]
    yield _Source(Task, Task, col(Task.completed_at), "owner_id", done)


def _of_deal(deal: Deal) -> list[Any]:
    """What happened with the customer of a deal since it was made."""
    one_of: list[Any] = [
        column == value
        for column, value in ((Activity.contact_id, deal.contact_id), (Activity.company_id, deal.company_id))
        if value
    ]
    since = col(Activity.occurred_at) >= deal.created_at
    return [since, or_(*one_of)] if one_of else [col(Activity.id).is_(None)]


def _deals(subject: Subject) -> list[Any]:
    if isinstance(subject, Deal):
        return [Deal.id == subject.id]
    if isinstance(subject, Company):
        return [Deal.company_id == subject.id]
    parts = select(DealContact.deal_id).where(
        DealContact.workspace_id == subject.workspace_id, DealContact.contact_id == subject.id
    )
    return [or_(col(Deal.contact_id) == subject.id, col(Deal.id).in_(parts))]


def _query(uow: UnitOfWork, source: _Source, between: Span, *columns: Any) -> Any:
    query = select(*columns).where(source.row.workspace_id == uow.workspace_id, *source.where)
    query = query.where(source.moment.is_not(None))
    if source.record is not source.row:
        key = f"{source.record.__tablename__}_id"
        joined = getattr(source.row, key) == source.record.id
        query = query.join(source.record, joined & (source.record.workspace_id == source.row.workspace_id))
    if between:
        query = query.where(source.moment >= between[0], source.moment < between[1])
    return query


def _newest(uow: UnitOfWork, source: _Source, between: Span, limit: int) -> Iterator[Happening]:
    query = (
        _query(uow, source, between, source.row, source.record)
        if source.record is not source.row
        else (_query(uow, source, between, source.row))
    )
    for found in uow.session.exec(query.order_by(source.moment.desc(), source.row.id.desc()).limit(limit)):
        row, record = (found, found) if source.record is source.row else found
        yield Happening(getattr(row, source.moment.key), row, record, getattr(row, source.member))


def _count(uow: UnitOfWork, source: _Source, between: Span) -> int:
    query = _query(uow, source, between, func.count()).select_from(source.row)
    return int(uow.session.exec(query).one())
