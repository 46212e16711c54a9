"""My day: what is late, what is due, and what else is somebody's own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from handlers.context import Context
from handlers.reply import Line, Mention, Reply
from handlers.turn import Call


@dataclass(frozen=True)
class Part:
    """One part of a day: its title, its records as their list shows them, and the command that lists them all."""

    title: str
    rows: tuple[tuple[Line, Mention], ...]
    whole: Call
    more: bool


def my_day(ctx: Context) -> Iterator[Part]:
    """The parts that the person may see and that are not empty; nothing is in two of them."""
    shown: set[str] = set()
    for key, call in _calls(ctx):
        spec = ctx.specs.get(call.name)
        if spec is None or (spec.needs and not ctx.may(spec.needs)):
            continue
        reply: Reply = spec.handler(spec.build(call), ctx)
        rows = [(line, m) for line, m in zip(reply.lines, reply.listing, strict=False) if m.id not in shown]
        shown.update(m.id for _, m in rows)
        if rows:
            yield Part(ctx.voice.label(f"home.{key}"), tuple(rows), call, more=bool(reply.buttons))


def _calls(ctx: Context) -> list[tuple[str, Call]]:
    today = f"{ctx.today}/{ctx.today + timedelta(days=1)}"
    mine = {"assignee": "me"}
    return [
        ("overdue", Call(name="task.list", slots={**mine, "due": "overdue"})),
        ("today", Call(name="task.list", slots={**mine, "due": str(ctx.today)})),
        ("reminders", Call(name="reminder.list", slots={"period": today})),
        ("tickets", Call(name="ticket.list", slots={**mine, "status": "open"})),
        ("deals", Call(name="deal.list", slots={"owner": "me"})),
    ]
