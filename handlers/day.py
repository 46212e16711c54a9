"""My day: what is late, what is due, and what else is somebody's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from handlers.context import Context
from handlers.turn import Call
from storage.queries.sales import deals, fitting
from storage.queries.service import tickets_where
from storage.queries.work import reminders, tasks
from storage.tables import Deal, Reminder, Task, Ticket

DAY = timedelta(days=1)
Own = Task | Reminder | Ticket | Deal
Found = tuple[Sequence[Own], int]


@dataclass(frozen=True)
class Part:
    """One part of a day: its first records, how many there are in all, and the command that lists them."""

    key: str
    rows: Sequence[Own]
    count: int
    whole: Call


def my_day(ctx: Context, keys: Sequence[str], most: int) -> list[Part]:
    """Those of these parts that the person may see and that are not empty, each with at most so many records."""
    lists, parts = _lists(ctx), []
    for key in keys:
        needs = ctx.specs[lists[key].name].needs
        if needs is None or ctx.may(needs):
            parts.append(Part(key, *READ[key](ctx, most), lists[key]))
    return [p for p in parts if p.count]


def _lists(ctx: Context) -> dict[str, Call]:
    """What lists each part whole; who may not use it does not see the part."""
    today, mine = f"{ctx.today}/{ctx.today + DAY}", {"assignee": "me"}
    return {
        "overdue": Call(name="task.list", slots={**mine, "due": "overdue"}),
        "today": Call(name="task.list", slots={**mine, "due": str(ctx.today)}),
        "reminders": Call(name="reminder.list"),
        "reminders_today": Call(name="reminder.list", slots={"period": today}),
        "tickets": Call(name="ticket.list", slots={**mine, "status": "open"}),
        "deals": Call(name="deal.list", slots={"owner": "me"}),
        "closing": Call(name="deal.list", slots={"owner": "me"}),
    }


def _overdue(ctx: Context, most: int) -> Found:
    return tasks(ctx.uow, ctx.scope(Task), assignee=ctx.member, overdue=ctx.now, limit=most)


def _today(ctx: Context, most: int) -> Found:
    """What is not late yet."""
    span = (ctx.today, ctx.today + DAY)
    return tasks(ctx.uow, ctx.scope(Task), assignee=ctx.member, due=span, ahead=ctx.now, limit=most)


def _reminders_today(ctx: Context, most: int) -> Found:
    night = datetime.combine(ctx.today + DAY, time(), ctx.now.tzinfo)
    return reminders(ctx.uow, ctx.member, between=(ctx.now, night), limit=most)


def _reminders(ctx: Context, most: int) -> Found:
    return reminders(ctx.uow, ctx.member, limit=most)


def _tickets(ctx: Context, most: int) -> Found:
    return tickets_where(ctx.uow, ctx.scope(Ticket), assignee=ctx.member, limit=most)


def _deals(ctx: Context, most: int) -> Found:
    return deals(ctx.uow, fitting(ctx.scope(Deal), owner=ctx.member), limit=most)


def _closing(ctx: Context, most: int) -> Found:
    """Open deals that are to close within a week."""
    week = (date.min, ctx.today + 8 * DAY)
    return deals(ctx.uow, fitting(ctx.scope(Deal), owner=ctx.member, closing=week), limit=most)


READ = {
    "overdue": _overdue,
    "today": _today,
    "reminders": _reminders,
    "reminders_today": _reminders_today,
    "tickets": _tickets,
    "deals": _deals,
    "closing": _closing,
}
