"""What of a batch of drafts is there already: by address, number, name at a company, and title."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from storage.drafts import Prepared
from storage.tables import ContactPoint, Deal, NameKey

AT_ONCE = 900  # values in one condition, below SQLite's limit


@dataclass
class Known:
    """Records by the keys under which a draft would be the same; grows as a batch is written."""

    by_point: dict[str, UUID] = field(default_factory=dict)
    companies: dict[str, UUID] = field(default_factory=dict)
    people: dict[tuple[str, UUID | None], UUID] = field(default_factory=dict)
    deals: dict[tuple[str, UUID | None], UUID] = field(default_factory=dict)

    def company(self, prepared: Prepared) -> UUID | None:
        """The company that a draft tells of."""
        return self.companies.get(prepared.company.main) if prepared.company else None

    def contact(self, prepared: Prepared) -> UUID | None:
        """The contact that a draft tells of: the same address or number, or the same name at the same company.

        Where neither has a company, the same name is the same person only if the draft says nothing to tell them apart.
        """
        if prepared.contact is None:
            return None
        for point in prepared.points:
            if found := self.by_point.get(point["digest"]):
                return found
        place = self.company(prepared)
        if prepared.company and place is None:
            return None
        told_apart = place is None and prepared.points
        return None if told_apart else self.people.get((prepared.contact.main, place))

    def deal(self, prepared: Prepared, customer: UUID | None) -> UUID | None:
        """The deal of that title with that customer."""
        return self.deals.get((prepared.draft.deal["title"], customer)) if prepared.draft.deal else None

    def learn(
        self, prepared: Prepared, contact: UUID | None, company: UUID | None, deal: UUID | None
    ) -> None:
        """Remember what a draft has become."""
        if prepared.company and company:
            self.companies[prepared.company.main] = company
        if prepared.contact and contact:
            self.by_point.update((p["digest"], contact) for p in prepared.points)
            self.people[(prepared.contact.main, company)] = contact
        if prepared.draft.deal and deal:
            self.deals[(prepared.draft.deal["title"], company or contact)] = deal

    def has(self, prepared: Prepared) -> bool:
        """Whether the record that a draft is mainly about is there."""
        match prepared.draft.kind:
            case "contact":
                return self.contact(prepared) is not None
            case "company":
                return self.company(prepared) is not None
        return self.deal(prepared, self.company(prepared) or self.contact(prepared)) is not None


def known(session: Session, workspace_id: UUID, batch: list[Prepared]) -> Known:
    """What is there of all that a batch tells of: a few look-ups, whatever the size of the tables."""
    found = Known()
    digests = {p["digest"] for prepared in batch for p in prepared.points}
    for digest, contact_id in _in(
        session, workspace_id, (ContactPoint.digest, ContactPoint.contact_id), digests
    ):
        found.by_point.setdefault(digest, contact_id)
    companies = {p.company.main for p in batch if p.company}
    for key, record_id, _ in _named(session, workspace_id, "company", companies):
        found.companies.setdefault(key, record_id)
    people = {p.contact.main for p in batch if p.contact}
    for key, record_id, place in _named(session, workspace_id, "contact", people):
        found.people.setdefault((key, place), record_id)
    titles = {p.draft.deal["title"] for p in batch if p.draft.deal}
    columns = (Deal.title, Deal.company_id, Deal.contact_id, Deal.id)
    for title, company, contact, deal_id in _in(session, workspace_id, columns, titles):
        found.deals.setdefault((title, company or contact), deal_id)
    return found


def _named(
    session: Session, workspace_id: UUID, kind: str, keys: Iterable[str]
) -> Iterable[tuple[str, UUID, UUID | None]]:
    columns = (NameKey.key, NameKey.record_id, NameKey.place_id, NameKey.sound)
    rows = _in(session, workspace_id, columns, keys, NameKey.kind == kind)
    # Asked for those that have a sound, SQLite would go through all that have one.
    return ((key, record_id, place) for key, record_id, place, sound in rows if sound is not None)


def _in(
    session: Session, workspace_id: UUID, columns: tuple[Any, ...], values: Iterable[str], *where: Any
) -> Iterable[Any]:
    """Rows whose first column has one of these values, oldest first."""
    wanted = sorted(values)
    table = columns[0].class_
    oldest: Any = table.record_id if table is NameKey else table.id
    for at in range(0, len(wanted), AT_ONCE):
        query = select(*columns, oldest).where(
            table.workspace_id == workspace_id, col(columns[0]).in_(wanted[at : at + AT_ONCE]), *where
        )
        # Sorted here: asked for an order, SQLite reads the whole table in that order instead of looking values up.
        for row in sorted(session.execute(query).all(), key=lambda row: row[-1]):
            yield row[:-1]
