"""What may be sold."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

from handlers.capability import Capability, Command
from handlers.cards import changed, press
from handlers.context import Context
from handlers.customers import Customer, asked_of, customer_of
from handlers.deals.cards import choice_label, deal_card, reason_of, role_label, totals_line
from handlers.deals.money import currency_of, money
from handlers.errors import Invalid, Missing, NotFound
from handlers.lines import amount_of, deal_line, stage_label
from handlers.lists import PAGE, listed
from handlers.moments import moment, period
from handlers.reply import Button, Field, Reply, joined, line
from handlers.slots import (
    Amount,
    CloseDate,
    CompanyRef,
    ContactRef,
    DealRef,
    DealRole,
    DealStage,
    FieldValue,
    LostReason,
    MemberRef,
    Period,
    Title,
    field_of,
)
from handlers.turn import Call, Turn
from storage.queries.sales import (
    LOST,
    WON,
    choice_named,
    choices,
    delete_deal,
    enter_stage,
    first_stage,
    fitting,
    involve,
    stage_named,
    stages,
)
from storage.queries.sales import deals as deals_where
from storage.queries.work import end_reminders
from storage.tables import Choice, Contact, Deal, Stage

deals = Capability("deals", Path(__file__).parent)
FIELDS = ("title", "amount", "stage", "close_date", "owner", "contact", "company")


class AddDeal(Command):
    """Add a deal."""

    title: Title | None = None
    contact: ContactRef | None = None
    company: CompanyRef | None = None
    amount: Amount | None = None
    stage: DealStage | None = None
    close_date: CloseDate | None = None


@deals.command("deal.add", needs="deals.write")
def add_deal(cmd: AddDeal, ctx: Context) -> Reply:
    """A deal in its first stage, or in the one that was said; an unknown customer is made."""
    if not (cmd.title or cmd.contact or cmd.company):
        raise Missing("title")
    customer = customer_of(ctx, cmd.contact or _shared(cmd, ctx), cmd.company, make=True)
    stage = _stage(ctx, cmd.stage) if cmd.stage else first_stage(ctx.uow)
    amount = money(cmd.amount, ctx) if cmd.amount else None
    deal = ctx.new(
        Deal,
        title=_title(ctx, cmd, customer),
        pipeline_id=stage.pipeline_id,
        stage=stage.key,
        stage_since=ctx.uow.now,
        amount=amount.number if amount else None,
        currency=amount.currency if amount else None,
        close_date=_day(cmd.close_date, ctx),
        contact_id=customer.contact.id if customer.contact else None,
        company_id=customer.company.id if customer.company else None,
    )
    ctx.uow.flush()
    enter_stage(ctx.uow, deal, stage, ctx.member)
    ctx.uow.flush()
    return _added(ctx, deal, stage, customer)


def _shared(cmd: AddDeal, ctx: Context) -> str | None:
    """Whom the rest of the same message is about, where this part names nobody."""
    if cmd.company or len(ctx.turn.calls) == 1:
        return None
    mention = ctx.focus.newest(("contact",))
    return f"id:{mention.id}" if mention else None


def _title(ctx: Context, cmd: AddDeal, customer: Customer) -> str:
    name = customer.company or customer.contact
    if cmd.title and name and name.name.casefold() not in cmd.title.casefold():
        return ctx.voice.label("deal.between").join((name.name, cmd.title))
    return cmd.title or (name.name if name else "")


def _stage(ctx: Context, said: str, deal: Deal | None = None) -> Stage:
    stage = stage_named(ctx.uow, said, deal)
    if stage is None:
        names = ctx.voice.label("list.comma").join(stage_label(ctx, s) for s in stages(ctx.uow, deal))
        raise Invalid("deal.no_stage", value=said, names=names)
    return stage


def _day(value: str | None, ctx: Context) -> date | None:
    if value is None:
        return None
    when = moment(value, ctx.voice)
    return when.astimezone(ctx.voice.zone).date() if isinstance(when, datetime) else when


def _added(ctx: Context, deal: Deal, stage: Stage, customer: Customer) -> Reply:
    closing = ctx.say("deal.closing", day=ctx.voice.day(deal.close_date)).text if deal.close_date else None
    facts = [x for x in (amount_of(ctx, deal), stage_label(ctx, stage), closing) if x]
    new = [
        name
        for row, name in zip((customer.contact, customer.company), customer.names(ctx), strict=False)
        if row in customer.made
    ]
    reference = {"deal": f"id:{deal.id}"}
    buttons = [press(ctx, "won", "deal.won", reference, deal)]
    if deal.close_date is None:
        buttons.append(press(ctx, "close_date", "deal.edit", {**reference, "field": "close_date"}, deal))
    return Reply(
        ctx.say("deal.added", title=deal.title),
        lines=(joined([*facts, *new], " · "),),
        buttons=tuple(buttons),
        receipt=Field(ctx.voice.title("slot.deal"), joined([deal.title, *facts], " · ")),
        mentions=(ctx.mention(deal), *customer.mentions(ctx)),
    )


class ShowDeal(Command):
    """Show a deal."""

    deal: DealRef


@deals.command("deal.show", needs="deals.read", undoable=False)
def show_deal(cmd: ShowDeal, ctx: Context) -> Reply:
    """A deal's card."""
    return deal_card(ctx, ctx.find(Deal, cmd.deal, "deal", done=True))


