"""Promises to speak up."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from handlers.capability import Capability, Command
from handlers.cards import press
from handlers.context import Context
from handlers.customers import Customer, customer_of
from handlers.errors import Missing, NotFound
from handlers.lines import reminder_line
from handlers.lists import PAGE, listed
from handlers.moments import moment, span
from handlers.recurrence import describe, first_wall, next_wall, wall_to_utc
from handlers.reply import Field, Reply, Words, joined, line
from handlers.slots import CompanyRef, ContactRef, Delay, MemberRef, Moment, Period, ReminderRef, Repeat, Text
from handlers.turn import Call
from nlp.phrasing import is_thing
from nlp.pronouns import is_pronoun
from storage.queries.work import newest_reminder
from storage.queries.work import reminders as reminders_where
from storage.tables import Member, Reminder, ReminderStatus

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


@reminders.command("reminder.add", needs="tasks.write", asks=_question)
def add_reminder(cmd: AddReminder, ctx: Context) -> Reply:
    """A reminder for the speaker or a colleague, once or again and again."""
    assignee = ctx.colleague(cmd.assignee) if cmd.assignee else ctx.member
    if assignee.id != ctx.member.id:
        ctx.require("tasks.give")
    customer = customer_of(ctx, cmd.contact, cmd.company)
    wall = _wall(cmd.when, cmd.repeat, ctx)
    zone = ctx.voice.zone.key
    reminder = ctx.new(
        Reminder,
        text=cmd.text,
        due_at=wall_to_utc(wall, zone),
        wall=wall.isoformat(),
        starts=wall.isoformat(),
        zone=zone,
        repeat=cmd.repeat,
        contact_id=customer.contact.id if customer.contact else None,
        company_id=customer.company.id if customer.company else None,
        owner_id=assignee.id,
        team_id=assignee.team_id,
    )
    ctx.uow.flush()
    return _added(ctx, reminder, assignee, customer)


def _about(reminder: Reminder, customer: Customer) -> str:
    """The text, and whom its pronoun means."""
    names = [row.name for row in (customer.contact,) if row and row.name.split()[0] not in reminder.text]
    return f"{reminder.text} ({names[0]})" if names else reminder.text


def _wall(when: str, repeat: str | None, ctx: Context) -> datetime:
    """The wall time that is meant: a day alone is its morning, today's the evening. Asks again for a past one."""
    said = moment(when, ctx.voice)
    morning = said if isinstance(said, datetime) else datetime.combine(said, time(9), ctx.voice.zone)
    local = morning.astimezone(ctx.voice.zone)
    if repeat:
        return _first(repeat, local.replace(tzinfo=None), ctx.now.replace(tzinfo=None))
    if not isinstance(said, datetime):
        local = _in_day(local, ctx.now)
    wall = local.replace(tzinfo=None)
    if wall_to_utc(wall, ctx.voice.zone.key) < ctx.now.astimezone(UTC) - timedelta(minutes=1):
        raise Missing("when", key="reminder.add.past", when=ctx.voice.moment(local))
    return wall


def _first(rule: str, wall: datetime, now: datetime) -> datetime:
    """The first occurrence that is still to come."""
    first = first_wall(rule, wall)
    return first if first >= now else next_wall(rule, first, now) or first


def _in_day(morning: datetime, now: datetime) -> datetime:
    if morning > now or morning.date() != now.date():
        return morning
    evening = morning.replace(hour=18)
    return evening if evening > now else now.replace(second=0, microsecond=0) + timedelta(hours=1)


def _added(ctx: Context, reminder: Reminder, assignee: Member, customer: Customer) -> Reply:
    shown = ctx.voice.moment(reminder.due_at)
    again = describe(reminder.repeat, ctx.voice) if reminder.repeat else None
    when = joined([x for x in (shown, again) if x], " · ")
    mine = assignee.id == ctx.member.id
    key = "reminder.added" if mine else "reminder.added_for"
    about = _about(reminder, customer)
    facts: list[Words] = [about, when] if mine else [assignee.name, about, when]
    return Reply(
        ctx.say(key, who=assignee.name, when=when, text=about),
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
    """The reminder that was just given, again at another time."""
    reminder = _meant(ctx, cmd.reminder, given=True)
    wall = _wall(cmd.when, None, ctx)
    reminder.wall = wall.isoformat()
    reminder.due_at = wall_to_utc(wall, ctx.voice.zone.key)
    reminder.zone = ctx.voice.zone.key
    reminder.status = ReminderStatus.SNOOZED
    ctx.uow.add(reminder)
    ctx.uow.flush()
    when = ctx.voice.moment(reminder.due_at)
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
    if not reminder.repeat:
        reminder.status = ReminderStatus.DONE
        ctx.uow.add(reminder)
        ctx.uow.flush()
    target = {"contact": f"id:{reminder.contact_id}"} if reminder.contact_id else {}
    buttons = (press(ctx, "log", "activity.log", target),) if target else ()
    return Reply(
        ctx.say("reminder.done", text=reminder.text), buttons=buttons, mentions=(ctx.mention(reminder),)
    )


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
