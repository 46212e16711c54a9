"""What happened with customers."""

from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Annotated

from handlers.activities.which import meant
from handlers.capability import Capability, Command
from handlers.cards import changed, press
from handlers.context import Context
from handlers.customers import asked_of, customer_of
from handlers.errors import Invalid, Missing
from handlers.lines import activity_line
from handlers.lists import PAGE, listed
from handlers.moments import at, moment, span
from handlers.reply import Button, Field, Reply, joined
from handlers.slots import (
    ACTIVITY_TYPES,
    ActivityRef,
    ActivityType,
    CompanyRef,
    ContactRef,
    FieldValue,
    Moment,
    Period,
    Text,
    field_of,
)
from handlers.timeline import timeline_of
from handlers.turn import Call, Turn
from handlers.values import one_of
from nlp.time import DayParts
from storage.queries.work import activities as activities_where
from storage.tables import Activity, Company, Contact

FIELDS = ("type", "when", "text", "contact", "company")
SLACK = timedelta(hours=1)
activities = Capability("activities", Path(__file__).parent)


class LogActivity(Command):
    """Log what happened with a customer."""

    type: ActivityType
    contact: ContactRef | None = None
    company: CompanyRef | None = None
    text: Text | None = None
    when: Moment | None = None


@activities.command("activity.log", needs="contacts.write")
def log_activity(cmd: LogActivity, ctx: Context) -> Reply:
    """A call, meeting, e-mail, message, visit or note; unknown customers are made."""
    if not (cmd.contact or cmd.company):
        raise Missing("contact", key="activity.log.contact", type=ctx.voice.label(f"type.{cmd.type}"))
    if cmd.when and _moment(cmd.when, ctx) > ctx.now + SLACK:
        raise Invalid(
            "activity.future", buttons=[_remind(cmd, ctx)], when=ctx.voice.moment(moment(cmd.when, ctx.voice))
        )
    customer = customer_of(ctx, cmd.contact, cmd.company, make=True)
    activity = ctx.new(
        Activity,
        type=cmd.type,
        text=cmd.text,
        contact_id=customer.contact.id if customer.contact else None,
        company_id=customer.company.id if customer.company else None,
        occurred_at=_moment(cmd.when, ctx),
        all_day=bool(cmd.when) and not isinstance(moment(cmd.when or "", ctx.voice), datetime),
    )
    ctx.uow.flush()
    facts = [x for x in (_told_when(cmd, activity, ctx), cmd.text) if x]
    target = (
        {"contact": f"id:{customer.contact.id}"}
        if customer.contact
        else {"company": f"id:{activity.company_id}"}
    )
    return Reply(
        ctx.say(f"activity.logged.{cmd.type}", customer=customer.where(ctx)),
        lines=(joined(facts, " · "),) if facts else (),
        buttons=(press(ctx, "task", "task.add", target), press(ctx, "remind", "reminder.add", target)),
        receipt=Field(ctx.voice.title(f"type.{cmd.type}"), joined([customer.where(ctx), *facts], " · ")),
        mentions=(*customer.mentions(ctx), ctx.mention(activity)),
    )


def _remind(cmd: LogActivity, ctx: Context) -> Button:
    """A reminder instead, for what is still to come."""
    who = cmd.contact or cmd.company or ""
    text = ctx.say(
        "activity.reminder",
        type=ctx.voice.label(f"type.{cmd.type}"),
        who="" if who.startswith("id:") else who,
    ).text
    call = Call(name="reminder.add", slots={"text": text, "when": cmd.when or "", "contact": who})
    return Button(ctx.voice.label("button.remind"), Turn(calls=(call,)))


def _moment(when: str | None, ctx: Context) -> datetime:
    """When it happened: this morning, told before nine, was a while ago all the same."""
    if not when:
        return ctx.now
    said = at(when, ctx.voice)
    own = ctx.uow.workspace.day_parts.get("morning")
    morning = time.fromisoformat(own) if own else DayParts.morning
    early = said.date() == ctx.today and said.time() == morning
    return min(said, ctx.now) if early or moment(when, ctx.voice) == ctx.today else said


