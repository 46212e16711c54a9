"""Digests: somebody's day, and the team's week."""

from datetime import UTC, datetime, time
from pathlib import Path

from handlers.capability import Capability, Command
from handlers.cards import press
from handlers.context import Context
from handlers.day import DAY, Part, my_day
from handlers.digests.subscriptions import subscribe, unsubscribe
from handlers.lines import record_line
from handlers.reply import Button, Field, Line, Reply, joined, line
from handlers.turn import Call, Turn
from storage.queries.week import Week, week_of

digests = Capability("digests", Path(__file__).parent)
PARTS = ("overdue", "today", "reminders_today", "tickets", "closing")
SHOWN = 3


digests.command("report.subscribe", needs="reports.read")(subscribe)
digests.command("report.unsubscribe", needs="reports.read")(unsubscribe)


class ShowDay(Command):
    """See your day: what is late, what is for today, who is to be called."""


@digests.command("digest.day", needs="tasks.read", undoable=False)
def show_day(cmd: ShowDay, ctx: Context) -> Reply:  # noqa: ARG001 - every handler takes its command
    """The speaker's own day; quiet when there is nothing in it."""
    fields = [_part(ctx, part) for part in my_day(ctx, PARTS, SHOWN)]
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


def _part(ctx: Context, part: Part) -> Field:
    """ "Overdue 4: …": the count and the first few."""
    lines = [record_line(ctx, row) for row in part.rows]
    rest = part.count - len(lines)
    more = [ctx.say("digest.more", n=rest).text] if rest else []
    shown = joined([line(x) for x in (*lines, *more)], ctx.voice.label("digest.between"))
    return Field(ctx.voice.title(f"digest.{part.key}"), shown)


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
