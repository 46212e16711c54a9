"""Files and the records that they belong to."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import col, select

from storage.tables import Activity, Attachment, Deal, File, Task, Ticket
from storage.unit_of_work import UnitOfWork


def attach(uow: UnitOfWork, kind: str, record_id: str, files: Iterable[str]) -> list[str]:
    """Let kept files belong to a record; what they are called."""
    names = []
    for file_id in files:
        file = uow.get(File, UUID(file_id))
        if file is not None:
            record = UUID(record_id)
            uow.add(Attachment(workspace_id=uow.workspace_id, file_id=file.id, kind=kind, record_id=record))
            names.append(file.name)
    uow.flush()
    return names


def files_of(uow: UnitOfWork, record_id: UUID, limit: int) -> list[File]:
    """The newest files of a record, and of all that was done about it where it is a customer."""
    about: list[UUID] = [record_id]
    for model in (Activity, Ticket, Deal, Task):
        theirs = or_(col(model.contact_id) == record_id, col(model.company_id) == record_id)
        here = select(col(model.id)).where(col(model.workspace_id) == uow.workspace_id, theirs)
        about += uow.session.exec(here).all()
    newest = [col(Attachment.id).desc()]
    rows = uow.list(Attachment, col(Attachment.record_id).in_(about), order=newest, limit=limit)
    return [file for row in rows if (file := uow.get(File, row.file_id))]
