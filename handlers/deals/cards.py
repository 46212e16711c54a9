"""Deals on cards and lists."""

from collections.abc import Sequence

from handlers.cards import press
from handlers.context import Context
from handlers.deals.money import shown
from handlers.reply import Button, Field, Reply, joined, line
from storage.queries.sales import stage_named, stages, totals
from storage.tables import Company, Contact, Deal, Member, Stage


def stage_label(ctx: Context, stage: Stage) -> str:
    """A stage's name in the speaker's language."""
    return stage.labels.get(ctx.voice.language) or stage.labels.get("en") or stage.key


def _stage(ctx: Context, deal: Deal) -> str:
    stage = stage_named(ctx.uow, deal.stage, deal)
    return stage_label(ctx, stage) if stage else deal.stage


def days_in_stage(ctx: Context, deal: Deal) -> int:
    """Whole days since a deal entered its stage."""
    return (ctx.now - deal.stage_since).days


def deal_line(ctx: Context, deal: Deal) -> str:
    """ "Acme, 50 seats · $20K · Negotiation · Ana"."""
    owner = ctx.uow.get(Member, deal.owner_id)
    parts = (deal.title, shown(ctx, deal, short=True), _stage(ctx, deal), owner.name if owner else None)
    return " · ".join(x for x in parts if x)


def totals_line(ctx: Context, deals: Sequence[Deal], *, weighted: bool) -> str:
    """ " · $45K, weighted $21K" for each currency; empty where no deal has an amount."""
    parts = []
    for total in totals(ctx.uow, deals):
        amount = ctx.voice.money(f"{total.amount} {total.currency}", short=True)
        share = ctx.voice.money(f"{total.weighted} {total.currency}", short=True)
        parts.append(
            ctx.say("deal.total" if weighted else "deal.total_plain", amount=amount, weighted=share).text
        )
    return "".join(f" · {p}" for p in parts)


def deal_card(ctx: Context, deal: Deal) -> Reply:
    """A deal: customer, amount, stage and time in it, probability, closing date, owner."""
    stage = stage_named(ctx.uow, deal.stage, deal)
    facts = [x for x in (shown(ctx, deal), _stage(ctx, deal)) if x]
    contact, company = ctx.uow.get(Contact, deal.contact_id), ctx.uow.get(Company, deal.company_id)
    owner = ctx.uow.get(Member, deal.owner_id)
    reason = deal.lost_note or (ctx.voice.label(f"reason.{deal.lost_reason}") if deal.lost_reason else None)
    rows = (
        ("slot.contact", contact.name if contact else None),
        ("slot.company", company.name if company else None),
        ("card.in_stage", None if deal.closed_on else ctx.say("deal.days", n=days_in_stage(ctx, deal)).text),
        ("card.probability", f"{stage.probability} %" if stage and not deal.closed_on else None),
        (
            "slot.close_date",
            ctx.voice.day(deal.close_date) if deal.close_date and not deal.closed_on else None,
        ),
        ("card.closed", ctx.voice.day(deal.closed_on) if deal.closed_on else None),
        ("slot.reason", reason),
        ("slot.owner", owner.name if owner else None),
    )
    fields = tuple(Field(ctx.voice.title(key), line(value)) for key, value in rows if value)
    mentions = tuple(ctx.mention(row) for row in (deal, contact, company) if row)
    return Reply(
        joined([ctx.say("name", name=deal.title), *facts], " · "),
        fields=fields,
        buttons=() if deal.closed_on else _buttons(ctx, deal),
        mentions=mentions,
    )


def _buttons(ctx: Context, deal: Deal) -> tuple[Button, ...]:
    reference = {"deal": f"id:{deal.id}"}
    order = [s.key for s in stages(ctx.uow, deal)]
    following = order[order.index(deal.stage) + 1] if deal.stage in order[:-2] else None
    buttons = [
        press(ctx, "won", "deal.won", reference, deal),
        press(ctx, "lost", "deal.lost", reference, deal),
    ]
    if following and following not in ("closed_won", "closed_lost"):
        buttons.insert(0, press(ctx, "next_stage", "deal.move", {**reference, "stage": following}, deal))
    return tuple(buttons)
