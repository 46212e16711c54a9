"""Writing many records at once, with all that each would have if it were added by itself."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy import insert
from sqlmodel import Session, SQLModel, col, select

from storage.changes import UNTRACKED_COLUMNS
from storage.drafts import Draft, Named, Prepared
from storage.folding import fold
from storage.indexing import key_of, name_keys
from storage.journal import with_defaults
from storage.known import Known, known
from storage.refresh import refresh
from storage.search import index_many
from storage.tables import (
    Change,
    ChangeSet,
    Company,
    Contact,
    ContactPoint,
    Deal,
    NameKey,
    StageEntry,
    Tag,
    Tagging,
    new_id,
)
from storage.unit_of_work import UnitOfWork

WON_OR_LOST = ("closed_won", "closed_lost")
_ORDER = (Company, Contact, ContactPoint, Deal, StageEntry, Tag, Tagging)


@dataclass(frozen=True)
class Author:
    """In whose name records are written; `owners` are colleagues by their folded names and addresses.

    `update` says that what is there already is brought up to date instead of passed over.
    """

    member_id: UUID
    team_id: UUID | None
    owners: dict[str, tuple[UUID, UUID | None]]
    pipeline_id: UUID
    stage: str
    update: bool = False


@dataclass
class Written:
    """What became of a batch."""

    new: int = 0
    updated: int = 0
    duplicate: int = 0


@dataclass
class _Batch:
    """The rows of a batch, gathered by table."""

    uow: UnitOfWork
    author: Author
    known: Known
    rows: dict[type[SQLModel], list[dict[str, Any]]] = field(default_factory=dict)
    keys: list[dict[str, Any]] = field(default_factory=list)
    found_by: list[tuple[str, UUID, set[str]]] = field(default_factory=list)
    tags: dict[str, UUID] = field(default_factory=dict)
    again: list[Prepared] = field(default_factory=list)

    def add(self, model: type[SQLModel], **values: Any) -> UUID:
        """A new row; its id."""
        base = {"workspace_id": self.uow.workspace_id, "created_at": self.uow.now.astimezone(UTC)}
        row = with_defaults(model, {**base, "id": new_id(), **values})
        self.rows.setdefault(model, []).append(row)
        return row["id"]  # type: ignore[no-any-return]

    def record(self, model: type[SQLModel], draft: Draft, values: dict[str, Any]) -> UUID:
        """A new record, whose owner is whom the draft names, else the author."""
        mine = (self.author.member_id, self.author.team_id)
        owner_id, team_id = self.author.owners.get(key_of(draft.owner), mine) if draft.owner else mine
        made_by = self.author.member_id
        return self.add(model, **{**values, "owner_id": owner_id, "team_id": team_id, "made_by": made_by})

    def name(self, kind: str, record_id: UUID, named: Named, place_id: UUID | None = None) -> None:
        """Have a record found by its name."""
        self.keys += name_keys(self.uow.workspace_id, kind, record_id, named.keys, named.main, place_id)
        self.found_by.append((kind, record_id, named.tokens))


def write(
    uow: UnitOfWork, batch: list[Prepared], author: Author, change_set: ChangeSet, changes: int
) -> Written:
    """Write a batch under a change set that has `changes` changes already; what is there is passed over or updated."""
    gathered = _Batch(uow, author, known(uow.session, uow.workspace_id, batch))
    gathered.tags = _tags(uow.session, uow.workspace_id, batch)
    written = Written()
    for prepared in batch:
        _take(gathered, prepared, written)
    _insert(gathered)
    uow.resume(_keep_changes(gathered, change_set, changes))
    for prepared in gathered.again:
        refresh(uow, prepared, gathered.known)
    uow.close(change_set)
    return written


def _take(batch: _Batch, prepared: Prepared, written: Written) -> None:
    there = batch.known
    if there.has(prepared):
        written.duplicate += not batch.author.update
        written.updated += batch.author.update
        batch.again += [prepared] if batch.author.update else []
        return
    written.new += 1
    company = there.company(prepared) or _company(batch, prepared)
    contact = there.contact(prepared) or _contact(batch, prepared, company)
    deal = _deal(batch, prepared, contact, company)
    there.learn(prepared, contact, company, deal)
    _tag(batch, prepared.draft, {"contact": contact, "company": company, "deal": deal}[prepared.draft.kind])


def _company(batch: _Batch, prepared: Prepared) -> UUID | None:
    if prepared.company is None or prepared.draft.company is None:
        return None
    company_id = batch.record(Company, prepared.draft, prepared.draft.company)
    batch.name("company", company_id, prepared.company)
    return company_id


def _contact(batch: _Batch, prepared: Prepared, company_id: UUID | None) -> UUID | None:
    if prepared.contact is None or prepared.draft.contact is None:
        return None
    contact_id = batch.record(Contact, prepared.draft, {**prepared.draft.contact, "company_id": company_id})
    batch.name("contact", contact_id, prepared.contact, company_id)
    places: dict[str, int] = {}
    for point in prepared.points:
        place = places.get(point["kind"], 0)
        places[point["kind"]] = place + 1
        batch.add(ContactPoint, contact_id=contact_id, position=place, **point)
    return contact_id


def _deal(batch: _Batch, prepared: Prepared, contact_id: UUID | None, company_id: UUID | None) -> UUID | None:
    told = prepared.draft.deal
    if told is None or prepared.deal is None:
        return None
    now, stage = batch.uow.now.astimezone(UTC), told["stage"] or batch.author.stage
    closed = (told.get("close_date") or now.date()) if stage in WON_OR_LOST else None
    values = {**told, "stage": stage, "pipeline_id": batch.author.pipeline_id, "stage_since": now}
    deal_id = batch.record(
        Deal,
        prepared.draft,
        {**values, "contact_id": contact_id, "company_id": company_id, "closed_on": closed},
    )
    batch.add(StageEntry, deal_id=deal_id, stage=stage, entered_at=now, by_member_id=batch.author.member_id)
    batch.found_by.append(("deal", deal_id, prepared.deal))
    return deal_id


def _tags(session: Session, workspace_id: UUID, batch: list[Prepared]) -> dict[str, UUID]:
    names = {fold(t) for p in batch for t in p.draft.tags}
    if not names:
        return {}
    query = select(Tag.key, Tag.id).where(Tag.workspace_id == workspace_id, col(Tag.key).in_(names))
    return {key: tag_id for key, tag_id in session.exec(query).all()}  # noqa: C416 - rows are not pairs to mypy


def _tag(batch: _Batch, draft: Draft, record_id: UUID | None) -> None:
    if record_id is None:
        return
    for key, name in {fold(t): t for t in draft.tags}.items():
        if key not in batch.tags:
            batch.tags[key] = batch.add(Tag, name=name, key=key)
        batch.add(Tagging, tag_id=batch.tags[key], kind=draft.kind, record_id=record_id)


def _insert(batch: _Batch) -> None:
    connection = batch.uow.session.connection()
    for model in _ORDER:
        if rows := batch.rows.get(model):
            connection.execute(insert(model), rows)
    if batch.keys:
        connection.execute(insert(NameKey), batch.keys)
    index_many(batch.uow.session, batch.uow.workspace.number, batch.found_by)


def _keep_changes(batch: _Batch, change_set: ChangeSet, changes: int) -> int:
    """A change for each new row, as if it had been added by itself; how many the set has then."""
    rows = [(model, row) for model in _ORDER for row in batch.rows.get(model, ())]
    kept = [
        {
            "workspace_id": change_set.workspace_id,
            "change_set_id": change_set.id,
            "position": changes + place,
            "kind": str(model.__tablename__),
            "record_id": row["id"],
            "before": None,
            "after": _plain(row),
        }
        for place, (model, row) in enumerate(rows)
    ]
    if kept:
        batch.uow.session.connection().execute(insert(Change), [with_defaults(Change, k) for k in kept])
    return changes + len(kept)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row as `changes.dump` has it."""
    utc = {k: v.astimezone(UTC) if isinstance(v, datetime) else v for k, v in row.items()}
    return to_jsonable_python({k: v for k, v in utc.items() if k not in UNTRACKED_COLUMNS})  # type: ignore[no-any-return]
