"""Invitations from the command line: whoever runs the machine may let people in."""

from bot.settings import Settings
from handlers.slots import ROLES
from storage.indexing import key_of
from storage.queries.codes import issue
from storage.queries.members import members
from storage.queries.people import has_members
from storage.tables import CodeKind
from storage.unit_of_work import UnitOfWork


def invite(uow: UnitOfWork, role: str, name: str | None = None) -> str:
    """A code that makes whoever redeems it a member with this role; a member of that name comes in as themselves.

    Raises `ValueError` for a role that there is not.
    """
    if role not in ROLES:
        raise ValueError(f"choose one of {', '.join(ROLES)}")
    known = next((m for m in members(uow) if name and key_of(m.name) == key_of(name)), None)
    if known:
        return issue(uow, CodeKind.LINK, member_id=known.id)
    return issue(uow, CodeKind.INVITE, role=role, name=name)


def first_code(uow: UnitOfWork) -> str | None:
    """At the first start, the code of the owner; None once somebody has joined."""
    return None if has_members(uow) else issue(uow, CodeKind.INVITE, role="owner")


def link(settings: Settings, port: int, code: str) -> str:
    """Where a code is redeemed on the page: under the first host that PARLEY_HOSTS names, else on this machine."""
    return f"{settings.site or f'http://127.0.0.1:{port}'}/join/{code}"
