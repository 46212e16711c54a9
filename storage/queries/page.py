"""What a person's page shows: adding to it, and reading it from any place on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from storage.deliveries import Delivery
from storage.inbox import conversation_of, lock
from storage.queries.buttons import Button, each
from storage.tables import Conversation, Direction, Inbox, Keyboard, Member, Message, Outbox, Shown
from storage.unit_of_work import UnitOfWork

UNSHOWN = 20  # messages of a person that are looked at for those not shown yet


@dataclass(frozen=True)
class Entry:
    """One message of the page, with where its content is: the answer's row, or what was received.

    `buttons` are its own, `pressed` the one that it pressed, `beside` all those of that one's message.
    """

    place: int
    message: Message
    answer: Outbox | None
    received: Inbox | None
    buttons: tuple[Button, ...]
    pressed: Button | None
    beside: tuple[Button, ...]


def page_of(uow: UnitOfWork, platform: str, account: str) -> Conversation | None:
    """The conversation of an account's page; None before its first sign-in."""
    return uow.first(
        Conversation,
        Conversation.platform == platform,
        Conversation.account == "",
        Conversation.external_id == account,
        Conversation.thread == "",
    )


def open_page(uow: UnitOfWork, platform: str, account: str, member: Member) -> Conversation:
    """The same, made where there is none, so that the member can be spoken to there."""
    found = conversation_of(uow.session, uow.workspace_id, platform, "", account, "", private=True)
    found.member_id = member.id
    uow.session.add(found)
    return found


def show(session: Session, delivery: Delivery) -> UUID | None:
    """Put an answer on its page, after what it answers; once, however often it is asked. The conversation's id."""
    message = session.get(Message, (delivery.workspace_id, delivery.message_id))
    if message is None:
        return None
    conversation = lock(session, delivery.workspace_id, message.conversation_id)
    known = select(Shown).where(
        Shown.workspace_id == delivery.workspace_id, Shown.message_id == delivery.message_id
    )
    if session.exec(known).first() is None:
        said = [(m.id, None) for m in _unshown(session, conversation)]
        _append(session, conversation, [*said, (delivery.message_id, delivery.id)])
    return conversation.id


def _unshown(session: Session, conversation: Conversation) -> list[Message]:
    """What the person has said and the page does not show yet, oldest first."""
    query = (
        select(Message)
        .where(
            Message.workspace_id == conversation.workspace_id,
            Message.conversation_id == conversation.id,
            Message.direction == Direction.IN,
        )
        .order_by(col(Message.id).desc())
        .limit(UNSHOWN)
    )
    recent = session.exec(query).all()
    ids = [m.id for m in recent]
    shown = select(Shown.message_id).where(
        Shown.workspace_id == conversation.workspace_id, col(Shown.message_id).in_(ids)
    )
    known = set(session.exec(shown)) if ids else set()
    return [m for m in reversed(recent) if m.id not in known]


def _append(session: Session, conversation: Conversation, rows: Iterable[tuple[UUID, UUID | None]]) -> None:
    place = newest(session, conversation)
    for at, (message_id, outbox_id) in enumerate(rows, place + 1):
        session.add(
            Shown(
                workspace_id=conversation.workspace_id,
                conversation_id=conversation.id,
                place=at,
                message_id=message_id,
                outbox_id=outbox_id,
            )
        )


def newest(session: Session, conversation: Conversation) -> int:
    """The last place of a page; 0 for an empty one."""
    query = select(func.max(Shown.place)).where(
        Shown.workspace_id == conversation.workspace_id, Shown.conversation_id == conversation.id
    )
    return session.exec(query).one() or 0


def after(uow: UnitOfWork, page: Conversation, place: int, limit: int) -> list[Entry]:
    """What came after a place, in order."""
    return _entries(uow, page, [col(Shown.place) > place], col(Shown.place), limit)


def before(uow: UnitOfWork, page: Conversation, place: int | None, limit: int) -> list[Entry]:
    """The newest messages before a place, or of all, in order."""
    where = [] if place is None else [col(Shown.place) < place]
    return _entries(uow, page, where, col(Shown.place).desc(), limit)[::-1]


def _entries(
    uow: UnitOfWork, page: Conversation, where: Sequence[Any], order: Any, limit: int
) -> list[Entry]:
    mine = (Shown.workspace_id == page.workspace_id, Shown.conversation_id == page.id)
    received = (
        (col(Inbox.workspace_id) == page.workspace_id)
        & (Inbox.platform == page.platform)
        & (Inbox.account == page.account)
        & (Inbox.event_id == Message.external_id)
        & (Message.direction == Direction.IN)
    )
    query = (
        select(Shown.place, Message, Outbox, Inbox)
        .join(Message, (col(Message.workspace_id) == Shown.workspace_id) & (Message.id == Shown.message_id))
        .outerjoin(Outbox, (col(Outbox.workspace_id) == Shown.workspace_id) & (Outbox.id == Shown.outbox_id))
        .outerjoin(Inbox, received)
        .where(*mine, *where)
        .order_by(order)
        .limit(limit)
    )
    rows = uow.session.exec(query).all()
    tokens = [inbox.payload["press"] for *_, inbox in rows if inbox and inbox.payload.get("press")]
    keyboards = [token.partition(".")[0] for token in tokens]
    pressed = {b.token: b for b in _buttons(uow, col(Keyboard.token), keyboards)}
    messages = [m.id for _, m, *_ in rows] + [b.keyboard.message_id for b in pressed.values()]
    buttons = _buttons(uow, col(Keyboard.message_id), messages)

    def of(message_id: UUID) -> tuple[Button, ...]:
        return tuple(b for b in buttons if b.keyboard.message_id == message_id)

    def entry(place: int, message: Message, answer: Outbox | None, inbox: Inbox | None) -> Entry:
        press = pressed.get(inbox.payload.get("press") or "") if inbox else None
        return Entry(
            place,
            message,
            answer,
            inbox,
            of(message.id),
            press,
            of(press.keyboard.message_id) if press else (),
        )

    return [entry(*row) for row in rows]


def _buttons(uow: UnitOfWork, column: Any, values: Sequence[Any]) -> list[Button]:
    if not values:
        return []
    query = select(Keyboard).where(Keyboard.workspace_id == uow.workspace_id, column.in_(values))
    return list(each(uow.session.exec(query)))
