"""The sidebar: somebody's day."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from bot.adapters.page.visit import Page
from handlers.context import Context
from handlers.day import Own, Part, my_day
from handlers.lines import amount_of, due_moment
from storage.tables import Deal, Reminder, Task, Ticket

PARTS = ("overdue", "today", "reminders", "tickets", "deals")
SHOWN = 5
PRESSING = ("high", "urgent")


class Day:
    """The route of the sidebar."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def add_to(self, api: FastAPI) -> None:
        """Mount it."""
        api.add_api_route("/day", self.day, response_class=JSONResponse)

    async def day(self, request: Request) -> list[dict[str, Any]]:
        """The parts of a day that have anything in them, each with its count and its first few."""
        return await self.page.ask(request, lambda ctx: [_part(ctx, p) for p in my_day(ctx, PARTS, SHOWN)])


def _part(ctx: Context, part: Part) -> dict[str, Any]:
    title = ctx.voice.label(f"mine.{part.key}")
    items = [_item(ctx, part.key, row) for row in part.rows]
    return {"key": part.key, "title": title, "count": part.count, "items": items}


def _item(ctx: Context, key: str, row: Own) -> dict[str, Any]:
    """A record: its words, when or how much, and what is said when it is pressed; the title says what is late or today."""
    match row:
        case Task():
            when = "" if key == "today" and row.due_at is None else due_moment(ctx, row)
            done = f"/task done {row.number}"
            return {"text": row.title, "when": when, "high": row.priority in PRESSING, "done": done}
        case Reminder():
            return {"text": row.text, "when": ctx.voice.moment(row.due_at)}
        case Ticket():
            text, when, say = (
                f"#{row.number} {row.title}",
                ctx.voice.ago(row.created_at),
                f"/ticket show {row.number}",
            )
            return {"text": text, "when": when, "high": row.priority in PRESSING, "say": say}
        case Deal():
            say = f'/deal show "{row.title}"'
            return {"text": row.title, "when": amount_of(ctx, row, short=True), "say": say}
