"""Running the commands of a turn: all of them, or none and a question."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.dialogue import Pending
from bot.stops import answer_stop
from handlers.capability import Spec
from handlers.context import Context
from handlers.errors import Invalid, Stopped
from handlers.reply import Button, Field, Line, Reply
from handlers.turn import Call, Turn

BUTTONS = 4
REFERENCES = ("ticket", "deal", "contact", "company")
NAMING = (*REFERENCES, "assignee", "owner", "tag", "task", "reminder", "member")
ABOUT = (
    "activity.",
    "task.add",
    "task.list",
    "reminder.add",
    "ticket.",
    "deal.",
    "contact.show",
    "company.show",
)


@dataclass
class Outcome:
    """What came of a turn: the answer, and the question that is open now, if any."""

    reply: Reply
    pending: Pending | None = None
    ran: bool = False
    listing: Turn | None = None
    commands: list[str] = field(default_factory=list)
    stop: str = ""
    changed: bool = False


def execute(turn: Turn, ctx: Context, specs: Mapping[str, Spec]) -> Outcome:
    """Run every call of `turn` in one attempt; what stops one of them becomes the answer, and nothing is kept."""
    at = 0

    def work() -> list[Reply]:
        nonlocal at
        replies = []
        for at, call in enumerate(turn.calls):  # noqa: B007 - the place where it stopped is used below
            replies.append(_run(call, ctx, specs))
            ctx.focus.mention(replies[-1].mentions)
        return replies

    try:
        replies = ctx.uow.attempt(work)
    except Stopped as stop:
        reply, pending = answer_stop(stop, turn, at, ctx, specs)
        return Outcome(reply, pending, commands=[c.name for c in turn.calls], stop=type(stop).__name__)
    reply = replies[0] if len(replies) == 1 else combined(replies)
    listing = turn if reply.listing and len(turn.calls) == 1 else None
    return Outcome(reply, ran=True, listing=listing, commands=[c.name for c in turn.calls])


def _run(call: Call, ctx: Context, specs: Mapping[str, Spec]) -> Reply:
    spec = specs.get(call.name)
    if spec is None:
        raise Invalid("invalid.not_yet", command=call.name)
    if spec.needs:
        ctx.require(spec.needs)
    command = spec.build(_about_the_room(call, ctx, spec))
    return spec.handler(command, ctx)


def _about_the_room(call: Call, ctx: Context, spec: Spec) -> Call:
    """A command that names nobody is about what the room is about."""
    if not ctx.subject or not spec.name.startswith(ABOUT) or any(k in call.slots for k in NAMING):
        return call
    for kind in REFERENCES:
        if kind in spec.slots and kind in ctx.subject:
            return call.fill(kind, f"id:{ctx.subject[kind]}")
    return call


def combined(replies: list[Reply]) -> Reply:
    """Several answers as one: the first speaks, the others are a line each."""
    first, *others = replies
    fields = [*first.fields, *(_receipt(r) for r in others if r.receipt)]
    lines = [*first.lines, *(r.headline for r in others if not r.receipt)]
    return replace(
        first,
        lines=tuple(lines),
        fields=tuple(fields),
        buttons=_distinct([b for r in replies for b in r.buttons])[: BUTTONS - 1],
        mentions=tuple(m for r in replies for m in r.mentions),
        receipt=None,
        listing=next((r.listing for r in replies if r.listing), ()),
        private=any(r.private for r in replies),
        undoable=any(r.undoable for r in replies),
    )


def _receipt(reply: Reply) -> Field:
    return reply.receipt or Field("", Line())


def _distinct(buttons: list[Button]) -> tuple[Button, ...]:
    return tuple({b.label: b for b in buttons}.values())
