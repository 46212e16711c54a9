"""Who was spoken to last, whatever the number of all."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_activity_occurred", "activity", ["workspace_id", "occurred_at"])


def downgrade() -> None:
    op.drop_index("ix_activity_occurred", "activity")
