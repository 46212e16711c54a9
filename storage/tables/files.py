"""Files that come and go with messages; kept in pieces, so that none is ever wholly in memory."""

from uuid import UUID

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field, SQLModel

from storage.tables.types import Private, Row, refers


class File(Row, table=True):
    """A file: what it is called, its media type, and its size in bytes."""

    name: str = Field(sa_type=Private)
    media_type: str = "application/octet-stream"
    size: int = 0
    made_by: UUID | None = None


class Attachment(Row, table=True):
    """A file that belongs to a record."""

    __table_args__ = (
        refers("file_id", "file"),
        Index("ix_attachment_record", "workspace_id", "record_id"),
    )
    file_id: UUID
    kind: str
    record_id: UUID


class FileChunk(SQLModel, table=True):
    """One piece of a file's content."""

    __tablename__ = "file_chunk"
    workspace_id: UUID = Field(primary_key=True)
    file_id: UUID = Field(primary_key=True)
    position: int = Field(primary_key=True)
    data: bytes = Field(sa_type=LargeBinary)
