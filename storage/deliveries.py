"""Taking messages out of the outbox: claimed under a lease, and marked with what became of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, or_, update
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from storage.database import Database, clock_of
from storage.partial import among
from storage.tables import Conversation, Message, Outbox, OutboxState

LEASE = timedelta(seconds=60)
OPEN = (OutboxState.PENDING, OutboxState.SENDING)


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
    attempts: int
    lease_until: datetime
    conversation_id: UUID
    created_at: datetime
    key: str | None = None
    doubtful: bool = False  # an earlier attempt may have arrived without our knowing

    @property
    def replaces(self) -> str | None:
        """The platform's id of the message that this one takes the place of."""
        replaced: str | None = self.payload.get("replaces")
        return replaced


def claim(
    database: Database, platforms: Iterable[str], now: datetime, limit: int = 50, resting: Iterable[str] = ()
) -> list[Delivery]:
    """Lease messages that are due, and count the attempt; nobody else gets them until the lease ends.

    Of each conversation only the oldest, so that none overtakes one that waits for another attempt. Places that are
    `resting` are passed over.
    """

    def work(session: Session) -> list[Delivery]:
        clock = clock_of(session)
        until = leased_until(clock)
        given = {"now": now, "clock": clock, "resting": list(resting)}
        rows: list[Any] = []
        for platform in platforms:
            heads = {**given, "platform": platform, "most": limit - len(rows)}
            rows += session.connection().execute(_HEADS, heads).mappings().all()
        if rows:
            _lease(session, rows, until)
        return [Delivery(**row, lease_until=until) for row in rows]

    return database.run(work)


def leased_until(clock: datetime) -> datetime:
    """When a lease ends that is given at this moment of the database's clock."""
    return clock + LEASE


def _lapsed(clock: Any) -> ColumnElement[bool]:
    return and_(col(Outbox.state) == OutboxState.SENDING, col(Outbox.lease_until) < clock)


def _in_the_way(now: Any) -> ColumnElement[bool]:
    """Whether an earlier message of the conversation has to go first."""
    earlier = aliased(Outbox)
    return (
        exists()
        .where(
            col(earlier.workspace_id) == Outbox.workspace_id,
            col(earlier.conversation_id) == Outbox.conversation_id,
            col(earlier.id) < Outbox.id,
            among(earlier.state, OPEN),
            or_(col(earlier.attempts) > 0, col(earlier.not_before) <= now),
        )
        .correlate(Outbox)
    )


def _heads() -> Select[Any]:
    """Messages that may leave now, the longest due first."""
    now: Any = bindparam("now")
    lapsed = _lapsed(bindparam("clock"))
    same_conversation = and_(
        col(Conversation.workspace_id) == Outbox.workspace_id, col(Conversation.id) == Outbox.conversation_id
    )
    return (
        select_columns(*_COLUMNS, or_(col(Outbox.doubtful), lapsed).label("doubtful"))
        .join(Conversation, same_conversation)
        .where(
            col(Outbox.platform) == bindparam("platform"),
            among(Outbox.state, OPEN),
            col(Outbox.not_before) <= now,
            or_(col(Outbox.state) == OutboxState.PENDING, lapsed),
            ~_in_the_way(now),
            col(Conversation.external_id).not_in(bindparam("resting", expanding=True)),
        )
        .order_by(col(Outbox.not_before), col(Outbox.id))
        .limit(bindparam("most"))
        .with_for_update(of=Outbox, skip_locked=True)
    )


_COLUMNS: tuple[Any, ...] = (
    col(Outbox.workspace_id),
    col(Outbox.id),
    col(Outbox.message_id),
    col(Outbox.platform),
    col(Outbox.payload),
    col(Outbox.key),
    col(Outbox.created_at),
    (col(Outbox.attempts) + 1).label("attempts"),
    col(Conversation.id).label("conversation_id"),
    col(Conversation.account),
    col(Conversation.external_id).label("place"),
    col(Conversation.thread),
    col(Conversation.private),
)
_HEADS = _heads()  # built once: it is asked several times a second


_THESE = (
    col(Outbox.workspace_id).in_(bindparam("workspaces", expanding=True)),
    col(Outbox.id).in_(bindparam("ids", expanding=True)),
)
_LEASED = (
    update(Outbox)
    .where(*_THESE)
    .values(
        state=OutboxState.SENDING,
        lease_until=bindparam("until"),
        attempts=col(Outbox.attempts) + 1,
        doubtful=or_(col(Outbox.doubtful), col(Outbox.state) == OutboxState.SENDING),
    )
)


