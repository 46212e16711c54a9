"""Activities, tasks and reminders: reading them."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, or_
from sqlmodel import col

from storage.find import Scope
from storage.tables import (
    Activity,
    Company,
    Contact,
    Deal,
    Member,
    Priority,
    Reminder,
    ReminderStatus,
    Task,
    TaskStatus,
    Ticket,
)
from storage.unit_of_work import UnitOfWork

OPEN_TASKS = (TaskStatus.NOT_STARTED, TaskStatus.IN_PROGRESS, TaskStatus.DEFERRED)
OPEN_REMINDERS = (ReminderStatus.SCHEDULED, ReminderStatus.SNOOZED)
_RANK = {Priority.URGENT: 0, Priority.HIGH: 1, Priority.NORMAL: 2, Priority.LOW: 3}


def about(model: Any, customer: Contact | Company | None) -> list[Any]:
    """Conditions for rows about a customer; a company's include those of its people."""
    if customer is None:
        return []
    return (
        [model.contact_id == customer.id]
        if isinstance(customer, Contact)
        else [model.company_id == customer.id]
    )


def activities(
    uow: UnitOfWork,
    scope: Scope,
    between: tuple[datetime, datetime] | None = None,
    limit: int | None = None,
    offset: int = 0,
    customer: Contact | Company | None = None,
    kind: str | None = None,
) -> tuple[list[Activity], int]:
    """What happened, of every kind or of one, newest first, and how much there is in all."""
    where = [*scope.where(Activity), *about(Activity, customer)]
    if kind:
        where.append(Activity.type == kind)
    if between:
        where += [col(Activity.occurred_at) >= between[0], col(Activity.occurred_at) < between[1]]
    order = [col(Activity.occurred_at).desc(), col(Activity.id).desc()]
    return uow.list(Activity, *where, order=order, limit=limit, offset=offset), uow.count(Activity, *where)


def latest_activity(
    uow: UnitOfWork,
    scope: Scope,
    member: Member,
    *,
    types: Collection[str] = (),
    about: Sequence[Contact | Company] = (),
    mine: bool = True,
) -> Activity | None:
    """The activity that was logged last: of these types, with one of these customers, by this member."""
    where: list[Any] = scope.where(Activity)
    if mine:
        where.append(Activity.made_by == member.id)
    if types:
        where.append(col(Activity.type).in_(types))
    if about:
        ids = [c.id for c in about]
        where.append(or_(col(Activity.contact_id).in_(ids), col(Activity.company_id).in_(ids)))
    return uow.first(Activity, *where, order=[col(Activity.id).desc()])


def tasks(
    uow: UnitOfWork,
    scope: Scope,
    *,
    assignee: Member | None = None,
    statuses: Sequence[TaskStatus] = OPEN_TASKS,
    due: tuple[date, date] | None = None,
    overdue: datetime | None = None,
    ahead: datetime | None = None,
    priority: str | None = None,
    customer: Contact | Company | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[list[Task], int]:
    """Tasks that fit all that is given, the most pressing first, and how many there are in all.

    `due` is a span of days, its end excluded; `overdue` the moment by which they should have been done,
    `ahead` the one before which they need not have been.
    """
    where = [*scope.where(Task), *about(Task, customer), col(Task.status).in_(statuses)]
    if assignee:
        where.append(Task.owner_id == assignee.id)
    if priority:
        where.append(Task.priority == Priority(priority))
    if due:
        where += [col(Task.due_on) >= due[0], col(Task.due_on) < due[1]]
    if overdue:
        late = (col(Task.due_at).is_(None)) & (col(Task.due_on) < overdue.date())
        where.append(or_(col(Task.due_at) < overdue, late))
    if ahead:
        where.append(or_(col(Task.due_at).is_(None), col(Task.due_at) >= ahead))
    rank = case(*((col(Task.priority) == p, r) for p, r in _RANK.items()), else_=2)
    order = [col(Task.due_on).is_(None), col(Task.due_on), rank, Task.number]
    return uow.list(Task, *where, order=order, limit=limit, offset=offset), uow.count(Task, *where)


def reminders(
    uow: UnitOfWork,
    owner: Member,
    *,
    customer: Contact | Company | None = None,
    between: tuple[datetime, datetime] | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[list[Reminder], int]:
    """What someone will be reminded of, the soonest first, and how much there is in all."""
    where = [
        Reminder.owner_id == owner.id,
        *about(Reminder, customer),
        col(Reminder.status).in_(OPEN_REMINDERS),
    ]
    if between:
        where += [col(Reminder.due_at) >= between[0], col(Reminder.due_at) < between[1]]
    order = [col(Reminder.due_at), col(Reminder.id)]
    return uow.list(Reminder, *where, order=order, limit=limit, offset=offset), uow.count(Reminder, *where)


def of_other_zones(uow: UnitOfWork, owner: Member, zone: str) -> list[Reminder]:
    """What someone will be reminded of by the clock of another zone than this one."""
    where = (Reminder.owner_id == owner.id, col(Reminder.status).in_(OPEN_REMINDERS), Reminder.zone != zone)
    return uow.list(Reminder, *where, order=[col(Reminder.due_at)])


def coming_up(uow: UnitOfWork, member: Member, row: Deal | Ticket | Task) -> Reminder | None:
    """The next reminder that a member has of a deal, ticket or task."""
    column = getattr(Reminder, f"{row.__tablename__}_id")
    mine = (column == row.id, Reminder.owner_id == member.id, col(Reminder.status).in_(OPEN_REMINDERS))
    return uow.first(Reminder, *mine, order=[col(Reminder.due_at)])


def end_reminders(uow: UnitOfWork, row: Deal | Ticket | Task) -> None:
    """What was to be remembered of a deal, ticket or task is over with it."""
    column = getattr(Reminder, f"{row.__tablename__}_id")
    for reminder in uow.list(Reminder, column == row.id, col(Reminder.status).in_(OPEN_REMINDERS)):
        reminder.status = ReminderStatus.DONE
        uow.add(reminder)


def newest_reminder(uow: UnitOfWork, owner: Member) -> Reminder | None:
    """The reminder that someone was last given and has not answered."""
    return uow.first(
        Reminder,
        Reminder.owner_id == owner.id,
        Reminder.status == ReminderStatus.SENT,
        order=[col(Reminder.due_at).desc()],
    )


def overdue(task: Task, now: datetime) -> bool:
    """Whether an unfinished task should have been done by now; `now` is local time."""
    if task.status not in OPEN_TASKS:
        return False
    if task.due_at is not None:
        return task.due_at < now
    return task.due_on is not None and task.due_on < now.date()
