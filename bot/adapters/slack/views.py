"""Forms and the App Home in Block Kit."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.adapters.slack.wording import cut
from bot.forms import Input
from handlers.context import Context
from handlers.day import Part
from handlers.lines import record_line
from handlers.turn import Call, Turn

Block = dict[str, Any]
TITLE, LABEL, OPTION, HINT = 24, 75, 75, 150
KEPT = 2500  # characters of a message that a form carries along
MOST = 3000
FORMS = ("task.add", "contact.add", "activity.log", "ticket.open", "deal.add", "reminder.add")
ACTS = {"task": ("button.done", "task.done"), "reminder": ("button.done", "reminder.done")}


def plain_text(text: str, limit: int) -> Block:
    """Text in which nothing is markup."""
    return {"type": "plain_text", "text": cut(text, limit) or " ", "emoji": False}


def form(ctx: Context, name: str, inputs: Iterable[Input], start: Mapping[str, str], keep: str = "") -> Block:
    """The form of a command; `start` is filled in already, `keep` is what it carries along."""
    carried = json.dumps({"command": name, "keep": cut(keep, KEPT)}, ensure_ascii=False)
    return {
        "type": "modal",
        "callback_id": "form",
        "private_metadata": carried[:MOST],
        "title": plain_text(ctx.voice.label(f"form.{name}"), TITLE),
        "submit": plain_text(ctx.voice.label("button.save"), TITLE),
        "close": plain_text(ctx.voice.label("button.cancel"), TITLE),
        "blocks": [_field(ctx, one, start.get(one.slot)) for one in inputs],
    }


def _field(ctx: Context, one: Input, start: str | None) -> Block:
    block: Block = {
        "type": "input",
        "block_id": one.slot,
        "optional": not one.required,
        "label": plain_text(one.label, MOST),
        "element": _element(ctx, one, start),
    }
    if one.hint:
        block["hint"] = plain_text(one.hint, HINT)
    return block


def _element(ctx: Context, one: Input, start: str | None) -> Block:
    if one.picks:
        hint = plain_text(ctx.voice.label("hint.pick"), HINT)
        return {
            "type": "external_select",
            "action_id": f"pick:{one.picks}:{one.slot}",
            "min_query_length": 0,
            "placeholder": hint,
        }
    if one.choices:
        options = [option(label, value) for label, value in one.choices]
        chosen = [o for o in options if o["value"] == start]
        first = {"initial_option": chosen[0]} if chosen else {}
        return {"type": "static_select", "action_id": f"choose:{one.slot}", "options": options, **first}
    typed: Block = {"type": "plain_text_input", "action_id": f"type:{one.slot}", "multiline": one.long}
    return {**typed, "max_length": MOST, **({"initial_value": cut(start, MOST)} if start else {})}


def option(label: str, value: str) -> Block:
    """One thing to choose."""
    return {"text": plain_text(label, OPTION), "value": value}


def typed_in(view: Block) -> dict[str, str | None]:
    """What was filled in, by slot."""
    values = view["state"]["values"]
    return {slot: _given(next(iter(state.values()))) for slot, state in values.items()}


def _given(state: Block) -> str | None:
    chosen = state.get("selected_option")
    return chosen["value"] if chosen else state.get("value")


def home(ctx: Context, parts: Sequence[Part]) -> Block:
    """The App Home: what can be begun, and one's day."""
    blocks: list[Block] = [_begin(ctx)]
    if not parts:
        blocks.append({"type": "section", "text": plain_text(ctx.say("home.free").text, MOST)})
    for part in parts:
        blocks += [
            {"type": "divider"},
            {"type": "header", "text": plain_text(ctx.voice.label(f"mine.{part.key}"), HINT)},
        ]
        for row in part.rows:
            label, turn = _act(ctx, str(row.__tablename__), str(row.id))
            shown: Block = {"type": "section", "text": plain_text(record_line(ctx, row), MOST)}
            blocks.append({**shown, "accessory": button(label, f"do:{row.id}", turn)})
        if part.count > len(part.rows):
            whole = button(ctx.voice.label("button.more"), f"do:all:{part.key}", Turn(calls=(part.whole,)))
            blocks.append({"type": "actions", "elements": [whole]})
    return {"type": "home", "blocks": blocks[:100]}


def closed(words: str) -> Block:
    """The App Home of somebody who has no part in this."""
    return {"type": "home", "blocks": [{"type": "section", "text": plain_text(words, MOST)}]}


def _begin(ctx: Context) -> Block:
    may = [n for n in FORMS if n in ctx.specs and ctx.may(str(ctx.specs[n].needs))]
    buttons = [
        {
            "type": "button",
            "action_id": f"form:{name}",
            "text": plain_text(ctx.voice.label(f"form.{name}"), LABEL),
        }
        for name in may
    ]
    if buttons:
        return {"type": "actions", "elements": buttons}
    return {"type": "section", "text": plain_text(ctx.say("home.look").text, MOST)}


def _act(ctx: Context, kind: str, record: str) -> tuple[str, Turn]:
    """What can be done with a row: finished where it can be, else looked at."""
    label, name = ACTS.get(kind, ("button.open", f"{kind}.show"))
    if name not in ctx.specs or not ctx.may(str(ctx.specs[name].needs)):
        label, name = "button.open", f"{kind}.show"
    return ctx.voice.label(label), Turn(calls=(Call(name=name, slots={kind: f"id:{record}"}),))


def button(label: str, action_id: str, turn: Turn) -> Block:
    """A button that carries what it says; only for one's own home, where nobody else can press it."""
    value = json.dumps(turn.dump())
    return {"type": "button", "action_id": action_id[:255], "text": plain_text(label, LABEL), "value": value}
