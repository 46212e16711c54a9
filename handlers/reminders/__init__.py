"""Promises to speak up."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from handlers.capability import Capability, Command
from handlers.cards import press
from handlers.context import Context
from handlers.customers import Customer, customer_of
from handlers.errors import Invalid, Missing, NotFound
from handlers.lines import reminder_line, repetition
from handlers.lists import PAGE, listed
from handlers.moments import span
from handlers.recurrence import wall_to_utc
from handlers.reminders import series
from handlers.reminders.card import due_card, other_buttons
from handlers.reminders.timing import wall_for, zone_of
from handlers.reply import Button, Field, Line, Reply, Words, joined, line
from handlers.slots import (
    Audience,
    Basis,
    CompanyRef,
    ContactRef,
    DealRef,
    Delay,
    Keeping,
    MemberRef,
    Moment,
    Period,
    ReminderRef,
    Repeat,
    TaskRef,
    Text,
    TicketRef,
)
from handlers.turn import Call
from nlp.lexicon import SYNONYMS
from nlp.phrasing import is_thing
from nlp.pronouns import is_pronoun
from nlp.text import fold
from storage.queries.work import newest_reminder, of_other_zones
from storage.queries.work import reminders as reminders_where
from storage.tables import (
    Activity,
    Company,
    Contact,
    Conversation,
    Deal,
    Member,
    Reminder,
    ReminderStatus,
    Task,
    Ticket,
)

reminders = Capability("reminders", Path(__file__).parent)
GIVEN = (ReminderStatus.SENT, ReminderStatus.SNOOZED)
LIVE = (ReminderStatus.SCHEDULED, ReminderStatus.SNOOZED, ReminderStatus.SENT)


def _question(call: Call, ctx: Context) -> dict[str, Any]:
    """Who is reminded, and "to call her" or "about the forms"."""
    said = call.slots.get("assignee", "me")
    matches = [] if said == "me" else ctx.search(Member, str(said))
    who = ctx.voice.label("you") if said == "me" else matches[0].name if matches else str(said)
    text = str(call.slots.get("text", ""))
    return {"who": who, "what": ctx.say("reminder.about" if is_thing(text) else "reminder.to", text=text)}


class AddReminder(Command):
    """Remind someone of something."""

    text: Text
    when: Moment
    repeat: Repeat | None = None
    assignee: MemberRef | None = None
    contact: ContactRef | None = None
    company: CompanyRef | None = None
    deal: DealRef | None = None
    ticket: TicketRef | None = None
    task: TaskRef | None = None
    basis: Basis | None = None
    audience: Audience | None = None


@reminders.command("reminder.add", needs="tasks.write", asks=_question)
def add_reminder(cmd: AddReminder, ctx: Context) -> Reply:
    """A reminder for the speaker, a colleague or the room, once or again and again."""
    assignee = ctx.colleague(cmd.assignee) if cmd.assignee else ctx.member
    if assignee.id != ctx.member.id:
        ctx.require("tasks.give")
    if cmd.basis == "done" and not cmd.repeat:
        raise Missing("repeat")
    customer = customer_of(ctx, cmd.contact, cmd.company)
    wall = wall_for(ctx, cmd.when, cmd.repeat, assignee)
    zone = zone_of(ctx, assignee)
    reminder = ctx.new(
        Reminder,
        text=cmd.text,
        due_at=wall_to_utc(wall, zone),
        wall=wall.isoformat(),
        starts=wall.isoformat(),
        zone=zone,
        repeat=cmd.repeat,
        after_done=cmd.basis == "done",
        conversation_id=_room(ctx) if cmd.audience else None,
        owner_id=assignee.id,
        team_id=assignee.team_id,
        **_subjects(ctx, cmd, customer),
    )
    ctx.uow.flush()
    return _added(ctx, reminder, assignee, customer)


def _room(ctx: Context) -> UUID:
    """The room that is spoken in. Raises `Invalid` in a private chat."""
    room = ctx.uow.get(Conversation, ctx.conversation_id)
    if room is None or room.private:
        raise Invalid("reminder.no_room")
    return room.id


def _subjects(ctx: Context, cmd: AddReminder, customer: Customer) -> dict[str, Any]:
    """What the reminder is attached to; a deal's or ticket's customer is the reminder's as well."""
    deal = ctx.find(Deal, cmd.deal, "deal") if cmd.deal else None
    ticket = ctx.find(Ticket, cmd.ticket, "ticket") if cmd.ticket else None
    task = ctx.find(Task, cmd.task, "task") if cmd.task else None
    rows = (customer.contact, customer.company)
    found: dict[str, Any] = {f"{r.__tablename__}_id": r.id for r in (deal, ticket, task) if r}
    for column, row in zip(("contact_id", "company_id"), rows, strict=True):
        inherited = next((getattr(r, column) for r in (deal, ticket, task) if r), None)
        found[column] = row.id if row else inherited
    return found


