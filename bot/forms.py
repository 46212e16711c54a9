"""Forms, derived from commands: their fields, what is offered while a record is picked, and what a filled one says."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.hearing import hearing
from bot.parts import Parts
from bot.stops import answer_stop
from handlers.capability import SlotSpec
from handlers.context import Context
from handlers.errors import Stopped
from handlers.turn import Call, Turn
from storage.find import MODELS, newest_first
from storage.indexing import key_of

PICKED = ("contact", "company", "member", "task", "deal", "ticket", "reminder")
OFFERED = 20
TIMES = ("moment", "delay", "due", "close_date", "period")


@dataclass(frozen=True)
class Input:
    """One field of a form. `picks` is the kind of record that is chosen; `choices` are (label, value)."""

    slot: str
    label: str
    required: bool
    picks: str | None = None
    choices: tuple[tuple[str, str], ...] = ()
    long: bool = False
    hint: str = ""


def inputs(ctx: Context, name: str) -> list[Input]:
    """The fields of a command's form, in the speaker's language."""
    return [_input(ctx, slot) for slot in ctx.specs[name].slots.values()]


def _input(ctx: Context, slot: SlotSpec) -> Input:
    group = "slot" if slot.kind == "field" else slot.name
    return Input(
        slot.name,
        ctx.voice.title(f"slot.{slot.name}"),
        slot.required,
        picks=slot.kind if slot.kind in PICKED else None,
        choices=tuple((ctx.voice.title(f"{group}.{c}"), c) for c in slot.choices),
        long=slot.kind == "text",
        hint=ctx.voice.label("hint.when") if slot.kind in TIMES else "",
    )


def offered(ctx: Context, kind: str, typed: str) -> list[tuple[str, str]]:
    """Records to pick from while somebody types, as (label, value); the newest where nothing is typed yet."""
    model = MODELS[kind]
    if not typed.strip():
        scope = ctx.scope(model)
        newest = ctx.uow.list(model, order=[newest_first(model)], limit=OFFERED * 3)
        return [(ctx.mention(row).name, f"id:{row.id}") for row in newest if scope.admits(row)][:OFFERED]
    found = []
    for match in ctx.search(model, typed)[:OFFERED]:
        name = ctx.mention(ctx.uow.get(model, match.id)).name
        why = ctx.describe(match)
        label = name if not why or key_of(why) == key_of(name) else f"{name} · {why}"
        found.append((label, f"id:{match.id}"))
    return found


def filled(
    ctx: Context, parts: Parts, name: str, given: Mapping[str, str | None]
) -> tuple[Call, dict[str, str]]:
    """What a filled-in form says, and by field what is wrong with it."""
    call, wrong = Call(name=name), {}
    for slot in ctx.specs[name].slots:
        said = (given.get(slot) or "").strip()
        try:
            call = _filled(ctx, parts, call, slot, said)
        except Stopped as stop:
            wrong[slot] = _sentence(ctx, call, stop)
    if not wrong:
        wrong = _built(ctx, call)
    return call, wrong


def _filled(ctx: Context, parts: Parts, call: Call, slot: str, said: str) -> Call:
    if said.startswith("id:") or not said:
        return call.fill(slot, said) if said else call
    return parts.interpreter.fill(call, slot, said, hearing(ctx, parts, said))


def _built(ctx: Context, call: Call) -> dict[str, str]:
    """What is wrong with the whole."""
    spec = ctx.specs[call.name]
    try:
        if spec.needs:
            ctx.require(spec.needs)
        spec.build(call)
    except Stopped as stop:
        return {getattr(stop, "slot", "") or next(iter(spec.slots)): _sentence(ctx, call, stop)}
    return {}


def _sentence(ctx: Context, call: Call, stop: Stopped) -> str:
    return answer_stop(stop, Turn(calls=(call,)), 0, ctx, ctx.specs)[0].headline.text
