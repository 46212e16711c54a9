"""Dead letters: messages that were given up."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select, update
from sqlmodel import col

from storage.partial import is_
from storage.tables import Conversation, Member, Outbox, OutboxState
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Dead:
    """A message that was given up: whose it was, and why."""

    platform: str
    reader: str | None
    title: str | None
    queued_at: datetime
    reason: str | None


def _dead(uow: UnitOfWork) -> tuple[ColumnElement[bool], ...]:
    return col(Outbox.workspace_id) == uow.workspace_id, is_(Outbox.state, OutboxState.DEAD)


def dead_letters(uow: UnitOfWork, limit: int, offset: int = 0) -> tuple[list[Dead], int]:
    """Some of them, the newest first, and how many there are."""
    total = uow.session.connection().execute(select(func.count()).select_from(Outbox).where(*_dead(uow)))
    query = (
        select(
            col(Outbox.platform),
            col(Member.name),
            col(Conversation.title),
            col(Outbox.created_at),
            col(Outbox.reason),
        )
        .join(
            Conversation,
            (col(Conversation.workspace_id) == Outbox.workspace_id)
            & (col(Conversation.id) == Outbox.conversation_id),
        )
        .outerjoin(
            Member,
            (col(Member.workspace_id) == Conversation.workspace_id)
            & (col(Member.id) == Conversation.member_id),
        )
        .where(*_dead(uow))
        .order_by(col(Outbox.id).desc())
        .limit(limit)
        .offset(offset)
    )
    rows: list[Row[Any]] = list(uow.session.connection().execute(query))
    return [Dead(*tuple(row)) for row in rows], total.scalar_one()


def revive(uow: UnitOfWork) -> int:
    """Queue them all again as if they were new; how many there were."""
    revived = {
        "state": OutboxState.PENDING,
        "attempts": 0,
        "not_before": uow.now,
        "reason": None,
    }
    return uow.session.connection().execute(update(Outbox).where(*_dead(uow)).values(revived)).rowcount
