"""The sidebar: somebody's day, from what the public commands read."""

from datetime import timedelta
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from bot.adapters.page.visit import Page
from handlers.context import Context
from handlers.lines import due_words
from storage.queries.sales import deals, fitting
from storage.queries.service import tickets_where
from storage.queries.work import reminders, tasks
from storage.tables import Deal, Task, Ticket

SHOWN = 5
Item = dict[str, Any]


class Day:
    """The route of the sidebar."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def add_to(self, api: FastAPI) -> None:
        """Mount it."""
        api.add_api_route("/day", self.day, response_class=JSONResponse)

    async def day(self, request: Request) -> list[dict[str, Any]]:
        """The parts of a day that have anything in them, each with its count and its first few."""
        return await self.page.ask(request, my_day)


def my_day(ctx: Context) -> list[dict[str, Any]]:
    """What is late, what is for today, what comes, and what is open."""
    parts = []
    if ctx.may("tasks.read"):
        parts += [("overdue", *_overdue(ctx)), ("today", *_today(ctx)), ("reminders", *_reminders(ctx))]
    if ctx.may("tickets.read"):
        parts.append(("tickets", *_tickets(ctx)))
    if ctx.may("deals.read"):
        parts.append(("deals", *_deals(ctx)))
    return [{"key": key, "count": count, "items": items} for key, items, count in parts if count]


def _overdue(ctx: Context) -> tuple[list[Item], int]:
    rows, count = tasks(ctx.uow, ctx.scope(Task), assignee=ctx.member, overdue=ctx.now, limit=SHOWN)
    return [_task(ctx, t) for t in rows], count


def _today(ctx: Context) -> tuple[list[Item], int]:
    span = (ctx.today, ctx.today + timedelta(days=1))
    rows, count = tasks(ctx.uow, ctx.scope(Task), assignee=ctx.member, due=span, limit=SHOWN)
    return [_task(ctx, t) for t in rows], count


def _task(ctx: Context, task: Task) -> Item:
    return {
        "text": task.title,
        "when": due_words(ctx, task),
        "high": task.priority in ("high", "urgent"),
        "done": f"/task done {task.number}",
    }


def _reminders(ctx: Context) -> tuple[list[Item], int]:
    rows, count = reminders(ctx.uow, ctx.member, limit=SHOWN)
    return [{"text": r.text, "when": ctx.voice.moment(r.due_at)} for r in rows], count


def _tickets(ctx: Context) -> tuple[list[Item], int]:
    rows, count = tickets_where(ctx.uow, ctx.scope(Ticket), assignee=ctx.member, limit=SHOWN)
    return [_ticket(ctx, t) for t in rows], count


def _ticket(ctx: Context, ticket: Ticket) -> Item:
    return {
        "text": f"#{ticket.number} {ticket.title}",
        "when": ctx.voice.ago(ticket.created_at),
        "high": ticket.priority in ("high", "urgent"),
        "say": f"/ticket show {ticket.number}",
    }


def _deals(ctx: Context) -> tuple[list[Item], int]:
    rows, count = deals(ctx.uow, fitting(ctx.scope(Deal), owner=ctx.member), limit=SHOWN)
    return [_deal(ctx, d) for d in rows], count


def _deal(ctx: Context, deal: Deal) -> Item:
    money = ctx.voice.money(f"{deal.amount} {deal.currency}", short=True) if deal.amount else ""
    return {"text": deal.title, "when": money, "say": f'/deal show "{deal.title}"'}
