"""A message that was changed after it was acted on: what was done is offered to be corrected, never changed unasked."""

from typing import TYPE_CHECKING

from bot.dialogue import Pending
from bot.execute import Outcome
from bot.incoming import Incoming
from handlers.errors import Stopped
from handlers.reply import Button, Reply
from handlers.turn import Turn
from storage.inbox import inbox_of
from storage.queries.changes import made_by_message
from storage.tables import ChangeSet

if TYPE_CHECKING:
    from bot.exchange import Exchange


def answer(exchange: "Exchange") -> None:
    """The new wording: said for the first time where the old did nothing, passed over where it means the same."""
    incoming = exchange.talk.incoming
    old = inbox_of(exchange.uow, incoming.platform, incoming.account, str(incoming.edits))
    done = made_by_message(exchange.uow, old) if old else None
    if old is None or done is None or done.member_id != exchange.speaker.member.id:
        exchange.run()
        return
    turn = _turn(exchange, incoming.text)
    if turn != _turn(exchange, str(old.payload.get("text", ""))):
        files = tuple(f.id for f in Incoming.from_json(old.payload).files)
        exchange.finish(_offer(exchange, done, turn and turn.model_copy(update={"files": files})))


def _turn(exchange: "Exchange", text: str) -> Turn | None:
    try:
        understood = exchange.read(text.strip())
    except Stopped:
        return None
    heard = understood.heard if understood else None
    return heard.turn if heard and heard.sure and heard.turn and heard.turn.calls else None


def _offer(exchange: "Exchange", done: ChangeSet, turn: Turn | None) -> Outcome:
    voice = exchange.voice
    undo = Button(voice.label("button.undo"), Turn(control="undo", change_set=str(done.id)))
    leave = Button(voice.label("button.leave_it"), Turn(control="deny"))
    if turn is None:
        return Outcome(Reply(voice.say("edited.lost", title=done.title), buttons=(undo, leave)))
    again = turn.model_copy(update={"change_set": str(done.id)})
    correct = Button(voice.label("button.correct_it"), again)
    reply = Reply(voice.say("edited", title=done.title), buttons=(correct, leave))
    return Outcome(reply, Pending(kind="confirm", turn=again))
