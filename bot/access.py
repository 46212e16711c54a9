"""Who is speaking, what they may do, and who else is in the room."""

from dataclasses import dataclass
from uuid import UUID

from bot.incoming import Incoming
from storage.queries.members import grants_of
from storage.queries.people import attach, has_members, named, participants, roles_of
from storage.queries.people import speaker_of as known_speaker
from storage.tables import Conversation, Dialogue, Member, MemberStatus
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Speaker:
    """A member who speaks, through which account, what their role allows, and where their talk stands, if it has begun."""

    member: Member
    identity_id: UUID
    grants: dict[str, str]
    dialogue: Dialogue | None = None


def speaker_of(uow: UnitOfWork, incoming: Incoming, conversation: Conversation) -> Speaker | None:
    """The member behind the sender; None for strangers and those who have left.

    A door that vouches for its people (the terminal) lets new names join: the first as the owner. A platform that
    knows its own full members (Slack) lets them join with the default role, as somebody new: anybody may take any name there.
    """
    sender = incoming.sender
    if sender.barred:
        return None
    account = (incoming.platform, incoming.account, sender.external_id, conversation.id)
    found = known_speaker(uow, *account)
    if (found is None or found.member is None) and (incoming.vouched or sender.joins):
        _join(uow, incoming)
        found = known_speaker(uow, *account)
    member = found.member if found else None
    if found is None or member is None or member.status != MemberStatus.ACTIVE:
        return None
    if incoming.vouched and _update(uow, member, incoming):
        return Speaker(member, found.identity_id, grants_of(uow, member.role), found.dialogue)
    return Speaker(member, found.identity_id, found.grants, found.dialogue)


def known(uow: UnitOfWork, incoming: Incoming) -> Speaker | None:
    """The member behind the sender, where they have joined already; nothing is written."""
    if incoming.sender.barred:
        return None
    found = known_speaker(uow, incoming.platform, incoming.account, incoming.sender.external_id)
    if found is None or found.member is None or found.member.status != MemberStatus.ACTIVE:
        return None
    return Speaker(found.member, found.identity_id, found.grants)


def _join(uow: UnitOfWork, incoming: Incoming) -> None:
    sender = incoming.sender
    first = incoming.vouched and not has_members(uow)
    role = sender.role or ("owner" if first else uow.workspace.default_role)
    member = named(uow, sender.name) if incoming.vouched else None
    if member is None:
        member = Member(
            workspace_id=uow.workspace_id,
            name=sender.name,
            role=role,
            email=sender.email,
            zone=sender.zone,
            language=sender.language,
        )
    member.zone = member.zone or incoming.zone
    attach(uow, incoming.platform, incoming.account, sender.external_id, uow.add(member))
    uow.flush()


def _update(uow: UnitOfWork, member: Member, incoming: Incoming) -> bool:
    """Take over what the door tells anew; whether there was anything."""
    changed = False
    sender = incoming.sender
    told = {"language": sender.language, "zone": sender.zone, "role": sender.role}
    for column, value in told.items():
        if value and getattr(member, column) != value:
            setattr(member, column, value)
            uow.add(member)
            changed = True
    return changed


def all_may_read(uow: UnitOfWork, conversation: Conversation, incoming: Incoming, permission: str) -> bool:
    """Whether everyone who is or may be in the room may see what this permission opens."""
    if conversation.private:
        return True
    if incoming.strangers:
        return False
    roles = {m.role for m in participants(uow, conversation)}
    roles |= roles_of(uow, incoming.platform, incoming.account, incoming.present)
    return all(grants_of(uow, role).get(permission) == "all" for role in roles)
