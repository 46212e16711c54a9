"""Setting all tags of a record at once."""

from handlers.context import Context
from nlp.values import tags
from storage.queries.contacts import clear_tags, set_tags
from storage.tables import Record


def retag(ctx: Context, kind: str, row: Record, value: str) -> str:
    """Replace a record's tags by those in `value`; returns them as they are shown."""
    names = tags(value)
    clear_tags(ctx.uow, row.id)
    ctx.uow.flush()
    set_tags(ctx.uow, kind, row.id, names)
    return ctx.voice.label("list.comma").join(names)
