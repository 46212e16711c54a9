"""What customers need help with."""

from pathlib import Path
from typing import Annotated

from handlers.capability import Capability, Command
from handlers.cards import changed, press
from handlers.context import Context
from handlers.customers import asked_of, customer_of
from handlers.lines import ticket_line
from handlers.lists import PAGE, listed
from handlers.reply import Button, Field, Reply, joined, line
from handlers.slots import (
    PRIORITIES,
    TICKET_STATUSES,
    TICKET_TYPES,
    CompanyRef,
    ContactRef,
    FieldValue,
    MemberRef,
    Priority,
    Text,
    TicketRef,
    TicketStatus,
    TicketType,
    Title,
    field_of,
)
from handlers.tickets.cards import ticket_card
from handlers.turn import Call, Turn
from handlers.values import one_of
from handlers.voice import Voice
from storage.queries.service import UNFINISHED, record, tickets_where
from storage.queries.work import end_reminders
from storage.tables import Company, Contact, Member, Ticket, TicketEvent
from storage.tables import Priority as Level
from storage.tables import TicketStatus as Status
from storage.tables import TicketType as Kind

tickets = Capability("tickets", Path(__file__).parent)
FIELDS = ("title", "priority", "status", "type", "assignee", "contact")


class OpenTicket(Command):
    """Open a ticket for a customer."""

    title: Title
    contact: ContactRef | None = None
    company: CompanyRef | None = None
    priority: Priority | None = None
    type: TicketType | None = None
    assignee: MemberRef | None = None


@tickets.command("ticket.open", needs="tickets.write")
def open_ticket(cmd: OpenTicket, ctx: Context) -> Reply:
    """A ticket under the next number; an unknown customer is made, the assignee is told."""
    assignee = ctx.colleague(cmd.assignee) if cmd.assignee else None
    customer = customer_of(ctx, cmd.contact, cmd.company, make=True)
    ticket = ctx.new(
        Ticket,
        number=ctx.uow.next_number("ticket"),
        title=cmd.title,
        priority=Level(cmd.priority or "normal"),
        type=Kind(cmd.type) if cmd.type else None,
        status=Status.OPEN if assignee else Status.NEW,
        contact_id=customer.contact.id if customer.contact else None,
        company_id=customer.company.id if customer.company else None,
        owner_id=assignee.id if assignee else None,
        team_id=assignee.team_id if assignee else ctx.member.team_id,
    )
    ctx.uow.flush()
    if assignee:
        _tell(ctx, assignee, ticket)
    names = [customer.where(ctx)] if customer.contact or customer.company else []
    level = ctx.voice.label(f"priority.{ticket.priority}") if ticket.priority != Level.NORMAL else None
    facts = [x for x in (*names, level, assignee.name if assignee else None) if x]
    reference = {"ticket": f"id:{ticket.id}"}
    buttons = [
        press(ctx, "resolve", "ticket.resolve", reference, ticket),
        press(ctx, "note", "ticket.note", reference),
    ]
    if not assignee:
        buttons.insert(0, press(ctx, "take", "ticket.assign", {**reference, "assignee": "me"}, ticket))
    return Reply(
        ctx.say("ticket.opened", number=ticket.number, title=ticket.title),
        lines=(joined(facts, " · "),) if facts else (),
        buttons=tuple(buttons),
        receipt=Field(
            ctx.voice.title("slot.ticket"), joined([f"#{ticket.number} {ticket.title}", *facts], " · ")
        ),
        mentions=(ctx.mention(ticket), *customer.mentions(ctx)),
    )


def _tell(ctx: Context, member: Member, ticket: Ticket) -> None:
    """Let someone know that a ticket is theirs, in their own words."""
    if member.id == ctx.member.id:
        return
    who, number, title, mention = ctx.member.name, ticket.number, ticket.title, ctx.mention(ticket)
    show = Turn(calls=(Call(name="ticket.show", slots={"ticket": f"id:{ticket.id}"}),))

    def reply(voice: Voice) -> Reply:
        headline = voice.say("ticket.given", who=who, number=number, title=title)
        return Reply(headline, buttons=(Button(voice.label("button.show"), show),), mentions=(mention,))

    ctx.notify(member, reply)


