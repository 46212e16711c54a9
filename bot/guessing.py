"""What was not understood: the nearest guesses as buttons."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from bot.narrowing import COUNTED, LISTED
from handlers.capability import SlotSpec
from handlers.context import Context
from handlers.errors import Invalid
from handlers.lines import stage_label
from handlers.moments import moment, period
from handlers.recurrence import describe
from handlers.reply import Button, Line, line
from handlers.reports.periods import called
from handlers.turn import Call, Turn, Value
from nlp.pronouns import ordinal
from nlp.text import has_cjk
from storage.find import MODELS, name_of
from storage.queries.sales import stage_named

MOST = 3
MOST_NAME_WORDS, LONGEST_NAME, LONGEST_CHINESE = 3, 40, 8
_TOLD = re.compile(r"(?:[了吗嗎呢]|(?<![酒网網茶书書氧])吧)$")  # how a Chinese sentence ends, and no name
MEASURED = ("amount", "due", "when", "close_date", "birthday")  # fields whose values are sums or times
LONGEST = 30  # letters of a value
WIDEST = 44  # letters of a button that can be read on a phone; a Chinese character is as wide as two
PEOPLE = ("contact", "company", "assignee")
CONTENT = ("title", "name", "value")  # slots that tell one guess from another
ASIDE = ("when", "due", "type", "field", "period")  # and those that seldom do


@dataclass(frozen=True)
class Guesses:
    """A button for each guess, the lines that say what they do where a label is too short for it, and whom all are about."""

    buttons: tuple[Button, ...]
    lines: tuple[Line, ...] = ()
    name: str | None = None


def guesses_for(turns: Sequence[Turn], ctx: Context) -> Guesses:
    """The guesses that the person may use; where one needs many words they are numbered, and told line by line."""
    able = [g for g in turns if g.calls and all(_may(c.name, ctx) for c in g.calls)][:MOST]
    names = {_name(g, ctx) for g in able}
    name = names.pop() if len(names) == 1 else None
    labels = {_label(g, ctx): g for g in reversed(able)}
    told = dict(reversed(labels.items()))
    if all(sum(1 + has_cjk(c) for c in label) <= WIDEST for label in told):
        return Guesses(tuple(Button(label, g) for label, g in told.items()), name=name)
    lines = tuple(line(f"{n}. {label}") for n, label in enumerate(told, 1))
    return Guesses(tuple(Button(str(n), g) for n, g in enumerate(told.values(), 1)), lines, name)


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
    """What it would do, in a few words."""
    if len(guess.calls) == 1:
        return _short(guess.calls[0], ctx) or _does(guess.calls[0], ctx)
    return ctx.voice.label("list.semicolon").join(dict.fromkeys(_does(c, ctx) for c in guess.calls))


def _short(call: Call, ctx: Context) -> str | None:
    """The words that a command has for a guess about somebody, where nothing more is known."""
    kind = f".{call.slots['type']}" if "type" in call.slots else ""
    key, name = f"guess.{call.name}{kind}", _name(Turn(calls=(call,)), ctx)
    if call.slots.get("assignee") == "me" and ctx.voice.knows("answer", f"{key}.me"):
        return ctx.say(f"{key}.me").text
    said = any(call.slots.get(s) not in (None, name) for s in CONTENT)
    return ctx.say(key, name=name).text if name and not said and ctx.voice.knows("answer", key) else None


def _does(call: Call, ctx: Context) -> str:
    """The command and what tells most about it."""
    words, detail = ctx.voice.title(f"command.{call.name}"), _detail(call, ctx)
    colon = ": " if ctx.voice.language == "en" else "："
    return f"{words}{colon}{detail}" if detail else words


def _detail(call: Call, ctx: Context) -> str:
    """The value that says most, short."""
    slots = ctx.specs[call.name].slots
    content = ("type", *CONTENT) if call.name in (LISTED, COUNTED) else CONTENT
    ranked = sorted(call.slots.items(), key=lambda item: (item[0] not in content, item[0] in ASIDE))
    told = (
        _valued(call, ctx) if slots[s].kind == "value" else shown(slots[s], v, ctx)
        for s, v in ranked
        if s in slots and v != "me"
    )
    words = next((t for t in told if t), "")
    return words if len(words) <= LONGEST else words[: LONGEST - 1].rstrip() + "…"


def _valued(call: Call, ctx: Context) -> str:
    """What a field is changed to: by its word, where it is one of a few."""
    value, field = str(call.slots["value"]), str(call.slots.get("field", ""))
    if ctx.voice.knows("label", f"{field}.{value}"):
        return ctx.voice.label(f"{field}.{value}")
    if field not in MEASURED:
        return value
    with suppress(Invalid, ValueError, KeyError):
        value = _measured("amount" if field == "amount" else "moment", value, ctx)
    return f"{ctx.voice.label(f'slot.{field}')} {value}"


def shown(slot: SlotSpec, value: Value, ctx: Context) -> str:
    """A slot's value as people read it; nothing where it has no words."""
    if isinstance(value, list):
        return ctx.voice.label("list.comma").join(value)
    if value == "me":
        return ctx.member.name
    if value.startswith("id:"):
        return _called(slot.kind, value[3:], ctx)
    name = f"{'slot' if slot.kind == 'field' else slot.name}.{value}"
    if slot.kind == "stage" and (stage := stage_named(ctx.uow, value)):
        return stage_label(ctx, stage)
    if slot.choices or ctx.voice.knows("label", name):
        return ctx.voice.label(name)
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


def may_name(text: str) -> bool:
    """Whether a few words may name something: not a sentence, and not "the second one"."""
    longest = LONGEST_CHINESE if has_cjk(text) else LONGEST_NAME
    if has_cjk(text) and _TOLD.search(text.rstrip(" 。！？!?")):
        return False
    return len(text.split()) <= MOST_NAME_WORDS and len(text) <= longest and ordinal(text) is None
