"""What is to be sent: queued with what it tells, claimed under a lease, sent, marked."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, text, update
from sqlalchemy import select as sa_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from storage.database import Database, signal
from storage.journal import append
from storage.partial import among
from storage.tables import Conversation, Dialogue, Direction, Message, Outbox, OutboxState, Workspace, new_id
from storage.unit_of_work import UnitOfWork

LEASE = timedelta(seconds=60)
RECENT = 12
QUEUED = "queued"  # the signal that something waits to be sent
OPEN = (OutboxState.PENDING, OutboxState.SENDING)
MARKED = ("slack", "telegram")  # platforms where a message is edited once one of its buttons was pressed


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
    signal(uow.session, QUEUED)
    return message_id


def send_elsewhere(uow: UnitOfWork, delivery: Delivery, conversation: Conversation) -> None:
    """Queue a message that cannot be delivered for another conversation of its reader."""
    original = uow.get(Message, delivery.message_id)
    if original is not None:
        enqueue(
            uow,
            conversation,
            original.text,
            delivery.payload,
            member_id=original.member_id,
            change_set_id=original.change_set_id,
            replaces=None,
            key=None,
        )


def is_queued(uow: UnitOfWork, key: str) -> bool:
    """Whether a message of this key was queued before, sent or not."""
    return uow.first(Outbox, Outbox.key == key) is not None


def newest_private(uow: UnitOfWork, member_id: UUID) -> Conversation | None:
    """Where a member was last spoken to in private, and can still be reached."""
    return uow.first(
        Conversation,
        Conversation.member_id == member_id,
        col(Conversation.private).is_(True),
        col(Conversation.unreachable_at).is_(None),
        order=[
            (col(Conversation.thread) == "").desc(),
            col(Conversation.id).desc(),
        ],  # a thread is one matter's
    )


def newest_privates(uow: UnitOfWork, members: Collection[UUID]) -> dict[UUID, Conversation]:
    """The same for several members."""
    rows = uow.list(
        Conversation,
        col(Conversation.member_id).in_(list(members)),
        col(Conversation.private).is_(True),
        col(Conversation.unreachable_at).is_(None),
        order=[col(Conversation.id)],
    )
    return {row.member_id: row for row in rows if row.member_id}


def mark_used(uow: UnitOfWork, message: Message, token: str, label: str) -> bool:
    """Queue that a message shows which of its buttons was pressed; whether it had asked a question.

    What was asked is answered then, so its other buttons go as well; elsewhere the others stay.
    """
    shown = uow.first(Outbox, Outbox.message_id == message.id, order=[col(Outbox.id).desc()])
    if shown is None:
        return False
    asks = bool(shown.payload.get("asks"))
    if message.external_id and shown.platform in MARKED:
        left = [] if asks else [b for b in shown.payload["buttons"] if b[1] != token]
        used = [*shown.payload.get("used", []), label]
        again = {"buttons": left, "used": used, "replaces": message.external_id}
        append(
            uow.session,
            Outbox,
            workspace_id=uow.workspace_id,
            platform=shown.platform,
            conversation_id=shown.conversation_id,
            message_id=message.id,
            payload={**shown.payload, **again},
            not_before=uow.now,
        )
    return asks


def remember(
    uow: UnitOfWork,
    conversation_id: UUID,
    member_id: UUID,
    mentions: list[dict[str, str]],
    listed: list[dict[str, str]],
) -> None:
    """Put records in the focus of a talk that Parley began, so that "done" and "that one" find them."""
    key = (uow.workspace_id, conversation_id, member_id)
    row = uow.session.get(Dialogue, key) or Dialogue(
        workspace_id=key[0], conversation_id=key[1], member_id=key[2], state={}
    )
    known = {m["id"] for m in mentions}
    recent = [m for m in row.state.get("recent", []) if m["id"] not in known]
    row.state = {**row.state, "recent": [*mentions, *recent][:RECENT]}
    if listed:
        row.state = {**row.state, "listed": listed}
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


def claim(
    database: Database, platforms: Iterable[str], now: datetime, limit: int = 50, resting: Iterable[str] = ()
) -> list[Delivery]:
    """Lease messages that are due, and count the attempt; nobody else gets them until the lease ends.

    Of each conversation only the oldest, so that none overtakes one that waits for another attempt. Places that are
    `resting` are passed over.
    """

    def work(session: Session) -> list[Delivery]:
        clock = clock_of(session)
        rows: list[Any] = []
        for platform in platforms:
            heads = _heads(platform, now, clock, resting).limit(limit - len(rows))
            rows += session.connection().execute(heads).mappings().all()
        if rows:
            _lease(session, rows, clock + LEASE)
        return [Delivery(**row, lease_until=clock + LEASE) for row in rows]

    return database.run(work)


def _heads(platform: str, now: datetime, clock: datetime, resting: Iterable[str]) -> Select[Any]:
    """Messages that may leave now, the longest due first."""
    earlier = aliased(Outbox)
    in_the_way = (
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
    lapsed = and_(col(Outbox.state) == OutboxState.SENDING, col(Outbox.lease_until) < clock)
    return (
        sa_select(*_COLUMNS, or_(col(Outbox.doubtful), lapsed).label("doubtful"))
        .join(Conversation, _same_conversation())
        .where(
            col(Outbox.platform) == platform,
            among(Outbox.state, OPEN),
            col(Outbox.not_before) <= now,
            or_(col(Outbox.state) == OutboxState.PENDING, lapsed),
            ~in_the_way,
            col(Conversation.external_id).not_in(list(resting)),
        )
        .order_by(col(Outbox.not_before), col(Outbox.id))
        .with_for_update(of=Outbox, skip_locked=True)
    )


def _same_conversation() -> ColumnElement[bool]:
    return and_(
        col(Conversation.workspace_id) == Outbox.workspace_id, col(Conversation.id) == Outbox.conversation_id
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


def _lease(session: Session, rows: list[Any], until: datetime) -> None:
    lapsed = col(Outbox.state) == OutboxState.SENDING
    session.connection().execute(
        update(Outbox)
        .where(*_these({r["workspace_id"] for r in rows}, [r["id"] for r in rows]))
        .values(
            state=OutboxState.SENDING,
            lease_until=until,
            attempts=col(Outbox.attempts) + 1,
            doubtful=or_(col(Outbox.doubtful), lapsed),
        )
    )


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


def _mark_sent(session: Session, outcomes: Sequence[Outcome]) -> set[UUID]:
    ids: set[UUID] = set()
    for attempts in {o.delivery.attempts for o in outcomes}:
        ours = _ours([o.delivery for o in outcomes if o.delivery.attempts == attempts], attempts)
        values = {"state": OutboxState.SENT, "lease_until": None, "reason": None}
        marked = update(Outbox).where(*ours).values(values).returning(col(Outbox.id))
        ids |= set(session.connection().execute(marked).scalars())
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


def _mark(session: Session, outcome: Outcome) -> bool:
    delivery = outcome.delivery
    values: dict[str, Any] = {"state": outcome.state, "lease_until": None, "reason": outcome.reason}
    if outcome.again is not None:
        values["not_before"] = outcome.again
    if outcome.doubtful is not None:
        values["doubtful"] = outcome.doubtful
    ours = _ours([delivery], delivery.attempts)
    return session.connection().execute(update(Outbox).where(*ours).values(values)).rowcount > 0


def _ours(deliveries: Sequence[Delivery], attempts: int) -> list[ColumnElement[bool]]:
    """Those of one attempt that nobody else has claimed meanwhile."""
    return [
        *_these({d.workspace_id for d in deliveries}, [d.id for d in deliveries]),
        col(Outbox.attempts) == attempts,
        col(Outbox.state) == OutboxState.SENDING,
    ]


def _these(workspaces: Iterable[UUID], ids: Iterable[UUID]) -> list[ColumnElement[bool]]:
    return [col(Outbox.workspace_id).in_(list(workspaces)), col(Outbox.id).in_(list(ids))]


def hand_back(database: Database, delivery: Delivery) -> None:
    """Give a claimed message back untried, for whoever comes next."""
    ours = _ours([delivery], delivery.attempts)
    values = {
        "state": OutboxState.PENDING,
        "lease_until": None,
        "attempts": delivery.attempts - 1,
        "doubtful": delivery.doubtful,
    }
    database.run(lambda session: session.connection().execute(update(Outbox).where(*ours).values(values)))


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
    query = (
        select(func.count())
        .select_from(Outbox)
        .where(Outbox.workspace_id == workspace.id, among(Outbox.state, OPEN))
    )
    return session.exec(query).one()