def _lease(session: Session, rows: list[Any], until: datetime) -> None:
    session.connection().execute(
        _LEASED, {**_named((r["workspace_id"], r["id"]) for r in rows), "until": until}
    )


def _named(rows: Iterable[tuple[UUID, UUID]]) -> dict[str, list[UUID]]:
    """What `_THESE` is asked with: outbox rows by their workspaces and ids."""
    workspaces, ids = zip(*rows, strict=True)
    return {"workspaces": list(set(workspaces)), "ids": list(ids)}


@dataclass(frozen=True)
class Outcome:
    """What became of an attempt: sent under the platform's id, put back until `again`, or given up for a `reason`."""

    delivery: Delivery
    external_id: str | None = None
    again: datetime | None = None
    doubtful: bool | None = None
    reason: str | None = None

    @property
    def state(self) -> OutboxState:
        """The state that follows from it."""
        if self.external_id is not None:
            return OutboxState.SENT
        return OutboxState.PENDING if self.again else OutboxState.DEAD


def settle(database: Database, outcomes: Sequence[Outcome]) -> set[UUID]:
    """Mark messages, all in one transaction: the ids of those that were still ours to mark.

    The number of the attempt fences off a worker whose lease has passed to another.
    """

    def work(session: Session) -> set[UUID]:
        arrived = [o for o in outcomes if o.state == OutboxState.SENT]
        marked = _mark_sent(session, arrived)
        marked |= {o.delivery.id for o in outcomes if o.state != OutboxState.SENT and _mark(session, o)}
        return marked

    return database.run(work)


# Of one attempt, and claimed by nobody else meanwhile.
_OURS = (*_THESE, col(Outbox.attempts) == bindparam("tries"), col(Outbox.state) == OutboxState.SENDING)
_SENT = (
    update(Outbox)
    .where(*_OURS)
    .values(state=OutboxState.SENT, lease_until=None, reason=None)
    .returning(col(Outbox.id))
)


def _mark_sent(session: Session, outcomes: Sequence[Outcome]) -> set[UUID]:
    ids: set[UUID] = set()
    for tries in {o.delivery.attempts for o in outcomes}:
        ours = _ours([o.delivery for o in outcomes if o.delivery.attempts == tries], tries)
        ids |= set(session.connection().execute(_SENT, ours).scalars())
    named = [
        {"w": o.delivery.workspace_id, "m": o.delivery.message_id, "x": o.external_id}
        for o in outcomes
        if o.delivery.id in ids
    ]
    if named:
        table = Message.__table__  # type: ignore[attr-defined]  # many rows at once are the table's, not the class's
        same = (table.c.workspace_id == bindparam("w"), table.c.id == bindparam("m"))
        session.connection().execute(update(table).where(*same).values(external_id=bindparam("x")), named)
    return ids


def _ours(deliveries: Sequence[Delivery], tries: int) -> dict[str, Any]:
    return {**_named((d.workspace_id, d.id) for d in deliveries), "tries": tries}


def _mark(session: Session, outcome: Outcome) -> bool:
    delivery = outcome.delivery
    values: dict[str, Any] = {"state": outcome.state, "lease_until": None, "reason": outcome.reason}
    if outcome.again is not None:
        values["not_before"] = outcome.again
    if outcome.doubtful is not None:
        values["doubtful"] = outcome.doubtful
    marked = update(Outbox).where(*_OURS).values(values)
    return session.connection().execute(marked, _ours([delivery], delivery.attempts)).rowcount > 0


def hand_back(database: Database, deliveries: Sequence[Delivery]) -> None:
    """Give claimed messages back untried, for whoever comes next."""

    def work(session: Session) -> None:
        for delivery in deliveries:
            values = {
                "state": OutboxState.PENDING,
                "lease_until": None,
                "attempts": delivery.attempts - 1,
                "doubtful": delivery.doubtful,
            }
            back = update(Outbox).where(*_OURS).values(values)
            session.connection().execute(back, _ours([delivery], delivery.attempts))

    database.run(work)


def release(database: Database, platforms: list[str]) -> None:
    """Give back what a dead process of a single-process platform had leased, so that it is sent at once."""
    database.run(
        lambda session: session.connection().execute(
            update(Outbox)
            .where(col(Outbox.platform).in_(platforms), col(Outbox.state) == OutboxState.SENDING)
            .values(state=OutboxState.PENDING, lease_until=None)
        )
    )
