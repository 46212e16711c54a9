"""Tickets on cards and lists."""

from handlers.cards import press
from handlers.context import Context
from handlers.lines import next_reminder
from handlers.reply import Button, Field, Reply, joined, line
from storage.queries.service import UNFINISHED, entries_of
from storage.tables import Company, Contact, Member, Ticket, TicketEntry, TicketEvent

SHOWN = 3


def ticket_card(ctx: Context, ticket: Ticket) -> Reply:
    """A ticket: status, priority, customer, who deals with it, how long it has been open, the last notes."""
    contact, company = ctx.uow.get(Contact, ticket.contact_id), ctx.uow.get(Company, ticket.company_id)
    owner = ctx.uow.get(Member, ticket.owner_id)
    end = ticket.resolved_at or ctx.uow.now
    facts = [ctx.voice.label(f"priority.{ticket.priority}"), ctx.voice.label(f"status.{ticket.status}")]
    customer = " · ".join(row.name for row in (contact, company) if row)
    rows = (
        ("slot.contact", customer),
        ("slot.type", ctx.voice.label(f"type.{ticket.type}") if ticket.type else None),
        ("slot.assignee", owner.name if owner else ctx.voice.label("nobody")),
        ("card.open_for", ctx.voice.duration(end - ticket.created_at)),
        ("card.next", next_reminder(ctx, ticket)),
        *(("card.note", _entry(ctx, e)) for e in _notes(ctx, ticket)),
    )
    fields = tuple(Field(ctx.voice.title(key), line(value)) for key, value in rows if value)
    headline = joined([ctx.say("name", name=f"#{ticket.number} {ticket.title}"), *facts], " · ")
    mentions = tuple(ctx.mention(row) for row in (ticket, contact, company) if row)
    return Reply(headline, fields=fields, buttons=_buttons(ctx, ticket), mentions=mentions)


def _notes(ctx: Context, ticket: Ticket) -> list[TicketEntry]:
    kept = [e for e in entries_of(ctx.uow, ticket) if e.event in (TicketEvent.NOTE, TicketEvent.DRAFT)]
    return kept[-SHOWN:]


def _entry(ctx: Context, entry: TicketEntry) -> str:
    who = ctx.uow.get(Member, entry.member_id)
    draft = ctx.voice.label("draft") if entry.event == TicketEvent.DRAFT else None
    parts = (draft, who.name if who else None, ctx.voice.moment(entry.created_at), entry.text)
    return " · ".join(x for x in parts if x)


def _buttons(ctx: Context, ticket: Ticket) -> tuple[Button, ...]:
    reference = {"ticket": f"id:{ticket.id}"}
    if ticket.status not in UNFINISHED:
        return (press(ctx, "reopen", "ticket.reopen", reference, ticket),)
    buttons = [
        press(ctx, "resolve", "ticket.resolve", reference, ticket),
        press(ctx, "note", "ticket.note", reference),
    ]
    if ticket.owner_id != ctx.member.id:
        buttons.insert(0, press(ctx, "take", "ticket.assign", {**reference, "assignee": "me"}, ticket))
    return tuple(buttons)
