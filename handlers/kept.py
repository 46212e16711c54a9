"""What an undo leaves alone, in words."""

from uuid import UUID

from handlers.reply import Line
from handlers.voice import Voice
from storage.find import MODELS, name_of
from storage.tables import Member
from storage.undo import Kept
from storage.unit_of_work import UnitOfWork

NAMED = 5


def kept_line(uow: UnitOfWork, voice: Voice, kept: list[Kept], asker: UUID | None) -> Line:
    """Which records stay as they are, and who changed them since."""
    names: list[str] = []
    for one in kept:
        row = uow.get(MODELS[one.kind], one.record_id) if one.kind in MODELS else None
        if row is not None and name_of(row) not in names:
            names.append(name_of(row))
    who = next((m for k in kept if (m := uow.get(Member, k.member_id))), None)
    others = who is not None and who.id != asker
    shown = names[:NAMED] + (["…"] if len(names) > NAMED else [])
    key = "undo.kept_by" if others else "undo.kept"
    return voice.say(key, names=voice.both(list(shown)), who=who.name if who else "")
