"""Workspaces."""

from uuid import UUID

from sqlmodel import Session, col, select

from storage.database import Database
from storage.seed import make_workspace
from storage.tables import Workspace


def only_workspace(database: Database, name: str, *, zone: str, language: str, currency: str) -> UUID:
    """The workspace of this installation; made, with the standard roles and lists, at its first start."""

    def work(session: Session) -> UUID:
        found = session.exec(select(Workspace).order_by(col(Workspace.number)).limit(1)).first()
        return (found or make_workspace(session, name, zone=zone, language=language, currency=currency)).id

    return database.run(work)