class ListDeals(Command):
    """List deals."""

    stage: DealStage | None = None
    owner: MemberRef | None = None
    period: Period | None = None
    company: CompanyRef | None = None


@deals.command("deal.list", needs="deals.read", undoable=False)
def list_deals(cmd: ListDeals, ctx: Context) -> Reply:
    """Deals that fit, the largest first, with their totals by currency."""
    stage = _stage(ctx, cmd.stage).key if cmd.stage and cmd.stage != "open" else None
    customer = asked_of(ctx, None, cmd.company).company if cmd.company else None
    owner = ctx.colleague(cmd.owner, "owner") if cmd.owner else None
    closing = period(cmd.period) if cmd.period else None
    which = fitting(ctx.scope(Deal), stage=stage, owner=owner, customer=customer, closing=closing)
    page, total = deals_where(ctx.uow, which, PAGE, ctx.turn.offset)
    sums = totals_line(ctx, which, weighted=stage not in (WON, LOST))
    key = {WON: "deal.list.won", LOST: "deal.list.lost"}.get(stage or "", "deal.list")
    return listed(ctx, key, page, total, lambda d: deal_line(ctx, d), totals=sums)


class MoveDeal(Command):
    """Move a deal to another stage."""

    deal: DealRef
    stage: DealStage


@deals.command("deal.move", needs="deals.write")
def move_deal(cmd: MoveDeal, ctx: Context) -> Reply:
    """A deal in another stage; won and lost are said as such."""
    deal = ctx.find(Deal, cmd.deal, "deal")
    ctx.require("deals.write", deal)
    stage = _stage(ctx, cmd.stage, deal)
    if stage.key == WON:
        return win_deal(WinDeal(deal=f"id:{deal.id}"), ctx)
    if stage.key == LOST:
        return lose_deal(LoseDeal(deal=f"id:{deal.id}"), ctx)
    enter_stage(ctx.uow, deal, stage, ctx.member)
    deal.closed_on = deal.lost_reason = deal.lost_note = None
    ctx.uow.flush()
    label = stage_label(ctx, stage)
    return Reply(
        ctx.say("deal.moved", title=deal.title, stage=label, probability=stage.probability),
        receipt=Field(deal.title, line(label)),
        mentions=(ctx.mention(deal),),
    )


class WinDeal(Command):
    """Win a deal."""

    deal: DealRef
    amount: Amount | None = None


@deals.command("deal.won", needs="deals.write")
def win_deal(cmd: WinDeal, ctx: Context) -> Reply:
    """A deal won, today."""
    deal = ctx.find(Deal, cmd.deal, "deal")
    ctx.require("deals.write", deal)
    if cmd.amount:
        _set_amount(ctx, deal, cmd.amount)
    _close(ctx, deal, WON)
    ctx.uow.flush()
    amount = amount_of(ctx, deal)
    return Reply(
        ctx.say("deal.won", title=deal.title),
        lines=(line(amount),) if amount else (),
        receipt=Field(
            ctx.voice.title("slot.deal"), line(f"{deal.title} · {stage_label(ctx, _stage(ctx, WON, deal))}")
        ),
        mentions=(ctx.mention(deal),),
    )


def _close(ctx: Context, deal: Deal, key: str) -> None:
    enter_stage(ctx.uow, deal, _stage(ctx, key, deal), ctx.member)
    deal.closed_on = ctx.today
    end_reminders(ctx.uow, deal)


class LoseDeal(Command):
    """Lose a deal."""

    deal: DealRef
    reason: LostReason | None = None


@deals.command("deal.lost", needs="deals.write")
def lose_deal(cmd: LoseDeal, ctx: Context) -> Reply:
    """A deal lost, today; the reason may be told later by a tap."""
    deal = ctx.find(Deal, cmd.deal, "deal")
    ctx.require("deals.write", deal)
    _close(ctx, deal, LOST)
    if cmd.reason:
        _set_reason(ctx, deal, cmd.reason)
    ctx.uow.flush()
    reason = reason_of(ctx, deal)
    buttons = () if reason else tuple(_reason(ctx, deal, row) for row in choices(ctx.uow, "lost_reason")[:3])
    return Reply(
        ctx.say("deal.lost", title=deal.title),
        lines=(line(reason),) if reason else (ctx.say("deal.why_lost"),),
        buttons=buttons,
        receipt=Field(
            ctx.voice.title("slot.deal"), line(f"{deal.title} · {stage_label(ctx, _stage(ctx, LOST, deal))}")
        ),
        mentions=(ctx.mention(deal),),
    )


