"""What a person's page shows, in the order in which it was shown."""

from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel


class Shown(SQLModel, table=True):
    """A message's place on the page: places count up without gaps, so that nothing is lost or doubled on the way.

    `outbox_id` is the row with the answer's content; None for what the person said.
    """

    __table_args__ = (UniqueConstraint("workspace_id", "message_id"),)
    workspace_id: UUID = Field(primary_key=True)
    conversation_id: UUID = Field(primary_key=True)
    place: int = Field(primary_key=True)
    message_id: UUID
    outbox_id: UUID | None = None
