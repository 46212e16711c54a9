"""Owners and admins may invite."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ROLE = sa.table(
    "role", sa.column("workspace_id"), sa.column("id"), sa.column("name"), sa.column("grants", sa.JSON())
)


def _change(may: bool) -> None:
    rows = op.get_bind().execute(sa.select(_ROLE).where(_ROLE.c.name.in_(("owner", "admin")))).all()
    for row in rows:
        grants = {k: v for k, v in row.grants.items() if k != "team.invite"}
        if may:
            grants["team.invite"] = "all"
        where = (_ROLE.c.workspace_id == row.workspace_id) & (_ROLE.c.id == row.id)
        op.execute(sa.update(_ROLE).where(where).values(grants=grants))


def upgrade() -> None:
    _change(may=True)


def downgrade() -> None:
    _change(may=False)
