"""What a command tells a colleague besides its answer."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from handlers.phrasebook import Phrasebook
from handlers.post import tell
from handlers.reply import Reply
from handlers.voice import Voice
from schedules.notices import voice_for
from storage.outbox import is_queued
from storage.tables import Member
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Notice:
    """Something for a colleague; what was told before under the same `key` is not told again."""

    member: Member
    make: Callable[[Voice], Reply]
    key: str | None = None

    def send(self, uow: UnitOfWork, book: Phrasebook, change_set_id: UUID | None = None) -> None:
        """Queue it, in the colleague's language and zone."""
        if self.key is None or not is_queued(uow, self.key):
            tell(
                uow,
                self.member,
                self.make(voice_for(uow, book, self.member)),
                change_set_id=change_set_id,
                key=self.key,
            )
