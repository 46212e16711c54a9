"""Digests: somebody's day, and the team's week."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from handlers.capability import Capability, Command
from handlers.cards import press
from handlers.context import Context
from handlers.digests.subscriptions import subscribe, unsubscribe
from handlers.lines import deal_line, reminder_line, task_line, ticket_line
from handlers.reply import Button, Field, Line, Reply, joined, line
from handlers.turn import Call, Turn
from storage.queries.sales import deals, fitting
from storage.queries.service import tickets_where
from storage.queries.week import Week, week_of
from storage.queries.work import reminders, tasks
from storage.tables import Deal, Task, Ticket

digests = Capability("digests", Path(__file__).parent)
SHOWN = 3
MOST = 100
DAY = timedelta(days=1)


digests.command("report.subscribe", needs="reports.read")(subscribe)
digests.command("report.unsubscribe", needs="reports.read")(unsubscribe)


class ShowDay(Command):
    """See your day: what is late, what is for today, who is to be called."""


@digests.command("digest.day", needs="tasks.read", undoable=False)
def show_day(cmd: ShowDay, ctx: Context) -> Reply:  # noqa: ARG001 - every handler takes its command
    """The speaker's own day; quiet when there is nothing in it."""
    fields = [f for f in (_overdue(ctx), _today(ctx), _reminders(ctx), _tickets(ctx), _deals(ctx)) if f]
    if not fields:
        return Reply(ctx.say("digest.day.none"), quiet=True)
    buttons = (
        Button(
            ctx.voice.label("button.my_tasks"),
            Turn(calls=(Call(name="task.list", slots={"assignee": "me"}),)),
        ),
        press(ctx, "reminders", "reminder.list", {}),
    )
    headline = ctx.say("digest.day", day=ctx.voice.calendar_day(ctx.today))
    return Reply(headline, fields=tuple(fields), buttons=buttons)


def _part(ctx: Context, key: str, count: int, lines: list[str]) -> Field | None:
    """ "Overdue 4: …": the count and the first few."""
    if not count:
        return None
    more = [ctx.say("digest.more", n=count - len(lines)).text] if count > len(lines) else []
    shown = joined([line(x) for x in (*lines, *more)], ctx.voice.label("digest.between"))
    return Field(ctx.voice.title(f"digest.{key}"), shown)


def _overdue(ctx: Context) -> Field | None:
    rows, count = tasks(ctx.uow, ctx.scope(Task), assignee=ctx.member, overdue=ctx.now, limit=SHOWN)
    return _part(ctx, "overdue", count, [task_line(ctx, t) for t in rows])


def _today(ctx: Context) -> Field | None:
    span = (ctx.today, ctx.today + DAY)
    rows, count = tasks(ctx.uow, ctx.scope(Task), assignee=ctx.member, due=span, limit=SHOWN)
    return _part(ctx, "today", count, [task_line(ctx, t) for t in rows])


def _reminders(ctx: Context) -> Field | None:
    night = datetime.combine(ctx.today + DAY, time(), ctx.now.tzinfo)
    rows, count = reminders(ctx.uow, ctx.member, between=(ctx.now, night), limit=SHOWN)
    return _part(ctx, "reminders", count, [reminder_line(ctx, r) for r in rows])


def _tickets(ctx: Context) -> Field | None:
    if not ctx.may("tickets.read"):
        return None
    rows, count = tickets_where(ctx.uow, ctx.scope(Ticket), assignee=ctx.member, limit=SHOWN)
    return _part(ctx, "tickets", count, [ticket_line(ctx, t, whose=False) for t in rows])


def _deals(ctx: Context) -> Field | None:
    """Open deals that are to close within a week."""
    if not ctx.may("deals.read"):
        return None
    rows, _ = deals(ctx.uow, fitting(ctx.scope(Deal), owner=ctx.member), limit=MOST)
    near = [d for d in rows if d.close_date and d.close_date <= ctx.today + 7 * DAY]
    return _part(ctx, "deals", len(near), [deal_line(ctx, d) for d in near[:SHOWN]])


class ShowWeek(Command):
    """See the team's week: what came in, what was won and lost, what is late."""


@digests.command("digest.week", needs="reports.read", undoable=False)
def show_week(cmd: ShowWeek, ctx: Context) -> Reply:  # noqa: ARG001 - every handler takes its command
    """The last seven days of everybody."""
    begin = datetime.combine(ctx.today - 6 * DAY, time(), ctx.now.tzinfo).astimezone(UTC)
    week = week_of(ctx.uow, begin, ctx.today)
    lines = [x for x in _week_lines(ctx, week) if x]
    if not lines:
        return Reply(ctx.say("digest.week.none"), quiet=True)
    days = (ctx.voice.calendar_day(ctx.today - 6 * DAY), ctx.voice.calendar_day(ctx.today))
    return Reply(ctx.say("digest.week", begin=days[0], end=days[1]), lines=tuple(lines))


def _week_lines(ctx: Context, week: Week) -> list[Line | None]:
    def counted(key: str, n: int, **values: object) -> Line | None:
        return ctx.say(f"digest.week.{key}", n=n, **values) if n else None

    sums = "".join(f" · {ctx.voice.money(f'{a} {c}', short=True)}" for c, a in week.won_sums.items())
    return [
        counted("won", week.won, sums=sums),
        counted("lost", week.lost),
        counted("deals", week.new_deals),
        counted("contacts", week.new_contacts),
        counted("activities", week.activities),
        counted("tasks", week.tasks_done),
        counted("overdue", week.tasks_overdue),
        counted("tickets", week.new_tickets, solved=week.tickets_resolved),
    ]
