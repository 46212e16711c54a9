"""Two records that are one, and records that shall go: shown first, done after a tap."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from handlers.context import Context
from handlers.errors import Invalid
from handlers.reply import Line, Reply
from handlers.values import shown_phone
from storage.queries.merging import (
    Customer,
    delete_customer,
    differing,
    hanging,
    joined_points,
    lost_with,
    merge_customers,
)
from storage.tables import Company, Contact, PointKind

C = TypeVar("C", Contact, Company)


def merged(ctx: Context, goes: C, stays: C, describe: Callable[[C], str]) -> Reply:
    """Put the first into the second, once it was shown what moves and which values are kept."""
    if goes.id == stays.id:
        raise Invalid("merge.same", name=goes.name)
    for row in (goes, stays):
        ctx.require("contacts.delete" if row is goes else "contacts.write", row)
    prompt = ctx.say("merge.confirm", name=describe(goes), other=describe(stays))
    ctx.confirm([goes, stays], prompt, ctx.voice.label("button.merge"), _preview(ctx, goes, stays))
    merge_customers(ctx.uow, goes, stays)
    ctx.uow.flush()
    return Reply(ctx.say("merge.done", name=goes.name, other=stays.name), mentions=(ctx.mention(stays),))


def _preview(ctx: Context, goes: Customer, stays: Customer) -> list[Line]:
    moves = [*_counted(ctx, hanging(ctx.uow, [goes])), *_reach(ctx, goes, stays)]
    kept = [_kept(ctx, column, goes, stays) for column in differing(goes, stays)]
    return [
        *([ctx.say("merge.moves", what=ctx.voice.both(moves))] if moves else []),
        *([ctx.say("merge.keeps", what=ctx.voice.label("list.comma").join(kept))] if kept else []),
    ]


def _counted(ctx: Context, counts: dict[str, int]) -> list[str]:
    return [ctx.say(f"count.{kind}", n=n).text for kind, n in counts.items()]


def _reach(ctx: Context, goes: Customer, stays: Customer) -> list[str]:
    points = joined_points(ctx.uow, goes, stays)
    return [shown_phone(p.value) if p.kind == PointKind.PHONE else p.value for p in points]


def _kept(ctx: Context, column: str, goes: Customer, stays: Customer) -> str:
    """ "job title CFO, not Buyer"."""
    field = ctx.voice.label(f"slot.{column.removesuffix('_id') if column == 'company_id' else column}")
    kept, other = (_value(ctx, getattr(row, column), column) for row in (stays, goes))
    return ctx.say("merge.kept", field=field, kept=kept, other=other).text


def _value(ctx: Context, value: object, column: str) -> str:
    if column == "company_id":
        company = ctx.uow.get(Company, value)  # type: ignore[arg-type]  # a column of this name is a UUID
        return company.name if company else ""
    return ctx.voice.birthday(value) if column == "birthday" else str(value)  # type: ignore[arg-type]  # and of this one a date


def deleted(ctx: Context, rows: Sequence[Customer], prompt: Line, key: str) -> Reply:
    """Delete contacts or companies, once it was shown what goes with them and what stays."""
    for row in rows:
        ctx.require("contacts.delete", row)
    ctx.confirm(rows, prompt, ctx.say("button.delete", n=len(rows)).text, _hanging(ctx, rows))
    for row in rows:
        delete_customer(ctx.uow, row)
    ctx.uow.flush()
    return Reply(ctx.say(key, n=len(rows), name=rows[0].name))


def _hanging(ctx: Context, rows: Sequence[Customer]) -> list[Line]:
    counts, lost = hanging(ctx.uow, rows), lost_with(ctx.uow, rows)
    counts["activity"] = counts.get("activity", 0) - lost
    going = [ctx.say("count.activity", n=lost).text] if lost else []
    staying = _counted(ctx, {kind: n for kind, n in counts.items() if n})
    return [
        *([ctx.say("delete.goes", what=ctx.voice.both(going))] if going else []),
        *([ctx.say("delete.stays", what=ctx.voice.both(staying))] if staying else []),
    ]
