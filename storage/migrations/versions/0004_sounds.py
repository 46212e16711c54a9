"""Sounds of names, by which duplicates are found."""

import sqlalchemy as sa
from alembic import op

from storage.folding import short_company, spelled, words

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
BATCH = 1000


def upgrade() -> None:
    with op.batch_alter_table("name_key") as batch:
        batch.add_column(sa.Column("sound", sa.String(), nullable=True))
        batch.add_column(sa.Column("place_id", sa.Uuid(), nullable=True))
    op.create_index("ix_name_key_sound", "name_key", ["workspace_id", "kind", "sound", "place_id"])
    op.create_index("ix_company_domain", "company", ["workspace_id", "domain"])
    op.create_index("ix_company_tax_id", "company", ["workspace_id", "tax_id"])
    _fill("contact", "company_id", lambda name: name)
    _fill("company", "NULL", short_company)


def _fill(kind: str, place: str, short: object) -> None:
    """Give the keys of the records that are there already their sounds."""
    connection = op.get_bind()
    rows = connection.execute(sa.text(f"SELECT workspace_id, id, name, {place} FROM {kind}"))  # noqa: S608 - constants
    update = sa.text(
        "UPDATE name_key SET sound = :sound, place_id = :place"
        " WHERE workspace_id = :workspace AND kind = :kind AND record_id = :id AND key = :key"
    )
    for batch in rows.partitions(BATCH):
        values = []
        for workspace, record, name, where in batch:
            key = " ".join(words(short(name)))  # type: ignore[operator]
            values.append(
                {
                    "sound": spelled(key),
                    "place": where,
                    "workspace": workspace,
                    "kind": kind,
                    "id": record,
                    "key": key,
                }
            )
        connection.execute(update, values)


def downgrade() -> None:
    op.drop_index("ix_company_tax_id", "company")
    op.drop_index("ix_company_domain", "company")
    op.drop_index("ix_name_key_sound", "name_key")
    with op.batch_alter_table("name_key") as batch:
        batch.drop_column("place_id")
        batch.drop_column("sound")
