"""Speakers: the accounts of a platform and the members behind them."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam
from sqlmodel import col, select

from storage.indexing import key_of
from storage.tables import Conversation, Dialogue, Identity, Member, MemberStatus, Message, Role
from storage.unit_of_work import UnitOfWork

_SPEAKER = (
    select(col(Identity.id), Member, col(Role.grants), Dialogue)
    .outerjoin(
        Member, (col(Member.workspace_id) == Identity.workspace_id) & (col(Member.id) == Identity.member_id)
    )
    .outerjoin(Role, (col(Role.workspace_id) == Member.workspace_id) & (col(Role.name) == Member.role))
    .outerjoin(
        Dialogue,
        (col(Dialogue.workspace_id) == Member.workspace_id)
        & (col(Dialogue.conversation_id) == bindparam("conversation"))
        & (col(Dialogue.member_id) == Member.id),
    )
    .where(
        Identity.workspace_id == bindparam("workspace"),
        Identity.platform == bindparam("platform"),
        Identity.account == bindparam("account"),
        Identity.external_id == bindparam("external_id"),
    )
)


class Account(NamedTuple):
    """An account on a platform, the member behind it, what their role allows, and where their talk stands."""

    identity_id: UUID
    member: Member | None
    grants: dict[str, str]
    dialogue: Dialogue | None


def speaker_of(
    uow: UnitOfWork, platform: str, account: str, external_id: str, conversation_id: UUID | None = None
) -> Account | None:
    """The account that speaks, if it is known, and its talk in a conversation, if there is one."""
    values = {
        "conversation": conversation_id,
        "workspace": uow.workspace_id,
        "platform": platform,
        "account": account,
        "external_id": external_id,
    }
    found = uow.session.execute(_SPEAKER, values).first()
    return Account(found[0], found[1], found[2] or {}, found[3]) if found else None


def identity_of(uow: UnitOfWork, platform: str, account: str, external_id: str) -> Identity | None:
    """The row of an account, if it is known."""
    here = (Identity.platform == platform, Identity.account == account)
    return uow.first(Identity, *here, Identity.external_id == external_id)


def named(uow: UnitOfWork, name: str) -> Member | None:
    """The member of that name."""
    return next((m for m in uow.list(Member) if key_of(m.name) == key_of(name)), None)


def attach(uow: UnitOfWork, platform: str, account: str, external_id: str, member: Member) -> Identity:
    """Make an account on a platform the member's; it may have been nobody's or somebody else's before."""
    identity = identity_of(uow, platform, account, external_id) or Identity(
        workspace_id=uow.workspace_id, platform=platform, account=account, external_id=external_id
    )
    identity.member_id = member.id
    return uow.add(identity)


def has_members(uow: UnitOfWork) -> bool:
    """Whether anybody has joined yet."""
    return uow.first(Member) is not None


def participants(uow: UnitOfWork, conversation: Conversation) -> list[Member]:
    """Members who have spoken in a room."""
    query = (
        select(Message.member_id)
        .where(Message.workspace_id == uow.workspace_id, Message.conversation_id == conversation.id)
        .distinct()
    )
    ids = [i for i in uow.session.exec(query) if i is not None]
    return uow.list(Member, col(Member.id).in_(ids)) if ids else []


def roles_of(uow: UnitOfWork, platform: str, account: str, present: Sequence[str]) -> set[str]:
    """The roles of those in a room; who has not joined yet has the one that they would join with."""
    if not present:
        return set()
    query = (
        select(Identity.external_id, Member.role)
        .join(Member, (col(Member.workspace_id) == Identity.workspace_id) & (Member.id == Identity.member_id))
        .where(
            Identity.workspace_id == uow.workspace_id,
            Identity.platform == platform,
            Identity.account == account,
            col(Identity.external_id).in_(present),
            Member.status == MemberStatus.ACTIVE,
        )
    )
    known = dict(uow.session.exec(query).all())
    return {known.get(one, uow.workspace.default_role) for one in present}


def accounts_on(uow: UnitOfWork, platform: str, account: str = "") -> list[str]:
    """The accounts of active members on a platform."""
    query = (
        select(Identity.external_id)
        .join(Member, (col(Member.workspace_id) == Identity.workspace_id) & (Member.id == Identity.member_id))
        .where(
            Identity.workspace_id == uow.workspace_id,
            Identity.platform == platform,
            Identity.account == account,
            Member.status == MemberStatus.ACTIVE,
        )
    )
    return list(uow.session.exec(query))


def dialogue_of(uow: UnitOfWork, conversation_id: UUID, member_id: UUID) -> Dialogue:
    """Where someone's talk in a conversation stands; an empty state at its beginning."""
    key = {"workspace_id": uow.workspace_id, "conversation_id": conversation_id, "member_id": member_id}
    return uow.session.get(Dialogue, key) or Dialogue(**key, state={})


def save_dialogue(uow: UnitOfWork, row: Dialogue, state: dict[str, Any]) -> None:
    """Keep the state for the next message."""
    if row.state != state:
        row.state = state
    uow.session.add(row)
