"""What is to be sent: queued with what it tells, claimed under a lease, sent, marked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, text, update
from sqlmodel import Session, col, select

from storage.database import Database
from storage.journal import append
from storage.tables import Conversation, Dialogue, Direction, Message, Outbox, OutboxState, Workspace, new_id
from storage.unit_of_work import UnitOfWork

LEASE = timedelta(seconds=60)
RECENT = 12
FIRST_RETRY = 2.0  # seconds; doubled with every attempt
LAST_RETRY = 600.0
ATTEMPTS = 12


@dataclass(frozen=True)
class Delivery:
    """One claimed message: where it goes, what it says, and how often it was tried before."""

    workspace_id: UUID
    id: UUID
    message_id: UUID
    platform: str
    account: str
    place: str
    thread: str
    private: bool
    payload: dict[str, Any]
    replaces: str | None
    attempts: int
    lease_until: datetime


def enqueue(
    uow: UnitOfWork,
    conversation: Conversation,
    words: str,
    payload: dict[str, Any],
    *,
    member_id: UUID | None,
    change_set_id: UUID | None,
    replaces: Message | None,
    key: str | None,
) -> UUID:
    """Keep an outgoing message and queue it, its id; a `replaces` edits that message where the platform can."""
    message_id = new_id()
    append(
        uow.session,
        Message,
        id=message_id,
        workspace_id=uow.workspace_id,
        conversation_id=conversation.id,
        direction=Direction.OUT,
        member_id=member_id,
        text=words,
        change_set_id=change_set_id,
        created_at=uow.now,
    )
    append(
        uow.session,
        Outbox,
        workspace_id=uow.workspace_id,
        platform=conversation.platform,
        conversation_id=conversation.id,
        message_id=message_id,
        payload={**payload, "replaces": replaces.external_id if replaces else None},
        change_set_id=change_set_id,
        key=key,
        not_before=uow.now,
    )
    return message_id


def newest_private(uow: UnitOfWork, member_id: UUID) -> Conversation | None:
    """Where a member was last spoken to in private."""
    return uow.first(
        Conversation,
        Conversation.member_id == member_id,
        col(Conversation.private).is_(True),
        order=[col(Conversation.id).desc()],
    )


def remember(uow: UnitOfWork, conversation_id: UUID, member_id: UUID, mentions: list[dict[str, str]]) -> None:
    """Put records in the focus of a talk that Parley began, so that "done" and "that one" find them."""
    key = (uow.workspace_id, conversation_id, member_id)
    row = uow.session.get(Dialogue, key) or Dialogue(
        workspace_id=key[0], conversation_id=key[1], member_id=key[2], state={}
    )
    known = {m["id"] for m in mentions}
    recent = [m for m in row.state.get("recent", []) if m["id"] not in known]
    row.state = {**row.state, "recent": [*mentions, *recent][:RECENT]}
    uow.session.add(row)


def withdraw(session: Session, workspace_id: UUID, change_set_id: UUID) -> tuple[int, int]:
    """Take back what a change set would still send: how many were withdrawn, and how many had already left."""
    of_set = (Outbox.workspace_id == workspace_id, Outbox.change_set_id == change_set_id)
    rows = session.exec(select(Outbox).where(*of_set)).all()
    waiting = [r for r in rows if r.state == OutboxState.PENDING]
    for row in waiting:
        row.state = OutboxState.WITHDRAWN
        session.add(row)
    return len(waiting), sum(1 for r in rows if r.state == OutboxState.SENT)


def claim(database: Database, platforms: list[str], now: datetime, limit: int = 50) -> list[Delivery]:
    """Lease messages that are due, oldest first, and count the attempt; nobody else gets them until the lease ends."""

    def work(session: Session) -> list[Delivery]:
        clock = clock_of(session)
        free = or_(
            col(Outbox.state) == OutboxState.PENDING,
            (col(Outbox.state) == OutboxState.SENDING) & (col(Outbox.lease_until) < clock),
        )
        due = (
            select(Outbox)
            .where(col(Outbox.platform).in_(platforms), col(Outbox.not_before) <= now, free)
            .order_by(col(Outbox.id))
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        claimed = []
        for row in session.exec(due).all():
            row.state, row.lease_until, row.attempts = OutboxState.SENDING, clock + LEASE, row.attempts + 1
            session.add(row)
            claimed.append(_delivery(session, row))
        return claimed

    return database.run(work)


def _delivery(session: Session, row: Outbox) -> Delivery:
    conversation = session.get(Conversation, (row.workspace_id, row.conversation_id))
    if conversation is None or row.lease_until is None:
        raise LookupError(f"outbox row {row.id} has no conversation or lease")
    return Delivery(
        workspace_id=row.workspace_id,
        id=row.id,
        message_id=row.message_id,
        platform=row.platform,
        account=conversation.account,
        place=conversation.external_id,
        thread=conversation.thread,
        private=conversation.private,
        payload=row.payload,
        replaces=row.payload.get("replaces"),
        attempts=row.attempts,
        lease_until=row.lease_until,
    )


def sent(database: Database, delivery: Delivery, external_id: str) -> None:
    """Mark a message as sent, under the platform's id for it."""

    def work(session: Session) -> None:
        if not _settle(session, delivery, OutboxState.SENT):
            return
        session.connection().execute(
            update(Message)
            .where(
                col(Message.workspace_id) == delivery.workspace_id,
                col(Message.id) == delivery.message_id,
            )
            .values(external_id=external_id)
        )

    database.run(work)