def _about(reminder: Reminder, customer: Customer) -> str:
    """The text, and whom its pronoun means."""
    names = [row.name for row in (customer.contact,) if row and row.name.split()[0] not in reminder.text]
    return f"{reminder.text} ({names[0]})" if names else reminder.text


def _added(ctx: Context, reminder: Reminder, assignee: Member, customer: Customer) -> Reply:
    there = replace(ctx.voice, now=ctx.now.astimezone(ZoneInfo(reminder.zone)))
    shown, here = there.moment(reminder.due_at), ctx.voice.moment(reminder.due_at)
    again = repetition(ctx, reminder)
    when = joined([x for x in (shown, again) if x], " · ")
    mine = assignee.id == ctx.member.id
    key = "reminder.added" if mine else "reminder.added_for"
    if reminder.conversation_id:
        key = "reminder.added_here"
    lines = () if shown == here else (ctx.say("reminder.their_time", here=here),)
    about = _about(reminder, customer)
    facts: list[Words] = [about, when] if mine else [assignee.name, about, when]
    return Reply(
        ctx.say(key, who=assignee.name, when=when, text=about),
        lines=lines,
        receipt=Field(ctx.voice.title("slot.reminder"), joined(facts, " · ")),
        mentions=(ctx.mention(reminder),),
    )


class ListReminders(Command):
    """List reminders."""

    period: Period | None = None


@reminders.command("reminder.list", needs="tasks.read", undoable=False)
def list_reminders(cmd: ListReminders, ctx: Context) -> Reply:
    """What the speaker will be reminded of, the soonest first."""
    rows, total = reminders_where(
        ctx.uow, ctx.member, between=span(cmd.period, ctx.voice), limit=PAGE, offset=ctx.turn.offset
    )
    return listed(ctx, "reminder.list", rows, total, lambda r: reminder_line(ctx, r))


def _meant(ctx: Context, said: str | None, *, given: bool = False) -> Reminder:
    """The reminder named or, where none is, the one just spoken of or last given; with `given`, only one that fired."""
    if said and not is_pronoun(said):
        reminder = ctx.find(Reminder, said, "reminder")
        if reminder.conversation_id is None or reminder.conversation_id != ctx.conversation_id:
            ctx.require("tasks.write", reminder)
        return reminder
    mention = ctx.focus.newest(("reminder",))
    spoken = ctx.find(Reminder, f"id:{mention.id}", "reminder") if mention else None
    if spoken and (spoken.status in GIVEN or (spoken.status in LIVE and (not given or spoken.repeat))):
        return spoken
    newest = newest_reminder(ctx.uow, ctx.member)
    if newest is None:
        raise NotFound("reminder", "reminder", "it")
    return newest


class SnoozeReminder(Command):
    """Be reminded again later."""

    when: Delay
    reminder: ReminderRef | None = None


@reminders.command("reminder.snooze", needs="tasks.write")
def snooze(cmd: SnoozeReminder, ctx: Context) -> Reply:
    """The reminder that was just given, again at another time; one that repeats keeps its later times."""
    reminder = _meant(ctx, cmd.reminder, given=True)
    until = wall_to_utc(wall_for(ctx, cmd.when, None, ctx.member), ctx.voice.zone.key)
    series.snooze(reminder, until, ctx.voice.zone.key)
    ctx.uow.add(reminder)
    ctx.uow.flush()
    when = ctx.voice.moment(until)
    return Reply(
        ctx.say("reminder.snoozed", when=when, text=reminder.text),
        receipt=Field(ctx.voice.title("slot.reminder"), line(f"{reminder.text} · {when}")),
        mentions=(ctx.mention(reminder),),
    )


class DoneReminder(Command):
    """Say that what a reminder was about is done."""

    reminder: ReminderRef | None = None


@reminders.command("reminder.done", needs="tasks.write")
def done(cmd: DoneReminder, ctx: Context) -> Reply:
    """The reminder that was just given is dealt with; a repeating one stays for its next time."""
    reminder = _meant(ctx, cmd.reminder, given=True)
    buttons = () if reminder.contact_id is None else (_log_button(ctx, reminder),)
    return Reply(
        ctx.say("reminder.done", text=reminder.text),
        lines=_end(ctx, reminder),
        buttons=buttons,
        mentions=(ctx.mention(reminder),),
    )


def _end(ctx: Context, reminder: Reminder) -> tuple[Line, ...]:
    """Mark it as dealt with; when it comes again, where that counts from now."""
    series.done(reminder, ctx.uow.now)
    ctx.uow.add(reminder)
    ctx.uow.flush()
    comes_again = reminder.after_done and reminder.status == ReminderStatus.SCHEDULED
    return (ctx.say("reminder.next", when=ctx.voice.moment(reminder.due_at)),) if comes_again else ()


def _log_button(ctx: Context, reminder: Reminder) -> Button:
    return press(ctx, "log", "activity.log", {"contact": f"id:{reminder.contact_id}"})


class CancelReminder(Command):
    """Cancel a reminder."""

    reminder: ReminderRef


