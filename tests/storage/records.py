"""Making records without talking, and seeing all that the database has of them."""

from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from bot.app import App
from storage.changes import TRACKED
from storage.queries.contacts import set_point, set_tags
from storage.tables import Company, Contact, Member, PointKind
from storage.unit_of_work import UnitOfWork


def member(uow: UnitOfWork, name: str, role: str = "owner") -> Member:
    row = uow.add(Member(workspace_id=uow.workspace_id, name=name, role=role))
    uow.flush()
    return row


def company(uow: UnitOfWork, name: str, **columns: Any) -> Company:
    row = uow.add(Company(workspace_id=uow.workspace_id, name=name, **columns))
    uow.flush()
    return row


def contact(
    uow: UnitOfWork,
    name: str,
    *,
    at: Company | None = None,
    email: str | None = None,
    phone: str | None = None,
    tags: tuple[str, ...] = (),
    **columns: Any,
) -> Contact:
    columns["company_id"] = at.id if at else None
    row = uow.add(Contact(workspace_id=uow.workspace_id, name=name, **columns))
    if email:
        set_point(uow, row, PointKind.EMAIL, email)
    if phone:
        set_point(uow, row, PointKind.PHONE, phone)
    set_tags(uow, "contact", row.id, tags)
    uow.flush()
    return row


Rows = dict[tuple[str, UUID], dict[str, Any]]


def dump(app: App) -> Rows:
    """Every row of every tracked table, as it is in the database, but for the version, which only rises."""

    def work(session: Session) -> Rows:
        return {
            (kind, row.id): row.model_dump(exclude={"version"})
            for kind, model in TRACKED.items()
            for row in session.exec(select(model))
        }

    return app.database.read(work)