def _set_reason(ctx: Context, deal: Deal, said: str) -> None:
    """A reason of the workspace's own list; what is none of it is kept as a note."""
    row = choice_named(ctx.uow, "lost_reason", said)
    other = choice_named(ctx.uow, "lost_reason", "other")
    deal.lost_reason = row.key if row else other.key if other else None
    deal.lost_note = None if row else said


def _reason(ctx: Context, deal: Deal, row: Choice) -> Button:
    label = choice_label(ctx, row)
    call = Call(name="deal.lost", slots={"deal": f"id:{deal.id}", "reason": row.key})
    return Button(label[:1].upper() + label[1:], Turn(calls=(call,)))


class EditDeal(Command):
    """Change something about a deal."""

    deal: DealRef
    field: Annotated[str, field_of(*FIELDS)]
    value: FieldValue


@deals.command("deal.edit", needs="deals.write")
def edit_deal(cmd: EditDeal, ctx: Context) -> Reply:
    """One field of a deal."""
    deal = ctx.find(Deal, cmd.deal, "deal")
    ctx.require("deals.write", deal)
    if cmd.field == "stage":
        return move_deal(MoveDeal(deal=f"id:{deal.id}", stage=cmd.value), ctx)
    value = _set(ctx, deal, cmd.field, cmd.value)
    ctx.uow.add(deal)
    ctx.uow.flush()
    return changed(ctx, deal, deal.title, cmd.field, value)


def _set(ctx: Context, deal: Deal, field: str, value: str) -> str:
    """Set a field; returns the value as it is shown."""
    match field:
        case "amount":
            return _set_amount(ctx, deal, value)
        case "close_date":
            deal.close_date = _day(value, ctx)
            return ctx.voice.day(deal.close_date) if deal.close_date else "–"
        case "owner":
            owner = ctx.colleague(value, "value")
            deal.owner_id = owner.id
            return owner.name
        case "contact":
            contact = ctx.find(Contact, value, "value")
            deal.contact_id = contact.id
            return contact.name
        case "company":
            company = customer_of(ctx, None, value, make=True).company
            deal.company_id = company.id if company else None
            return company.name if company else "–"
        case _:
            deal.title = value
            return value


def _set_amount(ctx: Context, deal: Deal, value: str) -> str:
    amount = money(value, ctx, default=currency_of(deal, ctx))
    deal.amount, deal.currency = amount.number, amount.currency
    return amount_of(ctx, deal) or ""


class InvolveInDeal(Command):
    """Say who has a say in a deal."""

    deal: DealRef
    contact: ContactRef
    role: DealRole | None = None


@deals.command("deal.involve", needs="deals.write")
def involve_in_deal(cmd: InvolveInDeal, ctx: Context) -> Reply:
    """Someone with a role in a deal; an unknown person is made, at the deal's company."""
    deal = ctx.find(Deal, cmd.deal, "deal")
    ctx.require("deals.write", deal)
    company = f"id:{deal.company_id}" if deal.company_id else None
    contact = customer_of(ctx, cmd.contact, company, make=True).contact
    if contact is None:
        raise NotFound("contact", "contact", cmd.contact)
    row = choice_named(ctx.uow, "deal_role", cmd.role) if cmd.role else None
    part = involve(ctx.uow, deal, contact, row.key if row else cmd.role)
    ctx.uow.flush()
    role = role_label(ctx, part)
    key = "deal.involved_as" if role else "deal.involved"
    return Reply(
        ctx.say(key, name=contact.name, role=role, title=deal.title),
        receipt=Field(deal.title, line(" · ".join(x for x in (contact.name, role) if x))),
        mentions=(ctx.mention(deal), ctx.mention(contact)),
    )


class DeleteDeal(Command):
    """Delete a deal."""

    deal: DealRef


@deals.command("deal.delete", needs="deals.delete")
def delete(cmd: DeleteDeal, ctx: Context) -> Reply:
    """A deal and its history; always after a tap."""
    deal = ctx.find(Deal, cmd.deal, "deal")
    ctx.require("deals.delete", deal)
    prompt = ctx.say("deal.delete_confirm", title=deal_line(ctx, deal))
    ctx.confirm([deal], prompt, ctx.say("button.delete", n=1).text)
    delete_deal(ctx.uow, deal)
    ctx.uow.flush()
    return Reply(ctx.say("deal.deleted", title=deal.title))
