"""Deals: pipelines, stages, totals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlmodel import col, func, select

from storage.find import Scope
from storage.folding import fold
from storage.queries.work import about
from storage.tables import Choice, Company, Contact, Deal, DealContact, Member, Pipeline, Stage, StageEntry
from storage.unit_of_work import UnitOfWork

WON, LOST = "closed_won", "closed_lost"
STARTS = "qualification"


def pipelines(uow: UnitOfWork) -> list[Pipeline]:
    """The ways in which deals are sold here, the standard one first. Raises `LookupError` when there is none."""
    found = uow.list(Pipeline, order=[Pipeline.position, Pipeline.key])
    if not found:
        raise LookupError("the workspace has no pipeline")
    return found


def stages(uow: UnitOfWork, deal: Deal | None = None) -> list[Stage]:
    """The stages of a deal's pipeline, or of the standard one, in order."""
    pipeline_id = deal.pipeline_id if deal else pipelines(uow)[0].id
    return uow.list(Stage, Stage.pipeline_id == pipeline_id, order=[Stage.position])


def stage_named(uow: UnitOfWork, said: str, deal: Deal | None = None) -> Stage | None:
    """A stage by its key or its label in any language: of the deal's pipeline, else of the first that has one so called."""
    among = stages(uow, deal) if deal else all_stages(uow)
    return next((stage for stage in among if _is_called(stage, said)), None)


def all_stages(uow: UnitOfWork) -> list[Stage]:
    """The stages of all pipelines, those of the standard one first."""
    return [
        stage
        for pipeline in pipelines(uow)
        for stage in uow.list(Stage, Stage.pipeline_id == pipeline.id, order=[Stage.position])
    ]


def _is_called(row: Stage | Choice, said: str) -> bool:
    wanted = fold(said).strip().replace("_", " ")
    return wanted in {row.key.replace("_", " "), *(fold(label) for label in row.labels.values())}


def first_stage(uow: UnitOfWork) -> Stage:
    """Where a deal starts: where its need is known, in the standard pipeline; else at its beginning."""
    order = stages(uow)
    return next((s for s in order if s.key == STARTS), order[0])


def choices(uow: UnitOfWork, kind: str) -> list[Choice]:
    """A list that the workspace keeps, in order."""
    return uow.list(Choice, Choice.kind == kind, order=[Choice.position, Choice.key])


def choice_named(uow: UnitOfWork, kind: str, said: str) -> Choice | None:
    """A value of such a list by its key or its label in any language."""
    return next((row for row in choices(uow, kind) if _is_called(row, said)), None)


def enter_stage(uow: UnitOfWork, deal: Deal, stage: Stage, member: Member) -> None:
    """Move a deal into a stage and note how long it was in the one before."""
    if deal.stage == stage.key and uow.first(StageEntry, StageEntry.deal_id == deal.id) is not None:
        return
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


def fitting(
    scope: Scope,
    *,
    stage: str | None = None,
    owner: Member | None = None,
    customer: Contact | Company | None = None,
    closing: tuple[date, date] | None = None,
) -> list[Any]:
    """Conditions for deals that fit all that is given; open ones unless a stage is named.

    `closing` is a span of days, its end excluded: of the closing date of won and lost deals, else of the planned one.
    """
    where: list[Any] = [*scope.where(Deal), *about(Deal, customer)]
    where.append(Deal.stage == stage if stage else col(Deal.closed_on).is_(None))
    if owner:
        where.append(Deal.owner_id == owner.id)
    if closing:
        day = col(Deal.closed_on) if stage in (WON, LOST) else col(Deal.close_date)
        where += [day >= closing[0], day < closing[1]]
    return where


def deals(uow: UnitOfWork, where: Sequence[Any], limit: int, offset: int = 0) -> tuple[list[Deal], int]:
    """Deals under these conditions, the largest first, and how many there are."""
    order = [col(Deal.amount).is_(None), col(Deal.amount).desc(), Deal.title]
    return uow.list(Deal, *where, order=order, limit=limit, offset=offset), uow.count(Deal, *where)


@dataclass(frozen=True)
class Total:
    """What deals of one currency come to, as they are and weighted by the probability of their stages."""

    currency: str
    amount: Decimal
    weighted: Decimal


def totals(uow: UnitOfWork, where: Sequence[Any]) -> list[Total]:
    """What deals under these conditions come to, by currency, the largest first."""
    of_stage = (
        (col(Stage.workspace_id) == Deal.workspace_id)
        & (col(Stage.pipeline_id) == Deal.pipeline_id)
        & (col(Stage.key) == Deal.stage)
    )
    query = (
        select(Deal.currency, func.coalesce(Stage.probability, 0), func.sum(Deal.amount))
        .outerjoin(Stage, of_stage)
        .where(Deal.workspace_id == uow.workspace_id, col(Deal.amount).is_not(None), *where)
        .group_by(col(Deal.currency), col(Stage.probability))
    )
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    for currency, probability, summed in uow.session.exec(query):
        plain, weighted = sums.get(currency or "", (Decimal(0), Decimal(0)))
        amount = summed or Decimal(0)
        sums[currency or ""] = (plain + amount, weighted + amount * int(probability) / 100)
    found = [Total(code, plain, weighted) for code, (plain, weighted) in sums.items() if code]
    return sorted(found, key=lambda t: -t.amount)


def involve(uow: UnitOfWork, deal: Deal, contact: Contact, role: str | None) -> DealContact:
    """Let someone have a say in a deal, or another role in it."""
    found = uow.first(DealContact, DealContact.deal_id == deal.id, DealContact.contact_id == contact.id)
    part = found or DealContact(workspace_id=uow.workspace_id, deal_id=deal.id, contact_id=contact.id)
    part.role = role or part.role
    return uow.add(part)


def involved(uow: UnitOfWork, deal: Deal) -> list[DealContact]:
    """Who has a say in a deal, besides its contact."""
    return uow.list(DealContact, DealContact.deal_id == deal.id, order=[col(DealContact.id)])


def delete_deal(uow: UnitOfWork, deal: Deal) -> None:
    """Delete a deal with its way through the pipeline."""
    for row in (*stays(uow, deal), *involved(uow, deal)):
        uow.delete(row)
    uow.delete(deal)
