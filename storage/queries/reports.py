"""Figures: how many records and how much money, in a span of time, split one way; counted by the database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import case, literal
from sqlmodel import col, func, select

from storage.find import Scope
from storage.queries.sales import LOST, WON
from storage.queries.service import UNFINISHED
from storage.queries.work import OPEN_TASKS
from storage.tables import (
    Activity,
    Company,
    Contact,
    Deal,
    Member,
    Stage,
    Tag,
    Tagging,
    Task,
    TaskStatus,
    Ticket,
)
from storage.unit_of_work import UnitOfWork

MOST = 200  # groups that are read; more are no table that anybody reads
Bounds = Sequence[datetime] | Sequence[date]


@dataclass(frozen=True)
class Measure:
    """What a figure counts: rows of a kind, by the moment that dates them.

    `always` holds whatever the span; `now` is what is counted where no span is said.
    """

    model: type[Any]
    moment: str
    always: Sequence[Any] = ()
    now: Sequence[Any] = ()
    splits: Sequence[str] = ()


TIMES = ("day", "week", "month", "quarter")
_OPEN_DEAL: tuple[Any, ...] = (col(Deal.closed_on).is_(None),)
MEASURES: dict[str, Measure] = {
    "contacts": Measure(Contact, "created_at", splits=("owner", "source", "company", "tag", "stage")),
    "companies": Measure(Company, "created_at", splits=("owner", "tag", "stage")),
    "deals": Measure(Deal, "created_at", now=_OPEN_DEAL, splits=("owner", "stage", "source", "company")),
    "pipeline": Measure(Deal, "close_date", _OPEN_DEAL, splits=("stage", "owner", "source", "company")),
    "forecast": Measure(Deal, "close_date", _OPEN_DEAL, splits=("owner", "stage", "source", "company")),
    "won": Measure(Deal, "closed_on", (Deal.stage == WON,), splits=("owner", "source", "company")),
    "lost": Measure(Deal, "closed_on", (Deal.stage == LOST,), splits=("owner", "source", "company")),
    "win_rate": Measure(
        Deal, "closed_on", (col(Deal.stage).in_((WON, LOST)),), splits=("owner", "source", "company")
    ),
    "tickets": Measure(
        Ticket,
        "created_at",
        now=(col(Ticket.status).in_(UNFINISHED),),
        splits=("owner", "priority", "stage", "company"),
    ),
    "tasks": Measure(
        Task, "completed_at", now=(col(Task.status).in_(OPEN_TASKS),), splits=("owner", "priority", "company")
    ),
    "activities": Measure(Activity, "occurred_at", splits=("owner", "company")),
}
_DONE = (Task.status == TaskStatus.COMPLETED,)


@dataclass
class Group:
    """One row of a report: its key (an id, a value, the number of a bucket; None for the rest), and its figures."""

    key: Any
    name: str | None = None
    count: int = 0
    won: int = 0
    amounts: dict[str, Decimal] = field(default_factory=dict)
    weighted: dict[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """What is asked: a measure of what someone may see, in a span, split one way, of one owner."""

    metric: str
    scope: Scope
    between: tuple[Any, Any] | None = None
    by: str | None = None
    bounds: Bounds = ()
    owner: Member | None = None
    kind: str | None = None  # of activities

    @property
    def measure(self) -> Measure:
        """What is counted."""
        return MEASURES[self.metric]


def is_dated_by_day(metric: str) -> bool:
    """Whether the moment of a measure is a day, not a moment in time."""
    return MEASURES[metric].moment in ("closed_on", "close_date")


def figures(uow: UnitOfWork, asked: Question) -> list[Group]:
    """The groups of a report, the largest first; without a split there is one."""
    model = asked.measure.model
    key, name = _key(asked)
    columns: list[Any] = [key, name, func.count()]
    columns += _of_deals() if model is Deal else []
    query = _joined(asked, select(*columns).select_from(model)).where(*_where(uow, asked))
    groups = query.group_by(*([key, name] if asked.by else []), *_by_money(model))
    return _summed(uow.session.connection().execute(groups).all(), model is Deal)


def _of_deals() -> list[Any]:
    won = func.sum(case((col(Deal.stage) == WON, 1), else_=0))
    return [Deal.currency, func.coalesce(Stage.probability, 0), func.sum(Deal.amount), won]


def _by_money(model: type[Any]) -> list[Any]:
    return [col(Deal.currency), col(Stage.probability)] if model is Deal else []


def _key(asked: Question) -> tuple[Any, Any]:
    """The column that tells groups apart, and the one that names them where the key does not."""
    model = asked.measure.model
    match asked.by:
        case None:
            return literal(None), literal(None)
        case "owner":
            return col(model.owner_id), Member.name
        case "company":
            return col(model.company_id), Company.name
        case "tag":
            return col(Tag.id), Tag.name
        case "source" | "priority":
            return col(getattr(model, asked.by)), literal(None)
        case "stage":
            if model is Deal:
                return col(Deal.stage), literal(None)
            return col(model.status if model is Ticket else model.lifecycle), literal(None)
        case _:
            return _bucket(getattr(model, asked.measure.moment), asked.bounds), literal(None)


def _bucket(moment: Any, bounds: Bounds) -> Any:
    """The number of the bucket that a moment falls into; the bounds are the ends of all but the last."""
    if len(bounds) < 2:
        return literal(0)
    return case(*((moment < bound, n) for n, bound in enumerate(bounds[:-1])), else_=len(bounds) - 1)


def _joined(asked: Question, query: Any) -> Any:
    model = asked.measure.model

    def here(other: type[Any]) -> Any:
        return col(other.workspace_id) == model.workspace_id

    if model is Deal:
        stage = here(Stage) & (col(Stage.pipeline_id) == Deal.pipeline_id) & (col(Stage.key) == Deal.stage)
        query = query.outerjoin(Stage, stage)
    if asked.by == "owner":
        return query.outerjoin(Member, here(Member) & (col(Member.id) == model.owner_id))
    if asked.by == "company":
        return query.outerjoin(Company, here(Company) & (col(Company.id) == model.company_id))
    if asked.by == "tag":
        query = query.join(Tagging, here(Tagging) & (col(Tagging.record_id) == model.id))
        return query.join(Tag, here(Tag) & (col(Tag.id) == Tagging.tag_id))
    return query


def _where(uow: UnitOfWork, asked: Question) -> list[Any]:
    measure, model = asked.measure, asked.measure.model
    where = [model.workspace_id == uow.workspace_id, *measure.always, *asked.scope.where(model)]
    if asked.owner:
        where.append(col(model.owner_id) == asked.owner.id)
    if asked.kind:
        where.append(Activity.type == asked.kind)
    if asked.between is None:
        return [*where, *measure.now]
    moment = getattr(model, measure.moment)
    done = _DONE if model is Task else ()
    return [*where, *done, moment >= asked.between[0], moment < asked.between[1]]


def _summed(rows: Sequence[Any], money: bool) -> list[Group]:
    groups: dict[Any, Group] = {}
    for key, name, count, *rest in rows:
        group = groups.setdefault(key, Group(key, name))
        group.count += count
        if money:
            _add_money(group, *rest)
    return sorted(groups.values(), key=lambda g: (-sum(g.amounts.values()), -g.count))[:MOST]


def _add_money(
    group: Group, currency: str | None, probability: int, amount: Decimal | None, won: int
) -> None:
    group.won += won or 0
    if currency is None or amount is None:
        return
    group.amounts[currency] = group.amounts.get(currency, Decimal(0)) + amount
    share = amount * probability / 100
    group.weighted[currency] = group.weighted.get(currency, Decimal(0)) + share