def failed(
    database: Database,
    delivery: Delivery,
    now: datetime,
    *,
    retry_after: float | None = None,
    dead: bool = False,
) -> bool:
    """Put a message back for a later attempt, or give it up (`dead`, or too many); whether it will be tried again."""
    dead = dead or delivery.attempts >= ATTEMPTS

    def work(session: Session) -> None:
        wait = retry_after or min(FIRST_RETRY * 2 ** (delivery.attempts - 1), LAST_RETRY)
        _settle(
            session,
            delivery,
            OutboxState.DEAD if dead else OutboxState.PENDING,
            now + timedelta(seconds=wait),
        )

    database.run(work)
    return not dead


def _settle(
    session: Session, delivery: Delivery, state: OutboxState, not_before: datetime | None = None
) -> bool:
    """Mark a message; False when its lease has passed to another worker."""
    values: dict[str, Any] = {"state": state, "lease_until": None}
    if not_before is not None:
        values["not_before"] = not_before
    done = session.connection().execute(
        update(Outbox)
        .where(
            col(Outbox.workspace_id) == delivery.workspace_id,
            col(Outbox.id) == delivery.id,
            col(Outbox.state) == OutboxState.SENDING,
            col(Outbox.attempts)
            == delivery.attempts,  # fences off a worker whose lease has passed to another
        )
        .values(**values)
    )
    return done.rowcount > 0


def release(database: Database, platforms: list[str]) -> None:
    """Give back what a dead process of a single-process platform had leased, so that it is sent at once."""
    database.run(
        lambda session: session.connection().execute(
            update(Outbox)
            .where(col(Outbox.platform).in_(platforms), col(Outbox.state) == OutboxState.SENDING)
            .values(state=OutboxState.PENDING, lease_until=None)
        )
    )


def clock_of(session: Session) -> datetime:
    """The database's time; the domain's may stand still."""
    if session.get_bind().dialect.name == "sqlite":
        return datetime.fromisoformat(
            session.connection().execute(text("SELECT strftime('%Y-%m-%dT%H:%M:%f+00:00')")).scalar_one()
        )
    moment: datetime = session.connection().execute(select(func.clock_timestamp())).scalar_one()
    return moment


def waiting(session: Session, workspace: Workspace) -> int:
    """How many messages wait to be sent."""
    states = (OutboxState.PENDING, OutboxState.SENDING)
    query = (
        select(func.count())
        .select_from(Outbox)
        .where(Outbox.workspace_id == workspace.id, col(Outbox.state).in_(states))
    )
    return session.exec(query).one()
