"""Nudges that are on."""

from sqlmodel import col

from storage.tables import Member, Rule
from storage.unit_of_work import UnitOfWork


def rules_of(uow: UnitOfWork, member: Member) -> list[Rule]:
    """A member's own nudges, the oldest first."""
    return uow.list(Rule, Rule.owner_id == member.id, col(Rule.active).is_(True), order=[col(Rule.id)])
