"""Long work in pieces."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import storage.tables.types

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

UTC = sqlmodel.sql.sqltypes.UTCDateTime
TEXT = sqlmodel.sql.sqltypes.AutoString
RUNNING = sa.text("state IN ('running')")


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UTC(), nullable=False),
        sa.Column(
            "task",
            sa.Enum("import", "export", "undo", name="jobtask", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum("shown", "running", "done", "stopped", name="jobstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("conversation_id", sa.Uuid(), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("change_set_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("data", storage.tables.types.Private(), nullable=False),
        sa.Column("holder", TEXT(), nullable=True),
        sa.Column("lease_until", UTC(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_job")),
    )
    op.create_index("ix_job_file", "job", ["workspace_id", "file_id"])
    op.create_index("ix_job_change_set", "job", ["workspace_id", "change_set_id"])
    op.create_index("ix_job_running", "job", ["id"], postgresql_where=RUNNING, sqlite_where=RUNNING)
    op.create_table(
        "job_failure",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UTC(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("reason", TEXT(), nullable=False),
        sa.Column("row", storage.tables.types.Private(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "job_id"],
            ["job.workspace_id", "job.id"],
            name=op.f("fk_job_failure_job_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_job_failure")),
    )
    op.create_index("ix_job_failure", "job_failure", ["workspace_id", "job_id", "position"])


def downgrade() -> None:
    op.drop_table("job_failure")
    op.drop_table("job")
