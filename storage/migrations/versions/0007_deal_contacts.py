"""Who has a say in a deal."""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from uuid_utils.compat import uuid7

from storage.tables.types import utcnow

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
ROLES = ("decision_maker", "champion", "influencer", "user", "buyer", "gatekeeper", "other")


def upgrade() -> None:
    op.create_table(
        "deal_contact",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("role", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "contact_id"],
            ["contact.workspace_id", "contact.id"],
            name=op.f("fk_deal_contact_contact_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "deal_id"],
            ["deal.workspace_id", "deal.id"],
            name=op.f("fk_deal_contact_deal_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_deal_contact")),
    )
    op.create_index("ix_deal_contact_contact", "deal_contact", ["workspace_id", "contact_id"])
    op.create_index("ix_deal_contact_deal", "deal_contact", ["workspace_id", "deal_id"])
    _choices()


def _choices() -> None:
    """The standard roles, for the workspaces that are there already."""
    choice = sa.table(
        "choice",
        *(sa.column(name, kind) for name, kind in (("workspace_id", sa.Uuid()), ("id", sa.Uuid()))),
        sa.column("created_at", sqlmodel.sql.sqltypes.UTCDateTime()),
        *(sa.column(name) for name in ("kind", "key", "position")),
        sa.column("labels", sa.JSON()),
    )
    workspaces = op.get_bind().execute(
        sa.select(sa.column("id", sa.Uuid())).select_from(sa.table("workspace"))
    )
    rows = [
        {
            "workspace_id": workspace,
            "id": uuid7(),
            "created_at": utcnow(),
            "kind": "deal_role",
            "key": key,
            "position": position,
            "labels": {},
        }
        for (workspace,) in workspaces
        for position, key in enumerate(ROLES)
    ]
    if rows:
        op.bulk_insert(choice, rows)


def downgrade() -> None:
    op.execute("DELETE FROM choice WHERE kind = 'deal_role'")
    op.drop_table("deal_contact")