def _meant(ctx: Context, said: str) -> Ticket:
    ticket = ctx.find(Ticket, said, "ticket")
    ctx.require("tickets.write", ticket)
    return ticket


class ListTickets(Command):
    """List tickets."""

    status: TicketStatus | None = None
    assignee: MemberRef | None = None
    contact: ContactRef | None = None
    company: CompanyRef | None = None
    priority: Priority | None = None


@tickets.command("ticket.list", needs="tickets.read", undoable=False)
def list_tickets(cmd: ListTickets, ctx: Context) -> Reply:
    """Tickets that fit, the most pressing first; "open" is all that is unfinished."""
    customer = asked_of(ctx, cmd.contact, cmd.company)
    statuses = UNFINISHED if cmd.status in (None, "open") else (Status(cmd.status),)
    rows, total = tickets_where(
        ctx.uow,
        ctx.scope(Ticket),
        statuses=statuses,
        assignee=ctx.colleague(cmd.assignee) if cmd.assignee else None,
        priority=cmd.priority,
        customer=customer.contact or customer.company,
        limit=PAGE,
        offset=ctx.turn.offset,
    )
    return listed(ctx, "ticket.list", rows, total, lambda t: ticket_line(ctx, t))


class ShowTicket(Command):
    """Show a ticket."""

    ticket: TicketRef


@tickets.command("ticket.show", needs="tickets.read", undoable=False)
def show_ticket(cmd: ShowTicket, ctx: Context) -> Reply:
    """A ticket's card with its last notes."""
    return ticket_card(ctx, ctx.find(Ticket, cmd.ticket, "ticket", done=True))


class AssignTicket(Command):
    """Give a ticket to someone."""

    ticket: TicketRef
    assignee: MemberRef


@tickets.command("ticket.assign", needs="tickets.write")
def assign_ticket(cmd: AssignTicket, ctx: Context) -> Reply:
    """A ticket for somebody to deal with, who is told; a new one becomes open."""
    ticket = _meant(ctx, cmd.ticket)
    assignee = ctx.colleague(cmd.assignee)
    ticket.owner_id, ticket.team_id = assignee.id, assignee.team_id
    if ticket.status == Status.NEW:
        ticket.status = Status.OPEN
    ctx.uow.add(ticket)
    record(ctx.uow, ticket, TicketEvent.ASSIGNEE, assignee.name, ctx.member)
    ctx.uow.flush()
    _tell(ctx, assignee, ticket)
    headline = ctx.say("ticket.assigned", number=ticket.number, title=ticket.title, who=assignee.name)
    return Reply(
        headline, receipt=Field(f"#{ticket.number}", line(assignee.name)), mentions=(ctx.mention(ticket),)
    )


class EditTicket(Command):
    """Change something about a ticket."""

    ticket: TicketRef
    field: Annotated[str, field_of(*FIELDS)]
    value: FieldValue


@tickets.command("ticket.edit", needs="tickets.write")
def edit_ticket(cmd: EditTicket, ctx: Context) -> Reply:
    """One field of a ticket."""
    ticket = _meant(ctx, cmd.ticket)
    if cmd.field == "assignee":
        return assign_ticket(AssignTicket(ticket=f"id:{ticket.id}", assignee=cmd.value), ctx)
    shown = _set(ctx, ticket, cmd.field, cmd.value)
    ctx.uow.add(ticket)
    ctx.uow.flush()
    return changed(ctx, ticket, f"#{ticket.number} {ticket.title}", cmd.field, shown)


def _set(ctx: Context, ticket: Ticket, field: str, value: str) -> str:
    """Set a field; returns the value as it is shown."""
    match field:
        case "priority":
            ticket.priority = Level(one_of(value, PRIORITIES, "priority"))
            return ctx.voice.label(f"priority.{ticket.priority}")
        case "status":
            _enter(ctx, ticket, Status(one_of(value, TICKET_STATUSES, "status")))
            return ctx.voice.label(f"status.{ticket.status}")
        case "type":
            ticket.type = Kind(one_of(value, TICKET_TYPES, "type"))
            return ctx.voice.label(f"type.{ticket.type}")
        case "contact":
            contact = ctx.find(Contact, value, "value")
            ticket.contact_id, ticket.company_id = contact.id, contact.company_id
            return contact.name
        case _:
            ticket.title = value
            return value


