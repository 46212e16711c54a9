"""Deals: pipelines, stages, totals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlmodel import col

from storage.find import Scope
from storage.folding import fold
from storage.queries.work import about
from storage.tables import Company, Contact, Deal, Member, Pipeline, Stage, StageEntry
from storage.unit_of_work import UnitOfWork

WON, LOST = "closed_won", "closed_lost"


def standard_pipeline(uow: UnitOfWork) -> Pipeline:
    """The first pipeline of the workspace. Raises `LookupError` when there is none."""
    pipeline = uow.first(Pipeline, order=[Pipeline.position])
    if pipeline is None:
        raise LookupError("the workspace has no pipeline")
    return pipeline


def stages(uow: UnitOfWork, deal: Deal | None = None) -> list[Stage]:
    """The stages of a deal's pipeline, or of the standard one, in order."""
    pipeline_id = deal.pipeline_id if deal else standard_pipeline(uow).id
    return uow.list(Stage, Stage.pipeline_id == pipeline_id, order=[Stage.position])


def stage_named(uow: UnitOfWork, said: str, deal: Deal | None = None) -> Stage | None:
    """A stage by its key or its label in any language."""
    wanted = fold(said).strip().replace("_", " ")
    for stage in stages(uow, deal):
        names = {stage.key.replace("_", " "), *(fold(label) for label in stage.labels.values())}
        if wanted in names:
            return stage
    return None


def enter_stage(uow: UnitOfWork, deal: Deal, stage: Stage, member: Member) -> None:
    """Move a deal into a stage and note how long it was in the one before."""
    now = uow.now
    current = uow.first(StageEntry, StageEntry.deal_id == deal.id, col(StageEntry.left_at).is_(None))
    if current is not None:
        current.left_at = now
        uow.add(current)
    uow.add(
        StageEntry(
            workspace_id=uow.workspace_id,
            deal_id=deal.id,
            stage=stage.key,
            entered_at=now,
            by_member_id=member.id,
        )
    )
    deal.stage, deal.stage_since = stage.key, now
    uow.add(deal)


def stays(uow: UnitOfWork, deal: Deal) -> list[StageEntry]:
    """A deal's way through its pipeline, oldest first."""
    return uow.list(StageEntry, StageEntry.deal_id == deal.id, order=[StageEntry.entered_at, StageEntry.id])


def deals_where(
    uow: UnitOfWork,
    scope: Scope,
    *,
    stage: str | None = None,
    owner: Member | None = None,
    customer: Contact | Company | None = None,
    closing: tuple[date, date] | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[list[Deal], int]:
    """Deals that fit all that is given, the largest first, and how many there are; open ones unless a stage is named.

    `closing` is a span of days, its end excluded: of the closing date of won and lost deals, else of the planned one.
    """
    where: list[Any] = [*scope.where(Deal), *about(Deal, customer)]
    where.append(Deal.stage == stage if stage else col(Deal.closed_on).is_(None))
    if owner:
        where.append(Deal.owner_id == owner.id)
    if closing:
        day = col(Deal.closed_on) if stage in (WON, LOST) else col(Deal.close_date)
        where += [day >= closing[0], day < closing[1]]
    order = [col(Deal.amount).is_(None), col(Deal.amount).desc(), Deal.title]
    return uow.list(Deal, *where, order=order, limit=limit, offset=offset), uow.count(Deal, *where)


@dataclass(frozen=True)
class Total:
    """What deals of one currency come to, as they are and weighted by the probability of their stages."""

    currency: str
    amount: Decimal
    weighted: Decimal


def totals(uow: UnitOfWork, deals: Sequence[Deal]) -> list[Total]:
    """Totals by currency, the largest first."""
    probability = {(s.pipeline_id, s.key): s.probability for s in uow.list(Stage)}
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    for deal in deals:
        if deal.amount is None or deal.currency is None:
            continue
        plain, weighted = sums.get(deal.currency, (Decimal(0), Decimal(0)))
        share = Decimal(probability.get((deal.pipeline_id, deal.stage), 0)) / 100
        sums[deal.currency] = (plain + deal.amount, weighted + deal.amount * share)
    found = [Total(code, plain, weighted) for code, (plain, weighted) in sums.items()]
    return sorted(found, key=lambda t: -t.amount)


def delete_deal(uow: UnitOfWork, deal: Deal) -> None:
    """Delete a deal with its way through the pipeline."""
    for entry in stays(uow, deal):
        uow.delete(entry)
    uow.delete(deal)
