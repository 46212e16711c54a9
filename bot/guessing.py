"""What was not understood: the nearest guesses as buttons."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from handlers.capability import SlotSpec
from handlers.context import Context
from handlers.errors import Invalid
from handlers.moments import moment, period
from handlers.recurrence import describe
from handlers.reply import Button
from handlers.reports.periods import called
from handlers.turn import Call, Turn, Value
from storage.find import MODELS, name_of

MOST = 3
LONGEST = 30  # letters of a value
PEOPLE = ("contact", "company", "assignee")


def guess_buttons(guesses: Sequence[Turn], ctx: Context) -> tuple[tuple[Button, ...], str | None]:
    """A button for each guess that the person may use, and the name that all of them are about, if any."""
    able = [g for g in guesses if g.calls and all(_may(c.name, ctx) for c in g.calls)][:MOST]
    names = {_name(g, ctx) for g in able}
    name = names.pop() if len(names) == 1 else None
    buttons = tuple(Button(_label(g, ctx), g) for g in able)
    return tuple({b.label: b for b in buttons}.values()), name


def _may(command: str, ctx: Context) -> bool:
    spec = ctx.specs.get(command)
    return spec is not None and (spec.needs is None or ctx.may(spec.needs))


def _name(guess: Turn, ctx: Context) -> str | None:
    """Whom a guess is about, but for the speaker."""
    call = guess.calls[0]
    slots = ctx.specs[call.name].slots
    named = (shown(slots[s], call.slots[s], ctx) for s in PEOPLE if s in call.slots and s in slots)
    return next((n for n in named if n and n != ctx.member.name), None)


def _label(guess: Turn, ctx: Context) -> str:
    """What the button would do, in a few words."""
    call = guess.calls[0]
    key, name = f"guess.{call.name}", _name(guess, ctx)
    if (
        len(guess.calls) == 1
        and call.slots.get("assignee") == "me"
        and ctx.voice.knows("answer", f"{key}.me")
    ):
        return ctx.say(f"{key}.me").text
    if len(guess.calls) == 1 and name and ctx.voice.knows("answer", key):
        return ctx.say(key, name=name).text
    first, *further = [f"command.{c.name}" for c in guess.calls]
    words = " + ".join([ctx.voice.title(first), *(ctx.voice.label(w) for w in further)])
    detail = _detail(call, ctx)
    colon = ": " if ctx.voice.language == "en" else "："
    return f"{words}{colon}{detail}" if detail else words


def _detail(call: Call, ctx: Context) -> str:
    """The first value that says something, short."""
    slots = ctx.specs[call.name].slots
    told = (shown(slots[s], v, ctx) for s, v in call.slots.items() if s in slots and v != "me")
    words = next((t for t in told if t), "")
    return words if len(words) <= LONGEST else words[: LONGEST - 1].rstrip() + "…"


def shown(slot: SlotSpec, value: Value, ctx: Context) -> str:
    """A slot's value as people read it; nothing where it has no words."""
    if isinstance(value, list):
        return ctx.voice.label("list.comma").join(value)
    if value == "me":
        return ctx.member.name
    if value.startswith("id:"):
        return _called(slot.kind, value[3:], ctx)
    if slot.choices:
        return ctx.voice.label(f"{'slot' if slot.kind == 'field' else slot.name}.{value}")
    if slot.kind in ("moment", "delay", "due", "close_date", "period", "repeat", "amount"):
        with suppress(Invalid, ValueError, KeyError):
            return _measured(slot.kind, value, ctx)
        return ctx.voice.label("digest.overdue") if value == "overdue" else ""
    return value


def _measured(kind: str, value: str, ctx: Context) -> str:
    """A time or an amount of money. Raises `Invalid` or `ValueError` for what is none."""
    if kind == "repeat":
        return describe(value, ctx.voice)
    if kind == "amount":
        return ctx.voice.money(value)
    if "/" in value:
        return called(period(value), ctx.voice)
    return ctx.voice.moment(moment(value, ctx.voice))


def _called(kind: str, record_id: str, ctx: Context) -> str:
    row = ctx.uow.get(MODELS[kind], UUID(record_id)) if kind in MODELS else None
    return name_of(row) if row is not None and ctx.sees(row) else ""
