"""Cards: who or what it is, what happened last, what is next."""

from handlers.context import Context
from handlers.lines import activity_line, deal_line, reminder_line, task_line, ticket_line
from handlers.reply import Button, Field, Line, Reply, joined, line
from handlers.turn import Call, Turn
from handlers.values import shown_phone
from storage.queries.contacts import contacts_at, points_of, tags_of
from storage.queries.sales import deals, fitting
from storage.queries.service import tickets_where
from storage.queries.work import activities, reminders, tasks
from storage.tables import Activity, Company, Contact, Deal, Member, PointKind, Record, Task, Ticket

SHOWN = 3


def press(ctx: Context, label: str, command: str, slots: dict[str, str], row: Record | None = None) -> Button:
    """A button that says a command about a record; stale once the record has changed."""
    record = (str(row.__tablename__), str(row.id), row.version) if row else None
    return Button(
        ctx.voice.label(f"button.{label}"), Turn(calls=(Call(name=command, slots=dict(slots)),)), record
    )


def _about(ctx: Context, key: str, value: object) -> list[Field]:
    if not value:
        return []
    words = value if isinstance(value, Line) else line(str(value))
    return [Field(ctx.voice.title(f"slot.{key}"), words)]


def contact_card(ctx: Context, contact: Contact) -> Reply:
    """A contact: job, company, tags, how to reach them, last activities, open tasks, the next reminder."""
    company = ctx.uow.get(Company, contact.company_id)
    tags = " ".join(f"#{t.name}" for t in tags_of(ctx.uow, contact.id))
    facts = [x for x in (contact.job_title, company.name if company else None, tags) if x]
    points = points_of(ctx.uow, contact)
    fields = [
        *_about(ctx, "email", ", ".join(p.value for p in points if p.kind == PointKind.EMAIL)),
        *_about(ctx, "phone", ", ".join(shown_phone(p.value) for p in points if p.kind == PointKind.PHONE)),
        *_about(ctx, "birthday", ctx.voice.birthday(contact.birthday) if contact.birthday else None),
        *_about(ctx, "address", contact.address),
        *_about(ctx, "notes", contact.notes),
        *history(ctx, contact),
    ]
    buttons = (
        press(ctx, "log", "activity.log", {"contact": f"id:{contact.id}"}),
        press(ctx, "task", "task.add", {"contact": f"id:{contact.id}"}),
        press(ctx, "remind", "reminder.add", {"contact": f"id:{contact.id}"}),
        press(ctx, "timeline", "timeline.show", {"contact": f"id:{contact.id}"}),
    )
    mentions = (ctx.mention(contact), *([ctx.mention(company)] if company else []))
    return Reply(_headline(ctx, contact, facts), fields=tuple(fields), buttons=buttons, mentions=mentions)


def _headline(ctx: Context, row: Contact | Company, facts: list[str]) -> Line:
    return joined([ctx.say("name", name=row.name), *facts], " · ")


def company_card(ctx: Context, company: Company) -> Reply:
    """A company: industry, people, owner, last activity, open tasks, the next reminder."""
    people, number = contacts_at(ctx.uow, company, SHOWN)
    owner = ctx.uow.get(Member, company.owner_id)
    facts = [company.industry] if company.industry else []
    facts.append(ctx.say("company.people", n=number).text)
    if owner:
        facts.append(ctx.say("owner", name=owner.name).text)
    fields = [
        *_about(ctx, "people", ctx.voice.label("list.comma").join(c.name for c in people)),
        *_about(ctx, "domain", company.domain),
        *_about(ctx, "phone", shown_phone(company.phone) if company.phone else None),
        *_about(ctx, "address", company.address),
        *_about(ctx, "tax_id", company.tax_id),
        *_about(ctx, "notes", company.notes),
        *history(ctx, company),
    ]
    buttons = (
        press(ctx, "log", "activity.log", {"company": f"id:{company.id}"}),
        press(ctx, "task", "task.add", {"company": f"id:{company.id}"}),
        press(ctx, "people", "contact.list", {"company": f"id:{company.id}"}),
        press(ctx, "timeline", "timeline.show", {"company": f"id:{company.id}"}),
    )
    return Reply(
        _headline(ctx, company, facts),
        fields=tuple(fields),
        buttons=buttons,
        mentions=(ctx.mention(company),),
    )


def changed(ctx: Context, row: Record, name: str, field: str, shown: str) -> Reply:
    """The answer to an edit: what the field is now."""
    label = ctx.voice.label(f"slot.{field}")
    return Reply(
        ctx.say("record.changed", name=name, field=label, value=shown),
        receipt=Field(name, line(f"{label} · {shown}")),
        mentions=(ctx.mention(row),),
    )


def history(ctx: Context, customer: Contact | Company) -> list[Field]:
    """The open deals and tickets, what happened last, what is to be done, and the next reminder."""
    selling, _ = deals(ctx.uow, fitting(ctx.scope(Deal), customer=customer), limit=2)
    troubles, _ = tickets_where(ctx.uow, ctx.scope(Ticket), customer=customer, limit=2)
    happened, _ = activities(ctx.uow, ctx.scope(Activity), customer=customer, limit=2)
    todo, _ = tasks(ctx.uow, ctx.scope(Task), customer=customer, limit=2)
    coming, _ = reminders(ctx.uow, ctx.member, customer=customer, limit=1)
    return [
        *(Field(ctx.voice.title("slot.deal"), line(deal_line(ctx, d))) for d in selling),
        *(Field(ctx.voice.title("slot.ticket"), line(ticket_line(ctx, t, whose=False))) for t in troubles),
        *(Field(ctx.voice.title("card.last"), line(activity_line(ctx, a))) for a in happened),
        *(Field(ctx.voice.title("card.task"), line(task_line(ctx, t))) for t in todo),
        *(Field(ctx.voice.title("card.next"), line(reminder_line(ctx, r))) for r in coming),
    ]
