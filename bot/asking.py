"""The short road for what a platform asks and wants answered at once: read-only, with the same visibility as a talk."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from bot.access import Speaker, known
from bot.incoming import Incoming
from bot.parts import Parts
from handlers.context import Context, Focus
from handlers.phrasebook import LANGUAGES
from handlers.turn import Turn
from handlers.voice import Voice
from storage.tables import Member
from storage.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from bot.engine import Engine

T = TypeVar("T")


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
        notify=lambda member, make, key=None: None,  # noqa: ARG005 - nobody hears of a question
        specs=parts.specs,
    )


def ask(engine: "Engine", incoming: Incoming, do: Callable[[Context], T]) -> T | None:
    """What `do` finds for the speaker; None for somebody who is nobody here yet."""

    def look(uow: UnitOfWork) -> T | None:
        speaker = known(uow, incoming)
        if speaker is None:
            return None
        chosen = speaker.member.language if speaker.member.language in LANGUAGES else uow.workspace.language
        return do(asked(engine.parts, uow, speaker, chosen))

    return engine.read(look)
