"""Lists: short, numbered, paged by buttons."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from handlers.context import Context
from handlers.reply import Button, Reply, line
from handlers.turn import Turn
from storage.tables import Row

R = TypeVar("R", bound=Row)
PAGE = 5


def listed(
    ctx: Context,
    key: str,
    rows: Sequence[R],
    total: int,
    show: Callable[[R], str],
    **values: object,
) -> Reply:
    """One page of records under a headline with the count; `key.none` is said where there are none.

    Records are numbered by their place, unless they have numbers of their own.
    """
    if not total:
        return Reply(ctx.say(f"{key}.none", **values))
    first = ctx.turn.offset
    if first >= total:
        return Reply(ctx.say("list.end"))
    heads = ("· " if hasattr(row, "number") else f"{first + i}. " for i, row in enumerate(rows, 1))
    lines = tuple(line(head + show(row)) for head, row in zip(heads, rows, strict=True))
    mentions = tuple(ctx.mention(row) for row in rows)
    return Reply(
        ctx.say(key, n=total, **values),
        lines=lines,
        buttons=tuple(pages(ctx, total)),
        listing=mentions,
        mentions=mentions[:1] if total == 1 else (),
        replaces=ctx.turn.replace,
    )


def pages(ctx: Context, total: int) -> list[Button]:
    """The buttons that turn the pages of a list."""
    back = [_page(ctx, "button.previous", max(0, ctx.turn.offset - PAGE))] if ctx.turn.offset else []
    return [*back, *next_page(ctx, total)]


def next_page(ctx: Context, total: int, size: int = PAGE) -> list[Button]:
    """The button for the next page, where there is one."""
    following = ctx.turn.offset + size
    return [_page(ctx, "button.more", following)] if following < total else []


def _page(ctx: Context, label: str, offset: int) -> Button:
    turn = Turn(calls=ctx.turn.calls, offset=offset, replace=True)
    return Button(ctx.voice.label(label), turn)
