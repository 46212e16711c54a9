"""Names by which a record is recognised inside a sentence.

The full-text index itself is made by the migrations, since it differs by engine: see `storage.search`.
"""

from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class NameKey(SQLModel, table=True):
    """A folded name, or part of one, that points to a record. `whole` marks the full name.

    One key of each contact and company has its `sound`, with the company in `place_id`: two that agree in both may be one.
    """

    __tablename__ = "name_key"
    __table_args__ = (
        Index("ix_name_key_record", "workspace_id", "record_id"),
        Index("ix_name_key_sound", "workspace_id", "kind", "sound", "place_id"),
    )
    workspace_id: UUID = Field(primary_key=True)
    key: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    record_id: UUID = Field(primary_key=True)
    whole: bool = False
    sound: str | None = None
    place_id: UUID | None = None
