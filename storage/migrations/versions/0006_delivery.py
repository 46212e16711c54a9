"""Delivery: doubt, reasons, who cannot be reached, and the indexes of a queue that keeps its order."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('pending', 'sending')")
DEAD = sa.text("state IN ('dead')")
OF_A_SET = sa.text("change_set_id IS NOT NULL")


def upgrade() -> None:
    op.add_column("conversation", sa.Column("unreachable_at", sqlmodel.sql.sqltypes.UTCDateTime()))
    op.add_column("outbox", sa.Column("doubtful", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("outbox", sa.Column("reason", sqlmodel.sql.sqltypes.AutoString()))
    op.drop_index("ix_outbox_due", "outbox")
    _index("ix_outbox_due", ["platform", "not_before", "id"], OPEN)
    _index("ix_outbox_open", ["workspace_id", "conversation_id", "id"], OPEN)
    _index("ix_outbox_dead", ["workspace_id", "id"], DEAD)
    _index("ix_outbox_change_set", ["workspace_id", "change_set_id"], OF_A_SET)


def _index(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, "outbox", columns, postgresql_where=where, sqlite_where=where)


def downgrade() -> None:
    for name in ("ix_outbox_change_set", "ix_outbox_dead", "ix_outbox_open", "ix_outbox_due"):
        op.drop_index(name, "outbox")
    _index("ix_outbox_due", ["platform", "not_before"], OPEN)
    op.drop_column("outbox", "reason")
    op.drop_column("outbox", "doubtful")
    op.drop_column("conversation", "unreachable_at")
