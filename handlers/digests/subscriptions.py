"""Figures that are sent by themselves, to their reader or to a room."""

from datetime import datetime
from typing import TYPE_CHECKING

from handlers.capability import Command
from handlers.context import Context
from handlers.errors import Invalid
from handlers.recurrence import describe, first_wall
from handlers.reply import Button, Reply
from handlers.slots import Metric, Moment, Repeat
from handlers.standing import MORNING, run_again
from handlers.turn import Call, Turn
from storage.queries.schedules import drop_schedule, schedules_of
from storage.tables import Conversation

if TYPE_CHECKING:
    from uuid import UUID

SHOWN = 4


class Subscribe(Command):
    """Have a figure sent again and again."""

    metric: Metric
    repeat: Repeat
    when: Moment | None = None


def subscribe(cmd: Subscribe, ctx: Context) -> Reply:
    """The figure by its rule; said in a room, it is sent there. The first time is shown."""
    call = Call(name="report.show", slots={"metric": cmd.metric})
    room = _room(ctx)
    first = first_wall(cmd.repeat, _first(cmd, ctx))
    next_at = run_again(ctx, _key(cmd.metric, room), call, cmd.repeat, first, room)
    metric = ctx.voice.label(f"metric.{cmd.metric}")
    key = "report.subscribed.here" if room else "report.subscribed"
    every = describe(cmd.repeat, ctx.voice)
    when = ctx.voice.moment(next_at)
    return Reply(
        ctx.say(key, metric=metric, every=every, at=f"{first:%H:%M}", first=when),
        buttons=(Button(ctx.voice.label("button.look_now"), Turn(calls=(call,))),),
    )


def _first(cmd: Subscribe, ctx: Context) -> datetime:
    if not cmd.when:
        return datetime.combine(ctx.today, MORNING)
    said = datetime.fromisoformat(cmd.when)
    if "T" not in cmd.when:
        return datetime.combine(said.date(), MORNING)
    return (said.astimezone(ctx.voice.zone) if said.tzinfo else said).replace(tzinfo=None)


def _room(ctx: Context) -> "UUID | None":
    room = ctx.uow.get(Conversation, ctx.conversation_id)
    return room.id if room is not None and not room.private else None


def _key(metric: str, room: "UUID | None") -> str:
    return f"report:{metric}" + (f":{room}" if room else "")


class Unsubscribe(Command):
    """Stop a figure from being sent."""

    metric: Metric | None = None


def unsubscribe(cmd: Unsubscribe, ctx: Context) -> Reply:
    """The named figure, or the only one; of several, which one is asked."""
    keys = [s.key for s in schedules_of(ctx.uow, ctx.member) if s.key.startswith("report:")]
    meant = [k for k in keys if cmd.metric in (None, _metric(k))]
    if not meant:
        raise Invalid("report.not_subscribed")
    if len({_metric(k) for k in meant}) > 1:
        raise Invalid("report.which", [_stop(ctx, k) for k in dict.fromkeys(map(_metric, meant))][:SHOWN])
    for key in meant:
        drop_schedule(ctx.uow, ctx.member, key)
    return Reply(ctx.say("report.unsubscribed", metric=ctx.voice.label(f"metric.{_metric(meant[0])}")))


def _metric(key: str) -> str:
    return key.split(":")[1]


def _stop(ctx: Context, metric: str) -> Button:
    call = Call(name="report.unsubscribe", slots={"metric": metric})
    return Button(ctx.voice.title(f"metric.{metric}"), Turn(calls=(call,)))
