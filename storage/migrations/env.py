"""How Alembic meets our database: the connection is handed in by `storage.migrate`."""

from alembic import context
from sqlmodel import SQLModel

import storage.tables  # noqa: F401 - registers the tables


def _ours(_object: object, name: str | None, type_: str, _reflected: bool, _compare_to: object) -> bool:
    return not (type_ == "table" and str(name).startswith("search_index"))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    include_object=_ours,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
