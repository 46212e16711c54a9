"""Which activity is meant: "that call", "the meeting with Priya", or the last one where nothing is said."""

from handlers.context import Context
from handlers.errors import NotFound
from nlp.lexicon import SYNONYMS
from nlp.text import fold
from storage.find import Scope
from storage.queries.names import Names
from storage.queries.work import latest_activity
from storage.tables import Activity, Company, Contact


def meant(ctx: Context, said: str | None) -> Activity:
    """The activity that the words mean. Raises `NotFound`."""
    said = said or ""
    if said.startswith("id:"):
        return ctx.find(Activity, said, "activity")
    types, about = _types(said), _customers(ctx, said)
    found = _in_focus(ctx, types) if not about else None
    found = found or latest_activity(
        ctx.uow, ctx.scope(Activity), ctx.member, types=types, about=about, mine=not about
    )
    if found is not None:
        return found
    if said and not types:
        return ctx.find(Activity, said, "activity")
    raise NotFound("activity", "activity", said)


def _in_focus(ctx: Context, types: set[str]) -> Activity | None:
    """What was just spoken of; a type that is named must be its own, or it was logged as the wrong one."""
    newest = ctx.focus.newest(("activity",))
    row = ctx.find(Activity, f"id:{newest.id}", "activity") if newest else None
    return row if row is not None and (not types or row.type in types) else None


def _types(said: str) -> set[str]:
    """The types of activity that the words name."""
    words = fold(said)
    return {kind for word, kind in SYNONYMS["activity_type"].items() if word in words}


def _customers(ctx: Context, said: str) -> list[Contact | Company]:
    """The people and companies that the words name."""
    scopes: dict[str, Scope] = {"contact": ctx.scope(Contact), "company": ctx.scope(Company)}
    models: dict[str, type[Contact] | type[Company]] = {"contact": Contact, "company": Company}
    named = Names(ctx.uow, said, scopes).within(said)
    return [ctx.find(models[n.kind], n.name, "activity") for n in named]
