"""What the nudges find: one line a thing, with every reason why it is time."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from handlers.context import Context
from handlers.lines import amount_of, due_words
from handlers.reply import Mention
from storage.queries import nudges
from storage.queries.contacts import tag_named
from storage.queries.sales import stage_named
from storage.tables import Contact, Deal, Rule

DEFAULT_HOURS = {
    "contacts_quiet": 30 * 24,
    "deals_quiet": 14 * 24,
    "deals_stuck": 30 * 24,
    "tickets_waiting": 24,
    "birthdays": 0,
}
CALLS = {"contact": "activity.log", "deal": "deal.show", "ticket": "ticket.show", "task": "task.done"}


@dataclass
class Finding:
    """One record that waits, and why."""

    mention: Mention
    name: str
    reasons: list[str] = field(default_factory=list)


Found = Iterator[tuple[Mention, str, str]]


def findings(ctx: Context, rules: Iterable[Rule]) -> list[Finding]:
    """What the rules find, each record once."""
    found: dict[str, Finding] = {}
    for rule in rules:
        for mention, name, reason in FINDERS[rule.kind](ctx, rule):
            one = found.setdefault(mention.id, Finding(mention, name))
            if reason not in one.reasons:
                one.reasons.append(reason)
    return list(found.values())


def hours_of(rule: Rule) -> int:
    """The span of a rule."""
    return int(rule.params.get("hours") or DEFAULT_HOURS.get(rule.kind, 0))


def _span(rule: Rule) -> timedelta:
    return timedelta(hours=hours_of(rule))


def _tasks_due(ctx: Context, rule: Rule) -> Found:  # noqa: ARG001 - every finder takes its rule
    for task in nudges.tasks_due(ctx.uow, ctx.member, ctx.today):
        yield ctx.mention(task), f"#{task.number} {task.title}", due_words(ctx, task)


def _tasks_overdue(ctx: Context, rule: Rule) -> Found:  # noqa: ARG001 - the same
    for task in nudges.tasks_overdue(ctx.uow, ctx.member, ctx.today):
        yield ctx.mention(task), f"#{task.number} {task.title}", due_words(ctx, task)


def _deals_closing(ctx: Context, rule: Rule) -> Found:  # noqa: ARG001 - the same
    for deal in nudges.deals_closing(ctx.uow, ctx.member, ctx.today):
        if deal.close_date:
            day = ctx.voice.day(deal.close_date)
            yield ctx.mention(deal), _deal(ctx, deal), ctx.say("nudge.close_date", day=day).text


def _deals_stuck(ctx: Context, rule: Rule) -> Found:
    for deal in nudges.deals_stuck(ctx.uow, ctx.member, ctx.now - _span(rule), rule.params.get("stage")):
        spent = ctx.say("nudge.days", n=(ctx.now - deal.stage_since).days).text
        stage = stage_named(ctx.uow, deal.stage, deal)
        label = (stage.labels.get(ctx.voice.language) if stage else None) or deal.stage
        yield ctx.mention(deal), _deal(ctx, deal), ctx.say("nudge.stuck", stage=label, span=spent).text


def _deals_quiet(ctx: Context, rule: Rule) -> Found:
    for deal in nudges.deals_quiet(ctx.uow, ctx.member, ctx.now - _span(rule), rule.params.get("stage")):
        yield ctx.mention(deal), _deal(ctx, deal), ctx.say("nudge.quiet", n=hours_of(rule) // 24).text


def _deal(ctx: Context, deal: Deal) -> str:
    return " · ".join(x for x in (deal.title, amount_of(ctx, deal, short=True)) if x)


def _contacts_quiet(ctx: Context, rule: Rule) -> Found:
    said = rule.params.get("tag")
    tag = tag_named(ctx.uow, said) if said else None
    if said and tag is None:
        return
    for contact, last in nudges.contacts_quiet(ctx.uow, ctx.member, ctx.now - _span(rule), tag):
        if ctx.sees(contact):
            reason = ctx.say("nudge.silent", n=(ctx.now - last).days) if last else ctx.say("nudge.never")
            yield ctx.mention(contact), contact.name, reason.text


def _birthdays(ctx: Context, rule: Rule) -> Found:
    days = [ctx.today + timedelta(days=n) for n in range(hours_of(rule) // 24 + 1)]
    for contact in nudges.birthdays(ctx.uow, ctx.scope(Contact), days):
        if contact.birthday:
            day = next(d for d in days if (d.month, d.day) == (contact.birthday.month, contact.birthday.day))
            reason = ctx.say("nudge.birthday", day=ctx.voice.day(day)).text
            yield ctx.mention(contact), contact.name, reason


def _tickets_waiting(ctx: Context, rule: Rule) -> Found:
    for ticket in nudges.tickets_waiting(ctx.uow, ctx.member, ctx.now - _span(rule)):
        span = ctx.voice.duration(ctx.now - ticket.created_at)
        name = f"#{ticket.number} {ticket.title}"
        yield ctx.mention(ticket), name, ctx.say("nudge.waiting", span=span).text


FINDERS: dict[str, Callable[[Context, Rule], Found]] = {
    "birthdays": _birthdays,
    "tickets_waiting": _tickets_waiting,
    "deals_closing": _deals_closing,
    "deals_stuck": _deals_stuck,
    "deals_quiet": _deals_quiet,
    "tasks_overdue": _tasks_overdue,
    "tasks_due": _tasks_due,
    "contacts_quiet": _contacts_quiet,
}
