"""Records in one line each, as they stand in lists and on cards."""

from datetime import timedelta

from handlers.context import Context
from handlers.recurrence import describe
from storage.queries.sales import stage_named
from storage.queries.service import UNFINISHED
from storage.queries.work import coming_up, overdue
from storage.tables import Activity, Company, Contact, Deal, Member, Reminder, Stage, Task, Ticket

BRIEF = timedelta(minutes=1)


def activity_line(ctx: Context, activity: Activity) -> str:
    """ "Call, Mon 2 Mar: she wants a demo"."""
    when = activity.occurred_at.astimezone(ctx.voice.zone)
    shown = ctx.voice.day(when.date()) if activity.all_day else ctx.voice.moment(when)
    head = f"{ctx.voice.label(f'type.{activity.type}')} · {shown}"
    return f"{head} · {activity.text}" if activity.text else head


def due_moment(ctx: Context, task: Task) -> str:
    """When a task is due."""
    if task.due_on is None:
        return ""
    return ctx.voice.moment(task.due_at) if task.due_at else ctx.voice.day(task.due_on)


def due_words(ctx: Context, task: Task) -> str:
    """When a task is due; says when that has passed."""
    shown = due_moment(ctx, task)
    return ctx.say("task.overdue", due=shown).text if overdue(task, ctx.now) else shown


def task_line(ctx: Context, task: Task, *, whose: bool = False) -> str:
    """ "#12 Send the quote · Fri 6 Mar · Bob"."""
    owner = ctx.uow.get(Member, task.owner_id) if whose else None
    high = ctx.voice.label(f"priority.{task.priority}") if task.priority in ("high", "urgent") else None
    parts = (f"#{task.number} {task.title}", high, due_words(ctx, task), owner.name if owner else None)
    return " · ".join(x for x in parts if x)


def repetition(ctx: Context, reminder: Reminder) -> str | None:
    """How a reminder repeats, in words; None where it does not."""
    if not reminder.repeat:
        return None
    every = describe(reminder.repeat, ctx.voice)
    return ctx.say("repeat.after_done", every=every).text if reminder.after_done else every


def reminder_line(ctx: Context, reminder: Reminder) -> str:
    """ "Call Dana · tomorrow 15:00"."""
    shown = ctx.voice.moment(reminder.due_at)
    return " · ".join(x for x in (reminder.text, shown, repetition(ctx, reminder)) if x)


def next_reminder(ctx: Context, row: Deal | Ticket | Task) -> str | None:
    """What the speaker will be reminded of about a deal, ticket or task."""
    coming = coming_up(ctx.uow, ctx.member, row)
    return reminder_line(ctx, coming) if coming else None


def stage_label(ctx: Context, stage: Stage) -> str:
    """A stage's name in the speaker's language."""
    return stage.name_in(ctx.voice.language)


def stage_of(ctx: Context, deal: Deal) -> str:
    """The name of the stage that a deal is in."""
    stage = stage_named(ctx.uow, deal.stage, deal)
    return stage_label(ctx, stage) if stage else deal.stage


def amount_of(ctx: Context, deal: Deal, *, short: bool = False) -> str | None:
    """A deal's amount as people read it; None where it has none."""
    if deal.amount is None or deal.currency is None:
        return None
    return ctx.voice.money(f"{deal.amount} {deal.currency}", short=short)


def deal_line(ctx: Context, deal: Deal) -> str:
    """ "Acme, 50 seats · $20K · Negotiation · Ana"."""
    owner = ctx.uow.get(Member, deal.owner_id)
    parts = (deal.title, amount_of(ctx, deal, short=True), stage_of(ctx, deal), owner.name if owner else None)
    return " · ".join(x for x in parts if x)


def ticket_line(ctx: Context, ticket: Ticket, *, whose: bool = True) -> str:
    """ "#7 printer on fire · urgent · open · 2 hours · Acme · Carol"; the customer where it says `whose`."""
    customer = ctx.uow.get(Contact, ticket.contact_id) or ctx.uow.get(Company, ticket.company_id)
    owner = ctx.uow.get(Member, ticket.owner_id)
    level = ctx.voice.label(f"priority.{ticket.priority}") if ticket.priority in ("high", "urgent") else None
    age = ctx.uow.now - ticket.created_at
    parts = (
        f"#{ticket.number} {ticket.title}",
        level,
        ctx.voice.label(f"status.{ticket.status}"),
        ctx.voice.duration(age) if ticket.status in UNFINISHED and age >= BRIEF else None,
        customer.name if customer and whose else None,
        owner.name if owner else None,
    )
    return " · ".join(x for x in parts if x)


def record_line(ctx: Context, row: Task | Reminder | Deal | Ticket, *, whose: bool = False) -> str:
    """What is to be done, in one line; `whose` says who is to do a task."""
    match row:
        case Task():
            return task_line(ctx, row, whose=whose)
        case Reminder():
            return reminder_line(ctx, row)
        case Deal():
            return deal_line(ctx, row)
        case Ticket():
            return ticket_line(ctx, row)
