"""Deals and their way through a pipeline."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from storage.tables.types import Amount, Private, Record, Row, refers


class Deal(Record, table=True):
    """Something that may be sold. `stage` is the key of a stage of its pipeline; the last ones are won and lost."""

    __table_args__ = (
        refers("pipeline_id", "pipeline"),
        refers("contact_id", "contact"),
        refers("company_id", "company"),
        Index("ix_deal_stage", "workspace_id", "stage", "owner_id"),
        Index("ix_deal_company", "workspace_id", "company_id"),
        Index("ix_deal_contact", "workspace_id", "contact_id"),
    )
    title: str
    pipeline_id: UUID
    stage: str
    stage_since: datetime
    amount: Decimal | None = Field(default=None, sa_type=Amount)
    currency: str | None = None
    close_date: date | None = None
    contact_id: UUID | None = None
    company_id: UUID | None = None
    source: str | None = None
    lost_reason: str | None = None
    lost_note: str | None = Field(default=None, sa_type=Private)
    closed_on: date | None = None


class StageEntry(Row, table=True):
    """A deal's stay in a stage: from `entered_at` to `left_at`, which is None for the one it is in."""

    __tablename__ = "stage_entry"
    __table_args__ = (refers("deal_id", "deal"), Index("ix_stage_entry_deal", "workspace_id", "deal_id"))
    deal_id: UUID
    stage: str
    entered_at: datetime
    left_at: datetime | None = None
    by_member_id: UUID | None = None


class DealContact(Row, table=True):
    """Someone who has a say in a deal, besides its contact; `role` is a key of the workspace's own list, or words."""

    __tablename__ = "deal_contact"
    __table_args__ = (
        refers("deal_id", "deal"),
        refers("contact_id", "contact"),
        Index("ix_deal_contact_deal", "workspace_id", "deal_id"),
        Index("ix_deal_contact_contact", "workspace_id", "contact_id"),
    )
    deal_id: UUID
    contact_id: UUID
    role: str | None = None
