"""What a team did in a week."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from sqlmodel import col, func, select

from storage.queries.sales import LOST, WON
from storage.queries.work import OPEN_TASKS
from storage.tables import Activity, Contact, Deal, Task, Ticket
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Week:
    """Counts of a week; sums of won deals by currency."""

    won: int
    lost: int
    new_deals: int
    new_contacts: int
    activities: int
    tasks_done: int
    tasks_overdue: int
    new_tickets: int
    tickets_resolved: int
    won_sums: dict[str, Decimal] = field(default_factory=dict)


def week_of(uow: UnitOfWork, begin: datetime, today: date) -> Week:
    """The week from a moment until now; `today` is the day by which tasks are late."""
    won = (Deal.stage == WON, col(Deal.closed_on) >= begin.date())
    sums = (
        select(Deal.currency, func.sum(Deal.amount))
        .where(Deal.workspace_id == uow.workspace_id, *won, col(Deal.amount).is_not(None))
        .group_by(col(Deal.currency))
    )
    return Week(
        won=uow.count(Deal, *won),
        lost=uow.count(Deal, Deal.stage == LOST, col(Deal.closed_on) >= begin.date()),
        new_deals=uow.count(Deal, col(Deal.created_at) >= begin),
        new_contacts=uow.count(Contact, col(Contact.created_at) >= begin),
        activities=uow.count(Activity, col(Activity.occurred_at) >= begin),
        tasks_done=uow.count(Task, col(Task.completed_at) >= begin),
        tasks_overdue=uow.count(Task, col(Task.status).in_(OPEN_TASKS), col(Task.due_on) < today),
        new_tickets=uow.count(Ticket, col(Ticket.created_at) >= begin),
        tickets_resolved=uow.count(Ticket, col(Ticket.resolved_at) >= begin),
        won_sums={str(c): amount for c, amount in uow.session.exec(sums) if c and amount},
    )
