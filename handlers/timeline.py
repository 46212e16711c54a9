"""All that happened with a customer or in a deal, in order, with who said it."""

from datetime import datetime

from handlers.context import Context
from handlers.lines import stage_label
from handlers.lists import PAGE, pages
from handlers.reply import Line, Reply, line
from storage.find import MODELS, name_of
from storage.queries.sales import stage_named
from storage.queries.timeline import Happening, Subject, timeline
from storage.tables import Activity, Deal, Member, StageEntry, Task, Ticket, TicketEntry, TicketEvent

KINDS = ("activity", "deal", "ticket", "task")


def timeline_of(ctx: Context, subject: Subject, between: tuple[datetime, datetime] | None = None) -> Reply:
    """One page of what happened, newest first."""
    scopes = {kind: ctx.scope(MODELS[kind]) for kind in KINDS}
    found, total = timeline(ctx.uow, subject, scopes, between, PAGE, ctx.turn.offset)
    name = name_of(subject)
    if not total:
        return Reply(ctx.say("timeline.none", name=name), mentions=(ctx.mention(subject),))
    first = ctx.turn.offset + 1
    return Reply(
        ctx.say("timeline", n=total, name=name),
        lines=tuple(_line(ctx, n, h, subject) for n, h in enumerate(found, first)),
        buttons=tuple(pages(ctx, total)),
        listing=tuple(ctx.mention(h.record) for h in found),
        mentions=(ctx.mention(subject),),
        replaces=ctx.turn.replace,
    )


def _line(ctx: Context, number: int, happening: Happening, subject: Subject) -> Line:
    who = ctx.uow.get(Member, happening.member_id)
    parts = (_when(ctx, happening), *_what(ctx, happening, subject), who.name if who else None)
    return line(f"{number}. " + " · ".join(x for x in parts if x))


def _when(ctx: Context, happening: Happening) -> str:
    whole_day = isinstance(happening.row, Activity) and happening.row.all_day
    local = happening.at.astimezone(ctx.voice.zone)
    return ctx.voice.day(local.date()) if whole_day else ctx.voice.moment(local)


def _what(ctx: Context, happening: Happening, subject: Subject) -> list[str | None]:
    """What it was and its words."""
    row, record = happening.row, happening.record
    if isinstance(row, Activity):
        return [ctx.voice.label(f"type.{row.type}"), row.text]
    if isinstance(row, StageEntry) and isinstance(record, Deal):
        stage = stage_named(ctx.uow, row.stage, record)
        title = [] if record.id == subject.id else [record.title]
        return [ctx.voice.title("slot.deal"), *title, stage_label(ctx, stage) if stage else row.stage]
    if isinstance(row, TicketEntry) and isinstance(record, Ticket):
        return [f"{ctx.voice.title('slot.ticket')} #{record.number}", *_entry(ctx, row)]
    if isinstance(row, Ticket):
        return [f"{ctx.voice.title('slot.ticket')} #{row.number}", row.title, ctx.voice.label("status.new")]
    done = ctx.voice.label("status.completed")
    return [ctx.voice.title("slot.task"), f"#{row.number} {row.title}", done] if isinstance(row, Task) else []


def _entry(ctx: Context, entry: TicketEntry) -> list[str | None]:
    match entry.event:
        case TicketEvent.STATUS:
            return [ctx.voice.label(f"status.{entry.text}")]
        case TicketEvent.ASSIGNEE:
            return [ctx.say("timeline.assigned", name=entry.text).text]
        case TicketEvent.DRAFT:
            return [ctx.voice.label("draft"), entry.text]
        case _:
            return [entry.text]
