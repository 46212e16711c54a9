"""Who works here and what their roles allow."""

from sqlmodel import col

from storage.tables import Identity, Member, MemberStatus, Role
from storage.unit_of_work import UnitOfWork


def grants_of(uow: UnitOfWork, role: str) -> dict[str, str]:
    """What a role may do: permission to reach."""
    row = uow.first(Role, Role.name == role)
    return row.grants if row else {}


def members(uow: UnitOfWork) -> list[Member]:
    """Everyone who works here, in the order in which they joined."""
    return uow.list(Member, Member.status == MemberStatus.ACTIVE, order=[col(Member.id)])


def members_with(uow: UnitOfWork, permission: str) -> list[Member]:
    """Members who may do this to any record, owners first."""
    roles = {r.name for r in uow.list(Role) if r.grants.get(permission) == "all"}
    order = ["owner", "admin", "manager", "sales", "support", "marketing", "viewer"]
    able = [m for m in members(uow) if m.role in roles]
    return sorted(able, key=lambda m: order.index(m.role) if m.role in order else len(order))


def platforms_of(uow: UnitOfWork, member: Member) -> list[str]:
    """Where a member has accounts, each platform once."""
    rows = uow.list(Identity, col(Identity.member_id) == member.id, order=[col(Identity.id)])
    return list(dict.fromkeys(r.platform for r in rows))


def managers_of(uow: UnitOfWork, member: Member) -> list[Member]:
    """Who looks after somebody's work: the managers of their team, else all managers, else the owners."""
    others = [m for m in members(uow) if m.id != member.id]
    managers = [m for m in others if m.role == "manager"]
    own = [m for m in managers if m.team_id is not None and m.team_id == member.team_id]
    return own or managers or [m for m in others if m.role == "owner"]
