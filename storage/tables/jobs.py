"""Work that is too long for one transaction: done in pieces, by whichever process holds the lease."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, text
from sqlmodel import Field

from storage.tables.types import Private, Row, choice, refers


class JobTask(StrEnum):
    """What is done."""

    IMPORT = "import"
    EXPORT = "export"
    UNDO = "undo"


class JobState(StrEnum):
    """A `shown` one waits for a yes; `stopped` is one that was taken back or could not go on."""

    SHOWN = "shown"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


class Job(Row, table=True):
    """One piece of long work and how far it is. `data` is what the task needs, `counts` what came of it so far.

    `message_id` is the message that shows the progress; `lease_until` is the database's time.
    """

    __table_args__ = (
        Index("ix_job_file", "workspace_id", "file_id"),
        Index("ix_job_change_set", "workspace_id", "change_set_id"),
        Index(
            "ix_job_running",
            "id",
            postgresql_where=text("state IN ('running')"),
            sqlite_where=text("state IN ('running')"),
        ),
    )
    task: JobTask = Field(sa_type=choice(JobTask))
    state: JobState = Field(default=JobState.RUNNING, sa_type=choice(JobState))
    member_id: UUID | None = None
    conversation_id: UUID | None = None
    message_id: UUID | None = None
    file_id: UUID | None = None
    change_set_id: UUID | None = None
    position: int = 0
    total: int = 0
    counts: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    data: dict[str, Any] = Field(default_factory=dict, sa_type=Private)
    holder: str | None = None
    lease_until: datetime | None = None


class JobFailure(Row, table=True):
    """A row of a file that could not be taken, and why."""

    __tablename__ = "job_failure"
    __table_args__ = (
        refers("job_id", "job"),
        Index("ix_job_failure", "workspace_id", "job_id", "position"),
    )
    job_id: UUID
    position: int
    reason: str
    row: list[str] = Field(sa_type=Private)
