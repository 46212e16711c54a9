"""Where a member is spoken to in private is found without looking at everybody's conversations."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_conversation_member", "conversation", ["workspace_id", "member_id"])


def downgrade() -> None:
    op.drop_index("ix_conversation_member", "conversation")
