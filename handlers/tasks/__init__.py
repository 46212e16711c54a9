"""Things to do."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

from handlers.capability import Capability, Command
from handlers.cards import changed, press
from handlers.context import Context
from handlers.customers import asked_of, customer_of
from handlers.lines import due_words, reminder_line, task_line
from handlers.lists import PAGE, listed
from handlers.moments import moment, period, span
from handlers.recurrence import describe, first_wall, next_wall
from handlers.reply import Button, Field, Reply, joined, line
from handlers.slots import (
    PRIORITIES,
    TASK_STATUSES,
    CompanyRef,
    ContactRef,
    Due,
    FieldValue,
    MemberRef,
    Moment,
    Priority,
    Repeat,
    TaskRef,
    TaskStatus,
    Title,
    field_of,
)
from handlers.turn import Call, Turn
from handlers.values import one_of
from handlers.voice import Voice
from storage.queries.work import OPEN_TASKS, end_reminders, reminders
from storage.queries.work import tasks as tasks_where
from storage.tables import Company, Contact, Conversation, Member, Task
from storage.tables import Priority as Level
from storage.tables import TaskStatus as Status

tasks = Capability("tasks", Path(__file__).parent)
FIELDS = ("title", "assignee", "due", "priority", "status", "contact")
SOON = timedelta(days=7)  # whose reminders stand beside one's tasks where no days are named


class AddTask(Command):
    """Give someone something to do."""

    title: Title
    assignee: MemberRef | None = None
    due: Moment | None = None
    contact: ContactRef | None = None
    company: CompanyRef | None = None
    priority: Priority | None = None
    repeat: Repeat | None = None


@tasks.command("task.add", needs="tasks.write")
def add_task(cmd: AddTask, ctx: Context) -> Reply:
    """A task for the speaker or a colleague, who is told."""
    assignee = _assignee(cmd.assignee, ctx)
    customer = customer_of(ctx, cmd.contact, cmd.company)
    task = ctx.new(
        Task,
        number=ctx.uow.next_number("task"),
        title=cmd.title,
        priority=Level(cmd.priority or "normal"),
        repeat=cmd.repeat,
        contact_id=customer.contact.id if customer.contact else None,
        company_id=customer.company.id if customer.company else None,
        owner_id=assignee.id,
        team_id=assignee.team_id,
    )
    _set_due(task, cmd.due, ctx)
    ctx.uow.flush()
    _tell(ctx, assignee, task, "task.given")
    return _added(ctx, task, assignee)


def _assignee(said: str | None, ctx: Context) -> Member:
    assignee = ctx.colleague(said) if said else ctx.member
    if assignee.id != ctx.member.id:
        ctx.require("tasks.give")
    return assignee


def _set_due(task: Task, due: str | None, ctx: Context) -> None:
    """The day and, where one was said, the moment; a repeating task starts with its first occurrence."""
    if due is None:
        task.due_on = task.due_at = None
        return
    when = moment(due, ctx.voice)
    local = (
        when.astimezone(ctx.voice.zone)
        if isinstance(when, datetime)
        else datetime.combine(when, datetime.min.time())
    )
    if task.repeat:
        wall = first_wall(task.repeat, local.replace(tzinfo=None))
        local = local.replace(year=wall.year, month=wall.month, day=wall.day)
    task.due_on = local.date()
    task.due_at = local if isinstance(when, datetime) else None


def _added(ctx: Context, task: Task, assignee: Member) -> Reply:
    whose = ctx.voice.label("you") if assignee.id == ctx.member.id else assignee.name
    customer = ctx.uow.get(Contact, task.contact_id) or ctx.uow.get(Company, task.company_id)
    level = ctx.voice.label(f"priority.{task.priority}") if task.priority != Level.NORMAL else None
    again = describe(task.repeat, ctx.voice) if task.repeat else None
    facts = [x for x in (whose, due_words(ctx, task), again, level, customer.name if customer else None) if x]
    reference = f"id:{task.id}"
    buttons = [press(ctx, "done", "task.done", {"task": reference}, task)]
    if task.due_on is None:
        buttons.append(press(ctx, "due", "task.edit", {"task": reference, "field": "due"}, task))
    return Reply(
        ctx.say("task.added", number=task.number, title=task.title),
        lines=(joined(facts, " · "),),
        buttons=tuple(buttons),
        receipt=Field(ctx.voice.title("slot.task"), joined([f"#{task.number} {task.title}", *facts], " · ")),
        mentions=(ctx.mention(task), *((ctx.mention(customer),) if customer else ())),
    )


def _tell(ctx: Context, member: Member, task: Task, key: str) -> None:
    """Let someone know about a task, in their own words and zone."""
    if member.id == ctx.member.id:
        return
    who, number, title, reference = ctx.member.name, task.number, task.title, f"id:{task.id}"
    due_on, due_at, mention = task.due_on, task.due_at, ctx.mention(task)

    def reply(voice: Voice) -> Reply:
        due = voice.moment(due_at) if due_at else voice.day(due_on) if due_on else ""
        done = Button(
            voice.label("button.done"), Turn(calls=(Call(name="task.done", slots={"task": reference}),))
        )
        return Reply(
            voice.say(key, who=who, number=number, title=title),
            lines=(line(due),) if due else (),
            buttons=(done,),
            mentions=(mention,),
        )

    ctx.notify(member, reply)


class ListTasks(Command):
    """List tasks."""

    assignee: MemberRef | None = None
    status: TaskStatus | None = None
    due: Due | None = None
    priority: Priority | None = None
    contact: ContactRef | None = None
    company: CompanyRef | None = None


@tasks.command("task.list", needs="tasks.read", undoable=False)
def list_tasks(cmd: ListTasks, ctx: Context) -> Reply:
    """Tasks that fit, the most pressing first."""
    assignee = ctx.colleague(cmd.assignee) if cmd.assignee else None
    customer = asked_of(ctx, cmd.contact, cmd.company)
    statuses = OPEN_TASKS if cmd.status in (None, "open") else (Status(cmd.status),)
    overdue = cmd.due == "overdue"
    rows, total = tasks_where(
        ctx.uow,
        ctx.scope(Task),
        assignee=assignee,
        statuses=statuses,
        due=_days(cmd.due, ctx) if cmd.due and not overdue else None,
        overdue=ctx.now if overdue else None,
        priority=cmd.priority,
        customer=customer.contact or customer.company,
        limit=PAGE,
        offset=ctx.turn.offset,
    )
    mine = assignee is not None and assignee.id == ctx.member.id
    key = "task.list.mine" if mine else "task.list.of" if assignee else "task.list"
    name = assignee.name if assignee else ""
    reply = listed(ctx, key, rows, total, lambda t: task_line(ctx, t, whose=assignee is None), name=name)
    narrowed = cmd.status or cmd.priority or cmd.contact or cmd.company or overdue
    soon = f"{ctx.today}/{ctx.today + SOON}"
    return _with_reminders(ctx, reply, cmd.due or soon, total) if mine and not narrowed else reply


def _with_reminders(ctx: Context, reply: Reply, due: str, tasks: int) -> Reply:
    """What one has to do is also what one will soon be reminded of; that is nobody else's business."""
    here = ctx.uow.get(Conversation, ctx.conversation_id)
    if here is None or not here.private or ctx.turn.offset:
        return reply
    coming, total = reminders(ctx.uow, ctx.member, between=span(due, ctx.voice), limit=PAGE)
    lines = (ctx.say("task.list.reminder", what=reminder_line(ctx, r)) for r in coming)
    headline = ctx.say("reminder.list", n=total) if total and not tasks else reply.headline
    more = Turn(calls=(Call(name="reminder.list", slots={"period": due}),))
    button = (Button(ctx.voice.title("command.reminder.list"), more),) if total > PAGE else ()
    return replace(reply, headline=headline, lines=(*reply.lines, *lines), buttons=(*reply.buttons, *button))