@reminders.command("reminder.cancel", needs="tasks.write")
def cancel(cmd: CancelReminder, ctx: Context) -> Reply:
    """No more of a reminder."""
    reminder = _meant(ctx, cmd.reminder)
    reminder.status = ReminderStatus.CANCELED
    ctx.uow.add(reminder)
    ctx.uow.flush()
    return Reply(ctx.say("reminder.canceled", text=reminder.text), mentions=(ctx.mention(reminder),))


class MoreOfReminder(Command):
    """See what else can be done with a reminder."""

    reminder: ReminderRef | None = None


@reminders.command("reminder.more", needs="tasks.write", undoable=False)
def more(cmd: MoreOfReminder, ctx: Context) -> Reply:
    """The reminder with its other buttons, in place of the first ones."""
    reminder = _meant(ctx, cmd.reminder)
    return Reply(
        ctx.say("reminder.due", text=reminder.text),
        buttons=other_buttons(ctx.voice, reminder),
        mentions=(ctx.mention(reminder),),
        replaces=ctx.turn.replace,
    )


class AssignReminder(Command):
    """Have someone else reminded."""

    assignee: MemberRef
    reminder: ReminderRef | None = None


@reminders.command("reminder.assign", needs="tasks.write")
def assign(cmd: AssignReminder, ctx: Context) -> Reply:
    """A reminder handed to a colleague: told at once if it has been given already, else at its time."""
    reminder = _meant(ctx, cmd.reminder)
    assignee = ctx.colleague(cmd.assignee)
    if assignee.id != ctx.member.id:
        ctx.require("tasks.give")
    told = reminder.status == ReminderStatus.SENT
    reminder.owner_id, reminder.team_id = assignee.id, assignee.team_id
    ctx.uow.add(reminder)
    ctx.uow.flush()
    if told and assignee.id != ctx.member.id:
        ctx.notify(assignee, lambda voice: due_card(ctx.uow, voice, reminder, assignee))
    return Reply(
        ctx.say("reminder.assigned", who=assignee.name, text=reminder.text),
        receipt=Field(ctx.voice.title("slot.reminder"), line(f"{reminder.text} · {assignee.name}")),
        mentions=(ctx.mention(reminder),),
    )


class LogResult(Command):
    """Say what came of what a reminder was about."""

    text: Text
    reminder: ReminderRef | None = None


def _result(call: Call, ctx: Context) -> dict[str, Any]:
    said = call.slots.get("reminder")
    return {"text": _meant(ctx, str(said) if said else None).text}


@reminders.command("reminder.log", needs="contacts.write", asks=_result)
def log_result(cmd: LogResult, ctx: Context) -> Reply:
    """The answer becomes an activity, the reminder is done, and the next step is offered."""
    reminder = _meant(ctx, cmd.reminder)
    activity = ctx.new(
        Activity,
        type=_kind(f"{cmd.text} {reminder.text}"),
        text=cmd.text,
        contact_id=reminder.contact_id,
        company_id=reminder.company_id,
        occurred_at=ctx.now,
        all_day=False,
    )
    lines = _end(ctx, reminder)
    customer = ctx.uow.get(Contact, reminder.contact_id) or ctx.uow.get(Company, reminder.company_id)
    target = {str(customer.__tablename__): f"id:{customer.id}"} if customer else {}
    kind = ctx.voice.label(f"type.{activity.type}")
    return Reply(
        ctx.say("reminder.logged", kind=kind, who=customer.name if customer else reminder.text),
        lines=(line(cmd.text), *lines),
        buttons=(press(ctx, "remind", "reminder.add", target), press(ctx, "task", "task.add", target)),
        receipt=Field(kind, line(cmd.text)),
        mentions=tuple(ctx.mention(row) for row in (activity, customer) if row),
    )


def _kind(words: str) -> str:
    """The type of activity that the words name, the first of them; a note where they name none."""
    text = fold(words)
    places = [(text.find(word), kind) for word, kind in SYNONYMS["activity_type"].items() if word in text]
    return min(places)[1] if places else "note"


class RezoneReminders(Command):
    """Decide what becomes of reminders when you have moved to another time zone."""

    keep: Keeping


@reminders.command("reminder.rezone", needs="tasks.write")
def rezone(cmd: RezoneReminders, ctx: Context) -> Reply:
    """Reminders made by the clock of another zone keep their time of day here, or stay at the same moments."""
    zone = ctx.voice.zone.key
    rows = of_other_zones(ctx.uow, ctx.member, zone)
    if cmd.keep == "moment":
        return Reply(ctx.say("reminder.kept", n=len(rows)))
    for reminder in rows:
        series.rezone(reminder, zone)
        ctx.uow.add(reminder)
    ctx.uow.flush()
    return Reply(
        ctx.say("reminder.rezoned", n=len(rows), zone=zone),
        receipt=Field(ctx.voice.title("slot.timezone"), line(zone)),
    )
