"""Records page by page, with the names that their rows show."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from sqlmodel import Session, col, func, select

from storage.database import Database
from storage.find import MODELS, Scope
from storage.tables import Company, Contact, ContactPoint, Member, PointKind, Record, Tag, Tagging

PAGE = 500
R = TypeVar("R")


@dataclass
class Page:
    """Some records, and what belongs to them."""

    rows: list[Any]
    companies: dict[UUID, str] = field(default_factory=dict)
    contacts: dict[UUID, str] = field(default_factory=dict)
    members: dict[UUID, str] = field(default_factory=dict)
    points: dict[tuple[UUID, PointKind], list[str]] = field(default_factory=lambda: defaultdict(list))
    tags: dict[UUID, list[str]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True)
class Selection:
    """Records of a kind that somebody may see, perhaps only those of one owner."""

    workspace_id: UUID
    kind: str
    scope: Scope
    owner_id: UUID | None = None

    def where(self) -> list[Any]:
        """The conditions."""
        model: Any = MODELS[self.kind]
        where = [model.workspace_id == self.workspace_id, *self.scope.where(model)]
        return [*where, model.owner_id == self.owner_id] if self.owner_id else where


def count(session: Session, selection: Selection) -> int:
    """How many there are."""
    query = select(func.count()).select_from(MODELS[selection.kind]).where(*selection.where())
    return session.exec(query).one()


def pages(database: Database, selection: Selection) -> Iterator[Page]:
    """All of them, oldest first; each page is read by itself, so that nothing is held for long."""
    after: UUID | None = None
    while (page := database.read(_reading(selection, after))).rows:
        yield page
        after = page.rows[-1].id


def _reading(selection: Selection, after: UUID | None) -> Callable[[Session], Page]:
    return lambda session: _page(session, selection, after)


def _page(session: Session, selection: Selection, after: UUID | None) -> Page:
    model: Any = MODELS[selection.kind]
    where = [*selection.where(), *([model.id > after] if after else [])]
    page = Page(list(session.exec(select(model).where(*where).order_by(model.id).limit(PAGE))))
    ids, wid = [r.id for r in page.rows], selection.workspace_id
    page.companies = _names(session, wid, Company, [getattr(r, "company_id", None) for r in page.rows])
    page.contacts = _names(session, wid, Contact, [getattr(r, "contact_id", None) for r in page.rows])
    page.members = _names(session, wid, Member, [r.owner_id for r in page.rows])
    if selection.kind == "contact":
        points = select(ContactPoint).where(
            ContactPoint.workspace_id == wid, col(ContactPoint.contact_id).in_(ids)
        )
        for point in session.exec(points.order_by(col(ContactPoint.position))):
            page.points[(point.contact_id, point.kind)].append(point.value)
    tagged = select(Tagging.record_id, Tag.name).where(
        Tagging.workspace_id == wid,
        Tag.workspace_id == wid,
        Tag.id == Tagging.tag_id,
        col(Tagging.record_id).in_(ids),
    )
    for record_id, name in session.exec(tagged.order_by(Tag.name)).all():
        page.tags[record_id].append(name)
    session.expunge_all()
    return page


def _names(session: Session, workspace_id: UUID, model: Any, ids: list[UUID | None]) -> dict[UUID, str]:
    wanted = {i for i in ids if i}
    if not wanted:
        return {}
    query = select(model.id, model.name).where(model.workspace_id == workspace_id, model.id.in_(wanted))
    return dict(session.exec(query).all())


def custom_keys(database: Database, selection: Selection, most: int = 200) -> list[str]:
    """The workspace's own fields that any of the records has, in the order in which they are met."""
    found: dict[str, None] = {}
    for page in pages(database, selection):
        for row in page.rows:
            if isinstance(row, Record):
                found |= dict.fromkeys(row.custom)
        if len(found) >= most:
            break
    return list(found)[:most]
