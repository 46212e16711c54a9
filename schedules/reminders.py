"""Reminders that fall due: told once each, and the next occurrence made in the same transaction."""

import logging
from functools import partial
from uuid import UUID

from handlers.phrasebook import Phrasebook
from handlers.post import post, tell
from handlers.reminders.card import again, due_card, is_late, late_card
from handlers.reminders.series import fired
from schedules import metrics
from schedules.notices import voice_for
from storage.database import ends_transaction
from storage.due import due_reminders
from storage.tables import Conversation, Member, MemberStatus, Reminder, ReminderStatus
from storage.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)
SEVERAL = 3  # missed ones that are told in one message
LONGEST = 10  # and how many that has at most


def fire_due(uow: UnitOfWork, book: Phrasebook, limit: int = 200) -> int:
    """Queue every reminder that is due by now, oldest first; how many there were."""
    due = due_reminders(uow, limit)
    for group in _grouped(uow, due):
        _attempt(uow, book, group)
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


def _attempt(uow: UnitOfWork, book: Phrasebook, group: list[Reminder]) -> None:
    try:
        uow.attempt(partial(_fire, uow, book, group))
    except Exception as error:
        if ends_transaction(error):
            raise
        if len(group) > 1:
            for one in group:
                _attempt(uow, book, [one])
            return
        log.error("reminder %s failed: %s", group[0].id, type(error).__name__)  # noqa: TRY400 - texts may be personal
        group[0].status = ReminderStatus.FAILED
        uow.add(group[0])


def _fire(uow: UnitOfWork, book: Phrasebook, group: list[Reminder]) -> None:
    told = _tell(uow, book, group)
    for one in group:
        metrics.lateness.observe(max((uow.now - one.due_at).total_seconds(), 0.0))
        fired(one, uow.now, told=told)
        uow.add(one)


def _tell(uow: UnitOfWork, book: Phrasebook, group: list[Reminder]) -> bool:
    first = group[0]
    owner = uow.get(Member, first.owner_id)
    if owner is None or owner.status != MemberStatus.ACTIVE:
        return False
    voice = voice_for(uow, book, owner)
    key = f"reminder:{first.id}:{first.due_at.isoformat()}"
    room = uow.get(Conversation, first.conversation_id)
    if room is not None:
        card = due_card(uow, voice, first, None, late=is_late(first, uow.now))
        post(uow, room, card, member=None, key=key, again=again(voice))
        return True
    alone = due_card(uow, voice, first, owner, late=is_late(first, uow.now))
    reply = late_card(voice, group) if len(group) > 1 else alone
    return tell(uow, owner, reply, key=key, again=again(voice)) is not None
