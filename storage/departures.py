"""Messages that leave with the process that queued them: leased as they are written, and on their way after the commit."""

from collections.abc import Iterable, Iterator, Sequence, Set
from functools import partial
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, exists, or_, select
from sqlmodel import col

from storage.database import clock_of
from storage.deliveries import OPEN, Delivery, leased_until
from storage.following import after_commit
from storage.journal import gathered
from storage.partial import among
from storage.tables import Conversation, Outbox, OutboxState
from storage.unit_of_work import UnitOfWork


class Carrier(Protocol):
    """Takes messages of one platform along, in this process."""

    @property
    def platform(self) -> str:
        """Where they go."""

    def room(self) -> int:
        """How many may set out at this moment."""

    def allows(self, place: str, private: bool) -> int:
        """How many messages for this place may go at this moment, one after another."""

    def lease(self) -> Any:
        """A lease that begins now."""

    def carry(self, deliveries: Sequence[Delivery], left: Set[UUID], lease: Any) -> None:
        """What was queued is committed, and these are leased to us; in conversations that are `left` others wait to be claimed."""


class Known(NamedTuple):
    """A conversation, and whether it is clear: nothing waits in it that is on its way or due."""

    conversation: Conversation
    clear: bool


class Place(NamedTuple):
    """Where the messages of a conversation go."""

    conversation_id: UUID
    account: str
    place: str
    thread: str
    private: bool


def take_along(uow: UnitOfWork, carriers: Iterable[Carrier], known: Known | None = None) -> None:
    """Lease what this unit of work has queued to those who carry it at once: nobody need claim it.

    Of each conversation the first ones, and only where none waits before them, so that none overtakes another; of one that
    is `known` already. A process that ends between commit and sending leaves them under their lease, as one does that has
    claimed them.
    """
    queued: list[dict[str, Any]] = gathered(uow.session, Outbox)
    for carrier in carriers:
        if mine := [row for row in queued if row["platform"] == carrier.platform]:
            lease = carrier.lease()  # before the database's clock is looked at
            going = list(_leased(uow, carrier, mine, known))
            left = {row["conversation_id"] for row in mine if row["state"] == OutboxState.PENDING}
            after_commit(uow.session, partial(carrier.carry, going, left, lease))


def _leased(
    uow: UnitOfWork, carrier: Carrier, queued: Sequence[dict[str, Any]], known: Known | None
) -> Iterator[Delivery]:
    room = carrier.room()
    rows: dict[UUID, list[dict[str, Any]]] = {}
    for row in queued:
        if row["not_before"] <= uow.now:
            rows.setdefault(row["conversation_id"], []).append(row)
    if not room or not rows:
        return
    free = _free(uow, rows.keys(), known)
    until = leased_until(clock_of(uow.session))
    allowed: dict[str, int] = {}  # a place may have several conversations
    for there in free:
        left = allowed.get(there.place, carrier.allows(there.place, there.private))
        going = rows[there.conversation_id][: min(room, left)]
        room, allowed[there.place] = room - len(going), left - len(going)
        for row in going:
            row.update(state=OutboxState.SENDING, attempts=1, lease_until=until)
            yield _delivery(row, there)


def _free(uow: UnitOfWork, conversations: Set[UUID], known: Known | None) -> Iterator[Place]:
    """Those of these conversations in which nothing waits."""
    if known and known.clear and known.conversation.id in conversations:
        there = known.conversation
        yield Place(there.id, there.account, there.external_id, there.thread, there.private)
    if others := conversations - {known.conversation.id if known else None}:
        given = {"workspace": uow.workspace_id, "now": uow.now, "ids": list(others)}
        for row in uow.session.connection().execute(_FREE, given).all():
            yield Place(*row)


def is_clear() -> ColumnElement[bool]:
    """Whether nothing that is on its way, or due by `now`, waits in a conversation."""
    waits = exists().where(
        col(Outbox.workspace_id) == Conversation.workspace_id,
        col(Outbox.conversation_id) == Conversation.id,
        among(Outbox.state, OPEN),
        or_(col(Outbox.attempts) > 0, col(Outbox.not_before) <= bindparam("now")),
    )
    return ~waits.correlate(Conversation)


_PLACE: tuple[Any, ...] = (
    col(Conversation.id),
    col(Conversation.account),
    col(Conversation.external_id),
    col(Conversation.thread),
    col(Conversation.private),
)
_FREE = select(*_PLACE).where(
    col(Conversation.workspace_id) == bindparam("workspace"),
    col(Conversation.id).in_(bindparam("ids", expanding=True)),
    is_clear(),
)


def _delivery(row: dict[str, Any], there: Place) -> Delivery:
    return Delivery(
        workspace_id=row["workspace_id"],
        id=row["id"],
        message_id=row["message_id"],
        platform=row["platform"],
        account=there.account,
        place=there.place,
        thread=there.thread,
        private=there.private,
        payload=row["payload"],
        attempts=row["attempts"],
        lease_until=row["lease_until"],
        conversation_id=row["conversation_id"],
        created_at=row["created_at"],
        key=row["key"],
    )
