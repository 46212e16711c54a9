"""Deals on cards and lists."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from handlers.cards import press
from handlers.context import Context
from handlers.lines import BRIEF, amount_of, next_reminder, stage_label, stage_of
from handlers.reply import Button, Field, Reply, joined, line
from storage.queries.sales import choice_named, involved, pipelines, stage_named, stages, stays, totals
from storage.tables import Choice, Company, Contact, Deal, DealContact, Member

_WORDS = {"lost_reason": "reason", "deal_role": "deal_role"}


def choice_label(ctx: Context, row: Choice) -> str:
    """A value of one of the workspace's lists, in the speaker's language."""
    own = row.labels.get(ctx.voice.language) or row.labels.get("en")
    return own or ctx.voice.label(f"{_WORDS[row.kind]}.{row.key}")


def reason_of(ctx: Context, deal: Deal) -> str:
    """Why a deal was lost, as far as that was told."""
    row = choice_named(ctx.uow, "lost_reason", deal.lost_reason) if deal.lost_reason else None
    label = choice_label(ctx, row) if row and not (deal.lost_note and row.key == "other") else None
    return " · ".join(x for x in (label, deal.lost_note) if x)


def role_label(ctx: Context, part: DealContact) -> str:
    """What someone is in a deal."""
    row = choice_named(ctx.uow, "deal_role", part.role) if part.role else None
    return choice_label(ctx, row) if row else part.role or ""


def _way(ctx: Context, deal: Deal) -> str | None:
    """ "Qualification 3 days → Proposal 5 days": the stages left behind, with the time spent in each."""
    left = [(e.stage, e.left_at - e.entered_at) for e in stays(ctx.uow, deal) if e.left_at]
    parts = [f"{_named(ctx, deal, key)} {_spent(ctx, span)}" for key, span in left if span >= BRIEF]
    return " → ".join(parts) or None


def _spent(ctx: Context, span: timedelta) -> str:
    """Whole days, since weeks and months are too coarse for a stage."""
    return ctx.say("deal.days", n=span.days).text if span.days else ctx.voice.duration(span)


def _named(ctx: Context, deal: Deal, key: str) -> str:
    stage = stage_named(ctx.uow, key, deal)
    return stage_label(ctx, stage) if stage else key


def _people(ctx: Context, deal: Deal) -> str:
    """The contact, then who else has a say, with their roles."""
    parts = {p.contact_id: role_label(ctx, p) for p in involved(ctx.uow, deal)}
    ids = dict.fromkeys([*([deal.contact_id] if deal.contact_id else []), *parts])
    rows = [row for i in ids if (row := ctx.uow.get(Contact, i))]
    shown = [
        ctx.say("deal.part", name=r.name, role=parts[r.id]).text if parts.get(r.id) else r.name for r in rows
    ]
    return ctx.voice.label("list.comma").join(shown)


def _pipeline(ctx: Context, deal: Deal) -> str | None:
    """Which way it is sold, where there are several."""
    rows = pipelines(ctx.uow)
    labels = {p.id: p.labels.get(ctx.voice.language) or p.labels.get("en") or p.key for p in rows}
    return labels.get(deal.pipeline_id) if len(rows) > 1 else None


def totals_line(ctx: Context, which: Sequence[Any], *, weighted: bool) -> str:
    """ " · $45K, weighted $21K" for each currency; empty where no deal has an amount."""
    parts = []
    for total in totals(ctx.uow, which):
        amount = ctx.voice.money(f"{total.amount} {total.currency}", short=True)
        share = ctx.voice.money(f"{total.weighted} {total.currency}", short=True)
        parts.append(
            ctx.say("deal.total" if weighted else "deal.total_plain", amount=amount, weighted=share).text
        )
    return "".join(f" · {p}" for p in parts)


def deal_card(ctx: Context, deal: Deal) -> Reply:
    """A deal: customer, amount, stage and time in it, probability, closing date, owner."""
    stage = stage_named(ctx.uow, deal.stage, deal)
    facts = [x for x in (amount_of(ctx, deal), stage_of(ctx, deal)) if x]
    contact, company = ctx.uow.get(Contact, deal.contact_id), ctx.uow.get(Company, deal.company_id)
    owner = ctx.uow.get(Member, deal.owner_id)
    rows = (
        ("slot.contact", _people(ctx, deal)),
        ("slot.company", company.name if company else None),
        ("slot.pipeline", _pipeline(ctx, deal)),
        ("card.in_stage", None if deal.closed_on else _spent(ctx, ctx.now - deal.stage_since)),
        ("card.probability", f"{stage.probability} %" if stage and not deal.closed_on else None),
        (
            "slot.close_date",
            ctx.voice.day(deal.close_date) if deal.close_date and not deal.closed_on else None,
        ),
        ("card.closed", ctx.voice.day(deal.closed_on) if deal.closed_on else None),
        ("card.way", _way(ctx, deal)),
        ("slot.reason", reason_of(ctx, deal)),
        ("slot.owner", owner.name if owner else None),
        ("card.next", next_reminder(ctx, deal)),
    )
    fields = tuple(Field(ctx.voice.title(key), line(value)) for key, value in rows if value)
    mentions = tuple(ctx.mention(row) for row in (deal, contact, company) if row)
    return Reply(
        joined([ctx.say("name", name=deal.title), *facts], " · "),
        fields=fields,
        buttons=(
            *(() if deal.closed_on else _buttons(ctx, deal)),
            press(ctx, "timeline", "timeline.show", {"deal": f"id:{deal.id}"}),
        ),
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
