"""Commands that run by themselves when their time has come, in the name of the member they are for."""

import logging
from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

from bot.execute import execute
from bot.notice import Notice
from bot.parts import Parts
from handlers.calm import after_quiet, works_on
from handlers.context import Context, Focus
from handlers.post import post, tell
from handlers.reply import Reply
from handlers.standing import move_on
from handlers.turn import Turn
from schedules.notices import voice_for
from storage.outbox import is_queued
from storage.queries.members import grants_of
from storage.queries.schedules import due_schedules
from storage.tables import Conversation, Member, MemberStatus, Schedule
from storage.unit_of_work import UnitOfWork

LIMIT = 100
log = logging.getLogger(__name__)


def run_due(uow: UnitOfWork, parts: Parts) -> int:
    """Run what is due by now, the oldest first; how many there were."""
    due = due_schedules(uow, LIMIT)
    for schedule in due:
        member = uow.get(Member, schedule.member_id)
        if member is not None and (later := _later(uow, member)) is not None:
            schedule.next_at = later
            uow.add(schedule)
            continue
        try:
            if member is not None and _at_work(uow, member):
                uow.attempt(partial(_run, uow, parts, schedule, member))
        except Exception as error:  # noqa: BLE001 - one that fails must not hold up the others
            log.error("schedule %s failed: %s", schedule.id, type(error).__name__)  # noqa: TRY400 - texts may be personal
        move_on(uow, schedule, member)
    return len(due)


def _here(uow: UnitOfWork, member: Member) -> datetime:
    return uow.now.astimezone(ZoneInfo(member.zone or uow.workspace.zone))


def _later(uow: UnitOfWork, member: Member) -> datetime | None:
    """The end of the quiet hours, where somebody has them now."""
    here = _here(uow, member)
    end = after_quiet(member, here)
    return end.astimezone(UTC) if end != here else None


def _at_work(uow: UnitOfWork, member: Member) -> bool:
    active = member.status == MemberStatus.ACTIVE
    return active and works_on(member, uow.workspace, _here(uow, member).date())


def _run(uow: UnitOfWork, parts: Parts, schedule: Schedule, member: Member) -> None:
    """Run the turn and send what comes of it, unless there is nothing to say."""
    notices: list[Notice] = []
    turn = Turn.model_validate(schedule.turn)
    ctx = Context(
        uow=uow,
        book=parts.book,
        member=member,
        grants=grants_of(uow, member.role),
        voice=voice_for(uow, parts.book, member),
        focus=Focus(),
        turn=turn,
        notify=lambda who, make, key=None: notices.append(Notice(who, make, key)),
        conversation_id=schedule.conversation_id,
        specs=parts.specs,
    )
    outcome = execute(turn, ctx, parts.specs)
    if outcome.ran and not outcome.reply.quiet:
        _send(uow, schedule, member, outcome.reply)
    for notice in notices:
        notice.send(uow, parts.book)


def _send(uow: UnitOfWork, schedule: Schedule, member: Member, reply: Reply) -> None:
    key = f"schedule:{schedule.id}:{schedule.next_at.isoformat()}"
    room = uow.get(Conversation, schedule.conversation_id)
    if is_queued(uow, key):
        return
    if room is None:
        tell(uow, member, reply, key=key)
    else:
        post(uow, room, reply, member=None, key=key)
