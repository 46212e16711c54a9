"""How much waits, and how long it has waited: for people who watch over an installation."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from storage.deliveries import OPEN
from storage.due import WAITING
from storage.partial import among, is_
from storage.tables import Inbox, InboxState, Outbox, OutboxState, Reminder


@dataclass(frozen=True)
class Queue:
    """Messages to one platform: those that wait, the oldest moment at which one should have left, those given up."""

    platform: str
    waiting: int = 0
    since: datetime | None = None
    dead: int = 0


@dataclass(frozen=True)
class Depths:
    """What waits at a moment."""

    queues: tuple[Queue, ...]
    unanswered: int
    unanswered_since: datetime | None
    due: int
    due_since: datetime | None
    next_due: datetime | None


def depths(session: Session, now: datetime) -> Depths:
    """What waits now. Counts nothing that is not due, so that it costs little however much is pending."""
    unanswered, since = session.exec(
        select(func.count(), func.min(Inbox.created_at)).where(is_(Inbox.state, InboxState.PENDING))
    ).one()
    live = among(Reminder.status, WAITING)
    due, due_since = session.exec(
        select(func.count(), func.min(Reminder.due_at)).where(live, col(Reminder.due_at) <= now)
    ).one()
    coming = session.exec(
        select(Reminder.due_at)
        .where(live, col(Reminder.due_at) > now)
        .order_by(col(Reminder.due_at))
        .limit(1)
    ).first()
    return Depths(_queues(session), unanswered, since, due, due_since, coming)


def _queues(session: Session) -> tuple[Queue, ...]:
    waiting = session.exec(
        select(Outbox.platform, func.count(), func.min(Outbox.not_before))
        .where(among(Outbox.state, OPEN))
        .group_by(col(Outbox.platform))
    )
    dead = session.exec(
        select(Outbox.platform, func.count())
        .where(is_(Outbox.state, OutboxState.DEAD))
        .group_by(col(Outbox.platform))
    )
    found = {platform: Queue(platform, count, since) for platform, count, since in waiting}
    for platform, count in dead:
        found[platform] = replace(found.get(platform, Queue(platform)), dead=count)
    return tuple(found[name] for name in sorted(found))
