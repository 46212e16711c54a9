"""Reminders of deals, tickets and rooms; snoozing beside a rule; working days and holidays of a person."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

REFERENCES = (("deal_id", "deal"), ("ticket_id", "ticket"), ("conversation_id", "conversation"))


def upgrade() -> None:
    op.add_column("member", sa.Column("working_days", sqlmodel.sql.sqltypes.AutoString()))
    op.add_column("member", sa.Column("holidays", sqlmodel.sql.sqltypes.AutoString()))
    with op.batch_alter_table("reminder") as batch:
        batch.add_column(sa.Column("deal_id", sa.Uuid()))
        batch.add_column(sa.Column("ticket_id", sa.Uuid()))
        batch.add_column(sa.Column("snoozed_until", sqlmodel.sql.sqltypes.UTCDateTime()))
        batch.add_column(sa.Column("after_done", sa.Boolean(), nullable=False, server_default=sa.false()))
        for column, table in REFERENCES:
            batch.create_foreign_key(
                op.f(f"fk_reminder_{column}"),
                table,
                ["workspace_id", column],
                ["workspace_id", "id"],
                deferrable=True,
                initially="DEFERRED",
            )


def downgrade() -> None:
    with op.batch_alter_table("reminder") as batch:
        for column, _ in REFERENCES:
            batch.drop_constraint(op.f(f"fk_reminder_{column}"), type_="foreignkey")
        for name in ("after_done", "snoozed_until", "ticket_id", "deal_id"):
            batch.drop_column(name)
    op.drop_column("member", "holidays")
    op.drop_column("member", "working_days")
