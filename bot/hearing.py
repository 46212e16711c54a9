"""What a sentence is read against: the speaker's clock, country and currency, and the names they may know."""

from datetime import time

from bot.parts import Parts
from handlers.context import Context
from nlp.reading import Context as ParseContext
from nlp.reading import Known
from nlp.text import clean
from nlp.time import Clock, DayParts, day_first
from storage.find import Scope
from storage.queries.names import Names

NAMED_KINDS = ("contact", "company", "member")
COUNTRIES = {"zh-Hans": "CN", "zh-Hant": "TW", "en": "US"}


def hearing(ctx: Context, parts: Parts, text: str, listed: str | None = None) -> ParseContext:
    """What `text` is read against; `listed` is the kind of the records that were listed last."""
    names = Names(ctx.uow, clean(text), {kind: _scope(ctx, kind) for kind in NAMED_KINDS})
    cache: dict[str, list[Known]] = {}

    def lookup(part: str) -> list[Known]:
        if part not in cache:
            cache[part] = [Known(n.start, n.end, n.kind, n.name) for n in names.within(part)]
        return cache[part]

    zone = ctx.voice.zone.key
    day = DayParts(**{k: time.fromisoformat(v) for k, v in ctx.uow.workspace.day_parts.items()})
    country = parts.country_of(zone) or COUNTRIES[ctx.voice.language]
    clock = Clock(ctx.voice.now, day_first(zone), day)
    return ParseContext(clock, ctx.voice.language, ctx.voice.currency, country, lookup, listed)


def _scope(ctx: Context, kind: str) -> Scope:
    area = "team.read" if kind == "member" else "contacts.read"
    return Scope(ctx.member.id, ctx.member.team_id, ctx.grants.get(area, "none"))
