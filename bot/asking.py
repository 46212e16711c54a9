"""The short road for what a platform asks and wants answered at once: read-only, with the same visibility as a talk."""

from zoneinfo import ZoneInfo

from bot.access import Speaker
from bot.parts import Parts
from handlers.context import Context, Focus
from handlers.turn import Turn
from handlers.voice import Voice
from storage.tables import Member
from storage.unit_of_work import UnitOfWork


def voice_in(parts: Parts, uow: UnitOfWork, member: Member | None, language: str) -> Voice:
    """A voice in a language, in the member's zone and currency."""
    zone = ZoneInfo((member.zone if member else None) or uow.workspace.zone)
    currency = (member.currency if member else None) or uow.workspace.currency
    return Voice(parts.book, language, uow.now.astimezone(zone), currency)


def asked(parts: Parts, uow: UnitOfWork, speaker: Speaker, language: str) -> Context:
    """What somebody may find and see, outside of any talk."""
    return Context(
        uow=uow,
        book=parts.book,
        member=speaker.member,
        grants=speaker.grants,
        voice=voice_in(parts, uow, speaker.member, language),
        focus=Focus(),
        turn=Turn(),
        notify=lambda _member, _make: None,
        specs=parts.specs,
    )
