"""What a person's page shows."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shown",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("outbox_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "conversation_id", "place", name=op.f("pk_shown")),
        sa.UniqueConstraint("workspace_id", "message_id", name=op.f("uq_shown_workspace_id_message_id")),
    )
    op.create_index(
        "ix_message_conversation", "message", ["workspace_id", "conversation_id", "id"], unique=False
    )


def downgrade() -> None:
    op.drop_index("ix_message_conversation", table_name="message")
    op.drop_table("shown")