def _enter(ctx: Context, ticket: Ticket, status: Status) -> None:
    ticket.status = status
    ticket.resolved_at = ctx.now if status in (Status.RESOLVED, Status.CLOSED) else None
    if ticket.resolved_at:
        end_reminders(ctx.uow, ticket)
    ctx.uow.add(ticket)
    record(ctx.uow, ticket, TicketEvent.STATUS, status.value, ctx.member)


class NoteTicket(Command):
    """Put a note on a ticket."""

    ticket: TicketRef
    text: Text


@tickets.command("ticket.note", needs="tickets.write")
def note(cmd: NoteTicket, ctx: Context) -> Reply:
    """A note for the team."""
    ticket = _meant(ctx, cmd.ticket)
    record(ctx.uow, ticket, TicketEvent.NOTE, cmd.text, ctx.member)
    ctx.uow.flush()
    headline = ctx.say("ticket.noted", number=ticket.number, title=ticket.title)
    receipt = Field(f"#{ticket.number}", line(cmd.text))
    return Reply(headline, lines=(line(cmd.text),), receipt=receipt, mentions=(ctx.mention(ticket),))


class ReplyTicket(Command):
    """Answer the customer of a ticket."""

    ticket: TicketRef
    text: Text


@tickets.command("ticket.reply", needs="tickets.write")
def reply_ticket(cmd: ReplyTicket, ctx: Context) -> Reply:
    """A draft, kept with the ticket as long as the customer cannot be reached from here."""
    ticket = _meant(ctx, cmd.ticket)
    record(ctx.uow, ticket, TicketEvent.DRAFT, cmd.text, ctx.member)
    ctx.uow.flush()
    customer = ctx.uow.get(Contact, ticket.contact_id) or ctx.uow.get(Company, ticket.company_id)
    key = "ticket.draft" if customer else "ticket.draft_nobody"
    headline = ctx.say(key, number=ticket.number, who=customer.name if customer else "")
    receipt = Field(f"#{ticket.number}", line(cmd.text))
    return Reply(headline, lines=(line(cmd.text),), receipt=receipt, mentions=(ctx.mention(ticket),))


class ResolveTicket(Command):
    """Resolve a ticket."""

    ticket: TicketRef
    text: Text | None = None


@tickets.command("ticket.resolve", needs="tickets.write")
def resolve(cmd: ResolveTicket, ctx: Context) -> Reply:
    """A ticket that is done, with what helped."""
    ticket = _meant(ctx, cmd.ticket)
    if ticket.status in (Status.RESOLVED, Status.CLOSED):
        return Reply(ctx.say("ticket.resolved_already", number=ticket.number, title=ticket.title))
    if cmd.text:
        record(ctx.uow, ticket, TicketEvent.NOTE, cmd.text, ctx.member)
    _enter(ctx, ticket, Status.RESOLVED)
    ctx.uow.flush()
    took = ctx.voice.duration(ctx.uow.now - ticket.created_at)
    return Reply(
        ctx.say("ticket.resolved", number=ticket.number, title=ticket.title, took=took),
        lines=(line(cmd.text),) if cmd.text else (),
        receipt=Field(f"#{ticket.number}", line(ctx.voice.label("status.resolved"))),
        mentions=(ctx.mention(ticket),),
    )


class ReopenTicket(Command):
    """Open a ticket again."""

    ticket: TicketRef


@tickets.command("ticket.reopen", needs="tickets.write")
def reopen(cmd: ReopenTicket, ctx: Context) -> Reply:
    """A resolved ticket that is not done after all."""
    ticket = _meant(ctx, cmd.ticket)
    if ticket.status in UNFINISHED:
        return Reply(ctx.say("ticket.open_already", number=ticket.number, title=ticket.title))
    _enter(ctx, ticket, Status.OPEN)
    ctx.uow.flush()
    return Reply(
        ctx.say("ticket.reopened", number=ticket.number, title=ticket.title), mentions=(ctx.mention(ticket),)
    )
