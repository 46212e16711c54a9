"""How an account becomes somebody here: by a one-time code, said as `link CODE` or `/start CODE` on any platform."""

import re

from bot.incoming import Incoming
from handlers.reply import Reply
from handlers.voice import Voice
from storage.queries.codes import Refused, redeem
from storage.queries.ownership import fold_in
from storage.queries.people import attach, speaker_of
from storage.tables import Code, CodeKind, Identity, Member
from storage.unit_of_work import UnitOfWork

_CODE = re.compile(r"/?(?:crm\s+)?(?:start|link|join)\s+([a-z2-7]{16})", re.IGNORECASE)


def code_in(text: str) -> str | None:
    """The code that a message brings, if it is one that brings a code."""
    found = _CODE.fullmatch(text.strip())
    return found[1].lower() if found else None


def open_with(uow: UnitOfWork, incoming: Incoming, code: str) -> Member:
    """The member that the sender is from now on; who they were until now becomes one with that. Raises `Refused`."""
    account = (incoming.platform, incoming.account, incoming.sender.external_id)
    before = speaker_of(uow, *account)
    member = enter(uow, incoming, code)
    attach(uow, *account, member)
    uow.flush()
    if before and before.member and before.member.id != member.id:
        fold_in(uow, before.member, member)
    return member


def enter(uow: UnitOfWork, incoming: Incoming, code: str) -> Member:
    """The member whom a code lets in, without an account yet. Raises `Refused`."""
    row = redeem(uow, code)
    member = _member(uow, incoming, row)
    _take_over(uow, incoming, member)
    return member


def _member(uow: UnitOfWork, incoming: Incoming, code: Code) -> Member:
    """Who the code is for: the one it links to, the speaker whose role it gives, or somebody new."""
    if code.kind == CodeKind.LINK and (linked := uow.get(Member, code.member_id)):
        return linked
    known = speaker_of(uow, incoming.platform, incoming.account, incoming.sender.external_id)
    if known and known.member:
        known.member.role = code.role or known.member.role
        return uow.add(known.member)
    name = code.name or incoming.sender.name
    return uow.add(
        Member(workspace_id=uow.workspace_id, name=name, role=code.role or uow.workspace.default_role)
    )


def _take_over(uow: UnitOfWork, incoming: Incoming, member: Member) -> None:
    """What the platform tells of somebody, where nothing is known yet."""
    told = {
        "language": incoming.sender.language,
        "zone": incoming.sender.zone,
        "email": incoming.sender.email,
    }
    for column, value in told.items():
        if value and getattr(member, column) is None:
            setattr(member, column, value)
    uow.add(member)
    uow.flush()


def welcome(voice: Voice, member: Member, *, where: bool = False) -> Reply:
    """What the sender is told; `where` nobody tells in which time zone they are, the one they are taken to be in as well."""
    role = voice.label(f"role.{member.role}")
    clock = voice.say("linked.zone", zone=voice.zone.key, now=f"{voice.now:%H:%M}")
    lines = (clock,) if where and not member.zone else ()
    return Reply(voice.say("linked", name=member.name, role=role), lines=lines, private=True)


def refused(voice: Voice, error: Refused) -> Reply:
    """What the sender is told of a code that opens nothing."""
    return Reply(voice.say(f"code.{error.reason}"), private=True)


def elsewhere(uow: UnitOfWork, member: Member, incoming: Incoming) -> bool:
    """Whether the member has another account that should hear of this one."""
    others = uow.list(Identity, Identity.member_id == member.id)
    return any(i.platform != incoming.platform or i.account != incoming.account for i in others)
