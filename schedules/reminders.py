"""Reminders that fall due: told once each, and the next occurrence made in the same transaction."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from handlers.phrasebook import Phrasebook
from handlers.post import focus_of, post
from handlers.reminders.card import again, due_card, is_late, late_card
from handlers.reminders.series import fired
from handlers.reply import Mention
from handlers.voice import Voice
from schedules import metrics
from schedules.notices import voice_for
from storage.database import ends_transaction
from storage.due import due_reminders, keep, load
from storage.outbox import newest_privates, remember
from storage.tables import (
    Company,
    Contact,
    Conversation,
    Deal,
    Member,
    MemberStatus,
    Reminder,
    ReminderStatus,
    Task,
    Ticket,
)
from storage.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)
SEVERAL = 3  # missed ones that are told in one message
LONGEST = 10  # and how many that has at most
SUBJECTS = (Contact, Company, Deal, Ticket, Task)


def fire_due(uow: UnitOfWork, book: Phrasebook, limit: int = 500) -> int:
    """Queue every reminder that is due by now, oldest first; how many there were."""
    due = due_reminders(uow, limit)
    if due:
        firing = Firing(uow, book, due)
        for group in _grouped(uow, due):
            firing.fire(group)
        firing.finish()
    return len(due)


def _grouped(uow: UnitOfWork, due: list[Reminder]) -> list[list[Reminder]]:
    """Each by itself, but what one person missed during a long sleep together."""
    late: dict[UUID | None, list[Reminder]] = {}
    for one in due:
        if is_late(one, uow.now) and one.conversation_id is None:
            late.setdefault(one.owner_id, []).append(one)
    together = [rows for rows in late.values() if len(rows) >= SEVERAL]
    grouped = {id(one) for rows in together for one in rows}
    groups = [[one] for one in due if id(one) not in grouped]
    groups += [rows[i : i + LONGEST] for rows in together for i in range(0, len(rows), LONGEST)]
    return sorted(groups, key=lambda g: g[0].due_at)


@dataclass
class Talked:
    """What one person was told in a batch."""

    member: Member
    conversation: Conversation
    mentions: list[Mention] = field(default_factory=list)
    listing: list[Mention] = field(default_factory=list)


class Firing:
    """A batch of due reminders: all that they need is loaded at once, and what becomes of them is written at once."""

    def __init__(self, uow: UnitOfWork, book: Phrasebook, due: list[Reminder]) -> None:
        self.uow, self.book, self.due = uow, book, due
        people = {i for one in due for i in (one.owner_id, one.made_by) if i}
        self._members = {m.id: m for m in load(uow, Member, people)}
        self._rooms = {c.id: c for c in load(uow, Conversation, _ids(due, "conversation_id"))}
        self._private = newest_privates(uow, people)
        self._subjects = [load(uow, model, _ids(due, f"{model.__tablename__}_id")) for model in SUBJECTS]
        self._voices: dict[UUID, tuple[Voice, str]] = {}
        self._talked: dict[UUID, Talked] = {}

    def fire(self, group: list[Reminder]) -> None:
        """Tell one, or several in one message, and plan what comes after."""
        try:
            told = self._tell(group)
            for one in group:
                metrics.lateness.observe(max((self.uow.now - one.due_at).total_seconds(), 0.0))
                fired(one, self.uow.now, told=told)
        except Exception as error:
            if ends_transaction(error):
                raise
            if len(group) > 1:
                for one in group:
                    self.fire([one])
                return
            log.error("reminder %s failed: %s", group[0].id, type(error).__name__)  # noqa: TRY400 - texts may be personal
            group[0].status = ReminderStatus.FAILED

    def finish(self) -> None:
        """Write what became of them, and put them in the focus of their people's talks."""
        keep(self.uow, self.due)
        talks = self._talked.values()
        remember(self.uow, [focus_of(t.conversation, t.member, t.mentions, t.listing) for t in talks])

    def _tell(self, group: list[Reminder]) -> bool:
        uow, first = self.uow, group[0]
        owner = self._members.get(first.owner_id) if first.owner_id else None
        if owner is None or owner.status != MemberStatus.ACTIVE:
            return False
        voice, doubled = self._voice(owner)
        room = self._rooms.get(first.conversation_id) if first.conversation_id else None
        where = room or self._private.get(owner.id)
        if where is None:
            return False
        late = is_late(first, uow.now)
        alone = due_card(uow, voice, first, None if room else owner, late=late)
        reply = late_card(voice, group) if len(group) > 1 else alone
        key = f"reminder:{first.id}:{first.due_at.isoformat()}"
        post(uow, where, reply, member=None if room else owner, key=key, again=doubled)
        if room is None:
            talked = self._talked.setdefault(owner.id, Talked(owner, where))
            talked.mentions[:0], talked.listing[:] = reply.mentions, reply.listing
        return True

    def _voice(self, owner: Member) -> tuple[Voice, str]:
        """How somebody is spoken to, and the line for what may arrive a second time."""
        if owner.id not in self._voices:
            voice = voice_for(self.uow, self.book, owner)
            self._voices[owner.id] = voice, again(voice)
        return self._voices[owner.id]


def _ids(due: Iterable[Reminder], column: str) -> set[UUID]:
    return {found for one in due if (found := getattr(one, column))}
