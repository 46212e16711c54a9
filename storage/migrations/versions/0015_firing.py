"""Reminders of one moment are found by whom they are for, however many are pending."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

WAITING = sa.text("status IN ('scheduled', 'snoozed')")


def upgrade() -> None:
    op.create_index(
        "ix_reminder_firing",
        "reminder",
        ["workspace_id", "due_at", "owner_id"],
        postgresql_where=WAITING,
        sqlite_where=WAITING,
    )


def downgrade() -> None:
    op.drop_index("ix_reminder_firing", "reminder")
