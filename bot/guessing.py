"""What was not understood: the nearest guesses as buttons."""

from collections.abc import Sequence

from handlers.context import Context
from handlers.reply import Button
from handlers.turn import Turn

MOST = 3


def guess_buttons(guesses: Sequence[Turn], ctx: Context) -> tuple[tuple[Button, ...], str | None]:
    """A button for each guess that the person may use, and the name that all of them are about, if any."""
    able = [g for g in guesses if g.calls and all(_may(c.name, ctx) for c in g.calls)][:MOST]
    names = {_name(g) for g in able}
    name = names.pop() if len(names) == 1 else None
    buttons = tuple(Button(_label(g, ctx), g) for g in able)
    return tuple({b.label: b for b in buttons}.values()), name


def _may(command: str, ctx: Context) -> bool:
    spec = ctx.specs.get(command)
    return spec is not None and (spec.needs is None or ctx.may(spec.needs))


def _name(guess: Turn) -> str | None:
    slots = guess.calls[0].slots
    return next((str(slots[s]) for s in ("contact", "company", "assignee") if s in slots), None)


def _label(guess: Turn, ctx: Context) -> str:
    """What the button would do, in a few words."""
    call = guess.calls[0]
    key = f"guess.{call.name}"
    name = _name(guess)
    if len(guess.calls) == 1 and name and ctx.voice.knows("answer", key):
        return ctx.say(key, name=name).text
    words = [ctx.voice.label(f"command.{c.name}") for c in guess.calls]
    detail = next((str(v) for v in call.slots.values() if isinstance(v, str) and v != "me"), "")
    colon = ": " if ctx.voice.language == "en" else "："
    return " + ".join(words) + (f"{colon}{detail[:30]}" if detail else "")
