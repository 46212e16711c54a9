"""Files and the records that they belong to."""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import col

from storage.tables import Attachment, File
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


def attached(uow: UnitOfWork, records: Iterable[UUID], limit: int) -> list[File]:
    """The newest files of some records."""
    rows = uow.list(
        Attachment,
        col(Attachment.record_id).in_(list(records)),
        order=[col(Attachment.id).desc()],
        limit=limit,
    )
    return [file for row in rows if (file := uow.get(File, row.file_id))]
