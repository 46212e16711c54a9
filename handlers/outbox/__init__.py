"""What could not be delivered: seen and tried again by those who run the workspace."""

from pathlib import Path

from handlers.capability import Capability, Command
from handlers.context import Context
from handlers.errors import Invalid
from handlers.lists import PAGE
from handlers.reply import Button, Line, Reply
from handlers.turn import Call, Turn
from storage.queries.dead import Dead, dead_letters, revive

outbox = Capability("outbox", Path(__file__).parent)
WHY = ("Unreachable", "Refused", "Ambiguous", "CannotSend")


class ListDead(Command):
    """See the messages that could not be delivered."""


@outbox.command("outbox.dead", needs="settings.workspace", undoable=False)
def list_dead(cmd: ListDead, ctx: Context) -> Reply:  # noqa: ARG001 - every handler takes its command
    """Messages that were given up, the newest first, without their words, which are their readers' own."""
    dead, total = dead_letters(ctx.uow, PAGE, ctx.turn.offset)
    if not total:
        return Reply(ctx.say("outbox.dead.none"))
    lines = tuple(_line(ctx, number, one) for number, one in enumerate(dead, ctx.turn.offset + 1))
    again = Button(ctx.voice.label("button.try_again"), Turn(calls=(Call(name="outbox.retry"),)))
    return Reply(ctx.say("outbox.dead", n=total), lines=lines, buttons=(again, *_more(ctx, total)))


def _line(ctx: Context, number: int, dead: Dead) -> Line:
    kind = (dead.reason or "").split(":")[0]
    why = ctx.voice.label(f"outbox.why.{kind}" if kind in WHY else "outbox.why.other")
    to = dead.reader or dead.title or ctx.voice.label("outbox.room")
    when = ctx.voice.moment(dead.queued_at)
    return ctx.say("outbox.line", number=number, to=to, platform=dead.platform.title(), when=when, why=why)


def _more(ctx: Context, total: int) -> list[Button]:
    following = ctx.turn.offset + PAGE
    if following >= total:
        return []
    turn = Turn(calls=ctx.turn.calls, offset=following, replace=True)
    return [Button(ctx.voice.label("button.more"), turn)]


class RetryDead(Command):
    """Try again what could not be delivered."""


@outbox.command("outbox.retry", needs="settings.workspace", undoable=False)
def retry_dead(cmd: RetryDead, ctx: Context) -> Reply:  # noqa: ARG001 - every handler takes its command
    """All that was given up goes out again, each to its own reader."""
    count = revive(ctx.uow)
    if not count:
        raise Invalid("outbox.dead.none")
    return Reply(ctx.say("outbox.retried", n=count))