def _days(due: str, ctx: Context) -> tuple[date, date]:
    """The days that are meant; today's list has what is late as well."""
    first, last = period(due)
    return (date.min if (first, last) == (ctx.today, ctx.today + timedelta(days=1)) else first), last


class DoneTask(Command):
    """Finish a task."""

    task: TaskRef


@tasks.command("task.done", needs="tasks.write")
def finish_task(cmd: DoneTask, ctx: Context) -> Reply:
    """A task done; a repeating one comes again."""
    task = ctx.find(Task, cmd.task, "task")
    ctx.require("tasks.write", task)
    if task.status == Status.COMPLETED:
        return Reply(
            ctx.say("task.done_already", number=task.number, title=task.title), mentions=(ctx.mention(task),)
        )
    _finish(ctx, task)
    follow = _next(ctx, task)
    ctx.uow.flush()
    lines = (ctx.say("task.next", number=follow.number, due=due_words(ctx, follow)),) if follow else ()
    headline = ctx.say("task.done", number=task.number, title=task.title)
    return Reply(
        headline,
        lines=lines,
        receipt=Field(ctx.voice.title("button.done"), line(task.title)),
        mentions=(ctx.mention(task),),
    )


def _finish(ctx: Context, task: Task) -> None:
    task.status = Status.COMPLETED
    task.completed_at = ctx.now
    end_reminders(ctx.uow, task)
    ctx.uow.add(task)


