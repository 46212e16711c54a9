"""Asking for a slot: the question in words, and a few answers to tap."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from handlers.capability import SlotSpec, Spec
from handlers.context import Context
from handlers.reply import Line
from handlers.turn import Call

Options = Sequence[tuple[str, str]]


def question(spec: Spec, call: Call, slot: str, ctx: Context) -> Line:
    """The question for a slot of a command, naming what it is for."""
    key = f"{spec.name}.{slot}"
    values = {k: _shown(v) for k, v in call.slots.items()}
    if "field" in values:
        values["field"] = ctx.voice.label(f"slot.{values['field']}")
    if spec.asks:
        values.update(spec.asks(call, ctx))
    if ctx.voice.knows("ask", key):
        return ctx.voice.ask(key, **values)
    return ctx.voice.ask("slot", slot=ctx.voice.label(f"slot.{slot}"))


def _shown(value: str | list[str]) -> str:
    words = ", ".join(value) if isinstance(value, list) else value
    return "" if words.startswith("id:") else words


def options_for(slot: SlotSpec, ctx: Context) -> Options:
    """Answers to tap, where the answer is one of few."""
    if slot.kind in ("moment", "delay"):
        return moments(ctx)
    if slot.choices and len(slot.choices) <= 6:
        return [
            (ctx.voice.label(f"{'slot' if slot.kind == 'field' else slot.name}.{c}"), c)
            for c in slot.choices[:3]
        ]
    return ()


def moments(ctx: Context) -> Options:
    """Tonight while it is day, tomorrow morning, and the start of next week."""
    now = ctx.now
    options = []
    tonight = datetime.combine(now.date(), time(20), now.tzinfo)
    if now + timedelta(hours=1) < tonight:
        options.append((ctx.voice.label("button.tonight"), tonight))
    tomorrow = datetime.combine(now.date() + timedelta(days=1), time(9), now.tzinfo)
    options.append((ctx.voice.label("button.tomorrow"), tomorrow))
    monday = tomorrow + timedelta(days=(7 - tomorrow.weekday()) % 7)
    if timedelta() < monday - tomorrow < timedelta(days=4):
        options.append((ctx.voice.label("button.monday"), monday))
    return [(label, when.isoformat()) for label, when in options][:3]
