"""What is said when a command stops: a question, choices, or a sentence that tells what to do next."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from bot.dialogue import Pending, filled
from bot.questions import options_for, question
from handlers.capability import Spec
from handlers.context import Context
from handlers.errors import (
    Ambiguous,
    Confirm,
    Invalid,
    LongAgo,
    Missing,
    NotAllowed,
    NotFound,
    Stale,
    Stopped,
    Twin,
)
from handlers.reply import Button, Line, Mention, Reply, line
from handlers.turn import Call, Turn
from nlp.pronouns import is_pronoun, ordinal
from nlp.text import fold
from storage.find import MODELS
from storage.queries.members import members

Answer = tuple[Reply, Pending | None]
CANCEL = Turn(control="cancel")
FEW = 4  # people who each get a button


def answer_stop(stop: Stopped, turn: Turn, at: int, ctx: Context, specs: Mapping[str, Spec]) -> Answer:
    """The answer to a stop at call number `at`, and the question that it leaves open."""
    answers: dict[type[Stopped], Callable[[Any], Answer]] = {
        Missing: lambda s: _ask(s, turn, at, ctx, specs),
        Ambiguous: lambda s: _choose(s, turn, ctx),
        Twin: lambda s: _twin(s, turn, at, ctx),
        Confirm: lambda s: _confirm(s, turn, ctx),
        LongAgo: lambda s: undo_offered(Turn(control="undo", change_set=s.change_set), ctx, s.told),
        NotFound: lambda s: _not_found(s, turn, at, ctx),
        NotAllowed: lambda s: (_not_allowed(s, ctx), None),
        Invalid: lambda s: (_invalid(s, ctx), None),
        Stale: lambda _: (Reply(ctx.say("stale")), None),
    }
    return answers[type(stop)](stop)


def undo_offered(undo: Turn, ctx: Context, asked: Line | None = None) -> Answer:
    """For a "cancel" to which nothing is open, or an undo of what is long ago: whether the last thing is meant."""
    label = ctx.voice.label("button.undo")
    pending = Pending(kind="choose", turn=Turn(), alternatives=[(label, undo)])
    return Reply(asked or ctx.say("nothing_pending.undo"), buttons=(Button(label, undo),)), pending


def _ask(stop: Missing, turn: Turn, at: int, ctx: Context, specs: Mapping[str, Spec]) -> Answer:
    call = turn.calls[at]
    spec = specs[call.name]
    prompt = ctx.voice.ask(stop.key, **stop.params) if stop.key else question(spec, call, stop.slot, ctx)
    slot = spec.slots[stop.slot]
    options = stop.options or options_for(slot, ctx)
    alternatives = [(label, filled(turn, at, stop.slot, value)) for label, value in options]
    buttons = [Button(label, choice) for label, choice in alternatives]
    buttons.append(Button(ctx.voice.label("button.cancel"), CANCEL))
    pending = Pending(
        kind="ask", turn=turn, slot=stop.slot, at=at, optional=not slot.required, alternatives=alternatives
    )
    return Reply(prompt, buttons=tuple(buttons)), pending


def _refer(turn: Turn, said: str, slot: str, record_id: str) -> Turn:
    """The turn with a name replaced by the record that is meant, wherever it stands for the same thing."""

    def exact(call: Call) -> Call:
        slots = {k: f"id:{record_id}" if v == said or k == slot else v for k, v in call.slots.items()}
        return Call(name=call.name, slots=slots)

    return turn.model_copy(update={"calls": tuple(exact(c) for c in turn.calls)})


def _said(turn: Turn, slot: str) -> str:
    values = [c.slots[slot] for c in turn.calls if slot in c.slots]
    return str(values[0]) if values else ""


def _choose(stop: Ambiguous, turn: Turn, ctx: Context) -> Answer:
    said = _said(turn, stop.slot)
    alternatives = [
        (" · ".join(x for x in (m.name, why) if x), _refer(turn, said, stop.slot, m.id))
        for m, why in stop.options
    ]
    prompt = ctx.say(
        f"choose.{stop.kind}" if ctx.voice.knows("answer", f"choose.{stop.kind}") else "choose",
        n=len(alternatives),
    )
    return _alternatives(prompt, alternatives, turn, [m for m, _ in stop.options])


def _alternatives(
    prompt: Line,
    alternatives: list[tuple[str, Turn]],
    turn: Turn,
    listing: Sequence[Mention] = (),
    lines: Sequence[Line] = (),
) -> Answer:
    buttons = tuple(Button(label, choice) for label, choice in alternatives)
    reply = Reply(prompt, lines=tuple(lines), buttons=buttons, listing=tuple(listing))
    return reply, Pending(kind="choose", turn=turn, alternatives=alternatives)


def _twin(stop: Twin, turn: Turn, at: int, ctx: Context) -> Answer:
    """Something very like it is there already: use that one, or add another all the same."""
    calls = [c for i, c in enumerate(turn.calls) if i != at]
    alternatives = []
    alike = [m.name for m, _ in stop.options]
    for mention, why in stop.options:
        name = f"{mention.name} · {why}" if alike.count(mention.name) > 1 else mention.name
        show = Call(name=f"{stop.kind}.show", slots={stop.kind: f"id:{mention.id}"})
        chosen = turn.model_copy(update={"calls": (*calls, show) if not calls else tuple(calls)})
        alternatives.append((ctx.say("button.use", name=name).text, chosen))
    alternatives.append((ctx.voice.label("button.add_anyway"), turn.model_copy(update={"allow_twin": True})))
    alternatives.append((ctx.voice.label("button.cancel"), CANCEL))
    lines = [line(f"· {m.name} · {why}") for m, why in stop.options]
    return _alternatives(
        ctx.say("twin", name=stop.name), alternatives, turn, [m for m, _ in stop.options], lines
    )


def _confirm(stop: Confirm, turn: Turn, ctx: Context) -> Answer:
    sealed = turn.model_copy(update={"confirmed": stop.seal})
    buttons = (
        Button(stop.label, sealed),
        *stop.buttons,
        Button(ctx.voice.label("button.cancel"), CANCEL),
    )
    reply = Reply(stop.prompt, lines=stop.lines, buttons=buttons, replaces=turn.replace)
    return reply, Pending(kind="confirm", turn=sealed)


def _not_found(stop: NotFound, turn: Turn, at: int, ctx: Context) -> Answer:
    if stop.kind == "member" and stop.said and stop.slot in turn.calls[at].slots and not _points(stop.said):
        return _who_then(stop, turn, at, ctx)
    if not stop.said or _points(stop.said):
        key = _keyed(ctx, "not_found.pointed", stop.kind)
        return Reply(ctx.say(key if stop.said else "not_found.gone")), None
    shows = stop.kind == "contact" and turn.calls[at].name.endswith(".show")
    if shows and (told := _colleagues(stop.said, ctx)):
        return Reply(told[0], lines=tuple(told[1:])), None
    if not stop.nearest:
        return Reply(
            ctx.say(_keyed(ctx, "not_found", stop.kind), said=stop.said), buttons=_offer(stop, ctx)
        ), None
    labels = _told_apart(stop.nearest, ctx)
    alternatives = [
        (label, _refer(turn, stop.said, stop.slot, m.id))
        for label, m in zip(labels, stop.nearest, strict=True)
    ]
    prompt = ctx.say(_keyed(ctx, "not_found", stop.kind), said=stop.said)
    return _alternatives(prompt, alternatives, turn, stop.nearest, [ctx.say("did_you_mean")])


def _colleagues(said: str, ctx: Context) -> list[Line]:
    """Who on the team is called so, by the whole name or a part of it, for those who may know."""
    words = fold(said)
    able = members(ctx.uow) if ctx.may("team.read") else []
    found = [m for m in able if words in (fold(m.name), *fold(m.name).split())]
    return [
        ctx.say("not_found.colleague", name=m.name, role=ctx.voice.label(f"role.{m.role}")) for m in found
    ]


def _told_apart(found: Sequence[Mention], ctx: Context) -> list[str]:
    """Their names; with their numbers where several are called the same."""
    names = [m.name for m in found]
    if len(set(names)) == len(names):
        return names
    numbers = [getattr(ctx.uow.get(MODELS[m.kind], UUID(m.id)), "number", None) for m in found]
    return [f"#{number} {name}" if number else name for name, number in zip(names, numbers, strict=True)]


def _who_then(stop: NotFound, turn: Turn, at: int, ctx: Context) -> Answer:
    """Nobody of that name works here: what was said waits for somebody who does."""
    able = stop.nearest or [ctx.mention(m) for m in members(ctx.uow)]
    few = able if len(able) <= FEW else [ctx.mention(ctx.member)]
    alternatives = [(m.name, filled(turn, at, stop.slot, f"id:{m.id}")) for m in few]
    buttons = [Button(label, choice) for label, choice in alternatives]
    if ctx.may("team.invite"):
        invite = Call(name="member.invite", slots={"name": stop.said})
        buttons.append(Button(ctx.say("button.invite", name=stop.said).text, Turn(calls=(invite,))))
    buttons.append(Button(ctx.voice.label("button.cancel"), CANCEL))
    pending = Pending(kind="ask", turn=turn, slot=stop.slot, at=at, alternatives=alternatives)
    return Reply(ctx.say("not_found.member", said=stop.said), buttons=tuple(buttons)), pending


def _points(said: str) -> bool:
    return is_pronoun(said) or ordinal(said) is not None


def _keyed(ctx: Context, key: str, kind: str) -> str:
    return f"{key}.{kind}" if ctx.voice.knows("answer", f"{key}.{kind}") else key


def _offer(stop: NotFound, ctx: Context) -> tuple[Button, ...]:
    """Adding what is not there, for those who may."""
    if stop.kind not in ("contact", "company") or not ctx.may("contacts.write"):
        return ()
    call = Call(name=f"{stop.kind}.add", slots={"name": stop.said})
    return (Button(ctx.say("button.add", name=stop.said).text, Turn(calls=(call,))),)


def _not_allowed(stop: NotAllowed, ctx: Context) -> Reply:
    role = ctx.voice.label(f"role.{ctx.member.role}")
    what = _what(stop.permission, ctx)
    others = [n for n in stop.who if n != ctx.member.name]
    if not others:
        return Reply(ctx.say("not_allowed", role=role, what=what))
    if ctx.reach(stop.permission):
        return Reply(ctx.say("not_allowed.own", what=what, who=ctx.voice.either(others)))
    return Reply(
        ctx.say("not_allowed.who", role=role, what=what, who=ctx.voice.either(others), n=len(others))
    )


def _what(permission: str, ctx: Context) -> str:
    """A permission in words: its own where it has some, else the verb and the area."""
    if ctx.voice.knows("label", f"permission.{permission}"):
        return ctx.voice.label(f"permission.{permission}")
    area, verb = permission.split(".")
    return ctx.voice.label(f"permission.{verb}") + ctx.voice.label(f"area.{area}")


def _invalid(stop: Invalid, ctx: Context) -> Reply:
    params = dict(stop.params)
    if "choices" in params:
        params["choices"] = ctx.voice.label("list.comma").join(
            ctx.voice.label(f"{params.get('slot')}.{c}") for c in params["choices"]
        )
    if "slot" in params:
        params["slot"] = ctx.voice.label(f"slot.{params['slot']}")
    return Reply(ctx.say(stop.key, **params), buttons=stop.buttons)