def _next(ctx: Context, task: Task) -> Task | None:
    """The next occurrence of a repeating task."""
    if not task.repeat or task.due_on is None:
        return None
    start = datetime.combine(task.due_on, datetime.min.time())
    wall = next_wall(task.repeat, start, start)
    if wall is None:
        return None
    late = task.due_at.astimezone(ctx.voice.zone).timetz() if task.due_at else None
    return ctx.uow.add(
        Task(
            workspace_id=task.workspace_id,
            number=ctx.uow.next_number("task"),
            title=task.title,
            priority=task.priority,
            repeat=task.repeat,
            due_on=wall.date(),
            due_at=datetime.combine(wall.date(), late) if late else None,
            contact_id=task.contact_id,
            company_id=task.company_id,
            owner_id=task.owner_id,
            made_by=task.made_by,
            team_id=task.team_id,
        )
    )


class AssignTask(Command):
    """Give a task to someone else."""

    task: TaskRef
    assignee: MemberRef


@tasks.command("task.assign", needs="tasks.write")
def assign_task(cmd: AssignTask, ctx: Context) -> Reply:
    """A task handed to a colleague, who is told."""
    task = ctx.find(Task, cmd.task, "task")
    ctx.require("tasks.write", task)
    assignee = _assignee(cmd.assignee, ctx)
    if task.owner_id == assignee.id:
        return Reply(
            ctx.say("task.assigned_already", number=task.number, title=task.title, who=assignee.name)
        )
    task.owner_id, task.team_id = assignee.id, assignee.team_id
    ctx.uow.add(task)
    ctx.uow.flush()
    _tell(ctx, assignee, task, "task.given")
    headline = ctx.say("task.assigned", number=task.number, title=task.title, who=assignee.name)
    return Reply(
        headline, receipt=Field(f"#{task.number}", line(assignee.name)), mentions=(ctx.mention(task),)
    )


class EditTask(Command):
    """Change something about a task."""

    task: TaskRef
    field: Annotated[str, field_of(*FIELDS)]
    value: FieldValue


@tasks.command("task.edit", needs="tasks.write")
def edit_task(cmd: EditTask, ctx: Context) -> Reply:
    """One field of a task."""
    task = ctx.find(Task, cmd.task, "task")
    ctx.require("tasks.write", task)
    if cmd.field == "assignee":
        return assign_task(AssignTask(task=f"id:{task.id}", assignee=cmd.value), ctx)
    if cmd.field == "status" and cmd.value == "completed":
        return finish_task(DoneTask(task=f"id:{task.id}"), ctx)
    shown = _set(ctx, task, cmd.field, cmd.value)
    ctx.uow.add(task)
    ctx.uow.flush()
    return changed(ctx, task, f"#{task.number} {task.title}", cmd.field, shown)


def _set(ctx: Context, task: Task, field: str, value: str) -> str:
    """Set a field; returns the value as it is shown."""
    match field:
        case "due":
            _set_due(task, None if value == "-" else value, ctx)
            return due_words(ctx, task) or "–"
        case "priority":
            task.priority = Level(one_of(value, PRIORITIES, "priority"))
            return ctx.voice.label(f"priority.{task.priority}")
        case "status":
            task.status = Status(one_of(value, TASK_STATUSES, "status"))
            return ctx.voice.label(f"status.{task.status}")
        case "contact":
            contact = ctx.find(Contact, value, "value")
            task.contact_id, task.company_id = contact.id, contact.company_id
            return contact.name
        case _:
            task.title = value
            return value