def _told_when(cmd: LogActivity, activity: Activity, ctx: Context) -> str | None:
    if not cmd.when:
        return None
    when = activity.occurred_at.astimezone(ctx.voice.zone)
    return ctx.voice.day(when.date()) if activity.all_day else ctx.voice.moment(when)


class EditActivity(Command):
    """Change something about what was logged."""

    activity: ActivityRef | None = None
    field: Annotated[str, field_of(*FIELDS)]
    value: FieldValue


@activities.command("activity.edit", needs="contacts.write")
def edit_activity(cmd: EditActivity, ctx: Context) -> Reply:
    """One field of the activity that is meant: the last one unless others are named."""
    activity = meant(ctx, cmd.activity)
    ctx.require("contacts.write", activity)
    shown = _set(ctx, activity, cmd.field, cmd.value)
    ctx.uow.add(activity)
    ctx.uow.flush()
    return changed(ctx, activity, _title(ctx, activity), cmd.field, shown)


def _set(ctx: Context, activity: Activity, field: str, value: str) -> str:
    """Set a field; returns the value as it is shown."""
    match field:
        case "type":
            activity.type = one_of(value, ACTIVITY_TYPES, "type")
            return ctx.voice.label(f"type.{activity.type}")
        case "when":
            return _set_moment(ctx, activity, value)
        case "contact" | "company":
            found = customer_of(
                ctx, value if field == "contact" else None, value if field == "company" else None, make=True
            )
            activity.contact_id = found.contact.id if found.contact else activity.contact_id
            activity.company_id = found.company.id if found.company else None
            return found.where(ctx).text
        case _:
            activity.text = value
            return value


def _set_moment(ctx: Context, activity: Activity, value: str) -> str:
    when = moment(value, ctx.voice)
    if _moment(value, ctx) > ctx.now + SLACK:
        raise Invalid("activity.not_yet", when=ctx.voice.moment(when))
    activity.occurred_at, activity.all_day = _moment(value, ctx), not isinstance(when, datetime)
    return ctx.voice.moment(when)


def _title(ctx: Context, activity: Activity) -> str:
    """ "Call with Dana Whitfield"."""
    customer = ctx.uow.get(Contact, activity.contact_id) or ctx.uow.get(Company, activity.company_id)
    kind = ctx.voice.label(f"type.{activity.type}")
    return ctx.say("activity.title", type=kind, customer=customer.name).text if customer else kind


class ListActivities(Command):
    """List what happened."""

    contact: ContactRef | None = None
    company: CompanyRef | None = None
    period: Period | None = None
    type: ActivityType | None = None


@activities.command("activity.list", needs="contacts.read", undoable=False)
def list_activities(cmd: ListActivities, ctx: Context) -> Reply:
    """The timeline of a customer; else, and of one type, what was logged, newest first."""
    customer, between = _customer(cmd, ctx), span(cmd.period, ctx.voice)
    if customer is not None and cmd.type is None:
        return timeline_of(ctx, customer, between)
    rows, total = activities_where(
        ctx.uow, ctx.scope(Activity), between, PAGE, ctx.turn.offset, customer, cmd.type
    )
    key = f"activity.list.{cmd.type}" if cmd.type and total else "activity.list"
    return listed(ctx, key, rows, total, lambda a: _row(ctx, a))


def _customer(cmd: ListActivities, ctx: Context) -> Contact | Company | None:
    found = asked_of(ctx, cmd.contact, cmd.company)
    return found.contact or found.company


def _row(ctx: Context, activity: Activity) -> str:
    words = activity_line(ctx, activity)
    customer = ctx.uow.get(Contact, activity.contact_id) or ctx.uow.get(Company, activity.company_id)
    return f"{customer.name} · {words}" if customer else words
