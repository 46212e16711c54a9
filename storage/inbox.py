"""What has come in: kept before it is acknowledged, handled once and in order."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_, bindparam, exists, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from storage.departures import is_clear
from storage.journal import append, with_defaults
from storage.partial import is_
from storage.tables import Conversation, Inbox, InboxState, Message, Workspace, new_id
from storage.tables.conversation import Direction
from storage.unit_of_work import UnitOfWork

NEAR = 20  # messages among which the parts of an album are looked for; they have ten at most
ATTEMPTS = 3  # at a message that did not live to be answered


def conversation_of(
    session: Session,
    workspace_id: UUID,
    platform: str,
    account: str,
    place: str,
    thread: str,
    *,
    private: bool,
) -> Conversation:
    """The conversation at a place of a platform; made when it is met for the first time."""
    found = session.exec(
        select(Conversation).where(
            Conversation.workspace_id == workspace_id,
            Conversation.platform == platform,
            Conversation.account == account,
            Conversation.external_id == place,
            Conversation.thread == thread,
        )
    ).first()
    if found is None:
        found = Conversation(
            workspace_id=workspace_id,
            platform=platform,
            account=account,
            external_id=place,
            thread=thread,
            private=private,
        )
        session.add(found)
        session.flush()
    return found


def accept(
    session: Session, workspace_id: UUID, incoming: dict[str, Any], now: datetime, known: UUID | None = None
) -> tuple[UUID, bool]:
    """Keep an event: the conversation it belongs to (`known` saves looking it up), and whether it is new."""
    conversation_id = known or _conversation(session, workspace_id, incoming).id
    row = {
        "workspace_id": workspace_id,
        "platform": incoming["platform"],
        "account": incoming["account"],
        "event_id": incoming["event_id"],
        "conversation_id": conversation_id,
        "payload": incoming,
        "created_at": now,
    }
    insert = _INSERT[session.get_bind().dialect.name]
    found = session.connection().execute(insert, with_defaults(Inbox, row)).first()
    return conversation_id, found is not None


def _conversation(session: Session, workspace_id: UUID, incoming: dict[str, Any]) -> Conversation:
    return conversation_of(
        session,
        workspace_id,
        incoming["platform"],
        incoming["account"],
        incoming["place"],
        incoming["thread"],
        private=incoming["private"],
    )


_INSERT = {
    name: dialect.insert(Inbox).on_conflict_do_nothing().returning(col(Inbox.id))
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}
_LOCK = (
    select(Conversation)
    .where(Conversation.workspace_id == bindparam("workspace"), Conversation.id == bindparam("conversation"))
    .with_for_update()
)
_WAITING = (
    select(Conversation, Workspace, Inbox, is_clear())
    .join(Workspace, col(Workspace.id) == Conversation.workspace_id)
    .outerjoin(
        Inbox,
        and_(
            col(Inbox.workspace_id) == Conversation.workspace_id,
            col(Inbox.conversation_id) == Conversation.id,
            is_(Inbox.state, InboxState.PENDING),
        ),
    )
    .where(Conversation.workspace_id == bindparam("workspace"), Conversation.id == bindparam("conversation"))
    .order_by(col(Inbox.id))
    .limit(2)
)


_TABLE = Inbox.__table__  # type: ignore[attr-defined]  # the class would have its rows looked for in the session
_MARKED = (
    update(_TABLE)
    .where(_TABLE.c.workspace_id == bindparam("workspace"), _TABLE.c.id == bindparam("row"))
    .values(state=bindparam("became"))
)


class Waiting(NamedTuple):
    """The next message of a conversation that waits to be handled, if any, and whether there are more.

    `clear` says that no answer waits in it either.
    """

    conversation: Conversation
    workspace: Workspace
    row: Inbox | None
    more: bool
    clear: bool


def lock(session: Session, workspace_id: UUID, conversation_id: UUID) -> Conversation:
    """Hold a conversation until the end of the transaction: one message of it at a time, whoever handles it."""
    return session.scalars(_LOCK, {"workspace": workspace_id, "conversation": conversation_id}).one()


def hold(session: Session, workspace_id: UUID, conversation_id: UUID, now: datetime) -> Waiting:
    """Hold a conversation, and see what waits in it."""
    if session.get_bind().dialect.name != "sqlite":  # which has one writer
        lock(session, workspace_id, conversation_id)  # by itself: the next look sees what this one waited for
    given = {"workspace": workspace_id, "conversation": conversation_id, "now": now}
    found = session.execute(_WAITING, given).all()
    conversation, workspace, row, clear = found[0]
    return Waiting(conversation, workspace, row, len(found) > 1, clear)


def album_of(session: Session, row: Inbox) -> list[Inbox]:
    """The messages that wait and are parts of one with `row`, in order; it alone where it is no part."""
    album = row.payload.get("album")
    if not album:
        return [row]
    waiting = (
        Inbox.workspace_id == row.workspace_id,
        Inbox.conversation_id == row.conversation_id,
        col(Inbox.id) >= row.id,
        is_(Inbox.state, InboxState.PENDING),
    )
    near = session.exec(select(Inbox).where(*waiting).order_by(col(Inbox.id)).limit(NEAR))
    return [r for r in near if r.payload.get("album") == album]


def mark(session: Session, rows: Iterable[Inbox], state: InboxState) -> None:
    """Say what became of messages that waited."""
    marked = [{"workspace": row.workspace_id, "row": row.id, "became": state} for row in rows]
    session.connection().execute(_MARKED, marked)


def inbox_of(uow: UnitOfWork, platform: str, account: str, event_id: str) -> Inbox | None:
    """The event that a platform calls by this id."""
    here = (Inbox.platform == platform, Inbox.account == account, Inbox.event_id == event_id)
    return uow.first(Inbox, *here)


def is_met(uow: UnitOfWork, platform: str, account: str, place: str, thread: str) -> bool:
    """Whether something was said to us there before."""
    here = (Conversation.platform == platform, Conversation.account == account)
    return (
        uow.first(Conversation, *here, Conversation.external_id == place, Conversation.thread == thread)
        is not None
    )


def pending(session: Session) -> list[tuple[UUID, UUID]]:
    """Conversations with messages that wait: (workspace, conversation)."""
    query = (
        select(Inbox.workspace_id, Inbox.conversation_id)
        .where(is_(Inbox.state, InboxState.PENDING))
        .distinct()
    )
    return [(w, c) for w, c in session.exec(query).all()]


def count_attempt(session: Session, workspace_id: UUID, conversation_id: UUID, now: datetime) -> Inbox | None:
    """One more attempt at the oldest message of a conversation; that message if it has been tried too often."""
    row = hold(session, workspace_id, conversation_id, now).row
    if row is None:
        return None
    row.attempts += 1
    session.add(row)
    return row if row.attempts > ATTEMPTS else None


def waits_since(session: Session, before: datetime) -> bool:
    """Whether any message has waited since `before`."""
    query = select(Inbox.id).where(is_(Inbox.state, InboxState.PENDING), col(Inbox.created_at) <= before)
    return session.exec(query.limit(1)).first() is not None


def left_behind(session: Session, before: datetime, busy: Collection[UUID], limit: int = 50) -> list[Inbox]:
    """The oldest message of each conversation that has waited since `before` while nobody works on it.

    Whoever accepted them has died; those that were tried least come first. Conversations of this process that are
    `busy` are its own.
    """
    earlier = aliased(Inbox)
    behind_another = exists().where(
        col(earlier.workspace_id) == Inbox.workspace_id,
        col(earlier.conversation_id) == Inbox.conversation_id,
        col(earlier.id) < Inbox.id,
        is_(earlier.state, InboxState.PENDING),
    )
    query = (
        select(Inbox)
        .join(
            Conversation,
            (col(Conversation.workspace_id) == Inbox.workspace_id)
            & (col(Conversation.id) == Inbox.conversation_id),
        )
        .where(
            is_(Inbox.state, InboxState.PENDING),
            col(Inbox.created_at) <= before,
            col(Inbox.conversation_id).not_in(list(busy)),
            ~behind_another.correlate(Inbox),
        )
        .order_by(col(Inbox.attempts), col(Inbox.id))
        .limit(limit)
        .with_for_update(of=Conversation, skip_locked=True)
    )
    return list(session.exec(query))


def keep_message(
    session: Session, row: Inbox, text: str, *, identity_id: UUID | None, member_id: UUID | None
) -> UUID:
    """The incoming message as part of the conversation's history; its id."""
    message_id = new_id()
    append(
        session,
        Message,
        id=message_id,
        workspace_id=row.workspace_id,
        conversation_id=row.conversation_id,
        direction=Direction.IN,
        identity_id=identity_id,
        member_id=member_id,
        text=text,
        external_id=row.event_id,
        created_at=row.created_at,
    )
    return message_id
