"""The kinds of value that a command's fields may have. A field whose type has none fails at import."""

from dataclasses import dataclass
from typing import Annotated


@dataclass(frozen=True)
class Slot:
    """What kind of thing fills a field, and the closed list of values where there is one."""

    kind: str
    choices: tuple[str, ...] = ()


PRIORITIES = ("low", "normal", "high", "urgent")
TASK_STATUSES = ("not_started", "in_progress", "completed", "deferred", "canceled")
ACTIVITY_TYPES = ("call", "meeting", "email", "message", "visit", "note")
TICKET_STATUSES = ("new", "open", "pending", "on_hold", "resolved", "closed")
TICKET_TYPES = ("question", "incident", "problem", "request")
ROLES = ("owner", "admin", "manager", "sales", "support", "marketing", "viewer")
DATA_KINDS = ("contacts", "companies", "deals", "tickets", "tasks", "activities")
FORMATS = ("csv", "xlsx", "vcard")
DUPLICATES = ("skip", "update")

METRICS = (
    "contacts", "companies", "deals", "pipeline", "forecast", "won", "lost", "win_rate", "orders", "revenue", "payments",
    "tickets", "sla", "csat", "activities", "tasks", "campaigns",
)  # fmt: skip
SPLITS = (
    "owner",
    "stage",
    "source",
    "company",
    "tag",
    "day",
    "week",
    "month",
    "quarter",
    "product",
    "priority",
)

Text = Annotated[str, Slot("text")]
Title = Annotated[str, Slot("title")]
JobTitle = Annotated[str, Slot("job_title")]
Name = Annotated[str, Slot("name")]
ContactRef = Annotated[str, Slot("contact")]
CompanyRef = Annotated[str, Slot("company")]
MemberRef = Annotated[str, Slot("member")]
TaskRef = Annotated[str, Slot("task")]
DealRef = Annotated[str, Slot("deal")]
TicketRef = Annotated[str, Slot("ticket")]
ActivityRef = Annotated[str, Slot("activity")]
RuleRef = Annotated[str, Slot("rule")]
ReminderRef = Annotated[str, Slot("reminder")]
Moment = Annotated[str, Slot("moment")]
Delay = Annotated[str, Slot("delay")]
Period = Annotated[str, Slot("period")]
Due = Annotated[str, Slot("due")]
Repeat = Annotated[str, Slot("repeat")]
Basis = Annotated[str, Slot("basis", ("due", "done"))]
Audience = Annotated[str, Slot("audience", ("here",))]
Keeping = Annotated[str, Slot("keeping", ("wall", "moment"))]
Amount = Annotated[str, Slot("amount")]
DealStage = Annotated[str, Slot("stage")]
CloseDate = Annotated[str, Slot("close_date")]
DealRole = Annotated[str, Slot("deal_role")]
LostReason = Annotated[str, Slot("lost_reason")]
Phone = Annotated[str, Slot("phone")]
Email = Annotated[str, Slot("email")]
Tags = Annotated[tuple[str, ...], Slot("tags")]
TagName = Annotated[str, Slot("tag")]
Industry = Annotated[str, Slot("industry")]
Place = Annotated[str, Slot("place")]
Priority = Annotated[str, Slot("priority", PRIORITIES)]
TaskStatus = Annotated[str, Slot("status", (*TASK_STATUSES, "open"))]
ActivityType = Annotated[str, Slot("activity_type", ACTIVITY_TYPES)]
TicketStatus = Annotated[str, Slot("ticket_status", TICKET_STATUSES)]
TicketType = Annotated[str, Slot("ticket_type", TICKET_TYPES)]
Metric = Annotated[str, Slot("metric", METRICS)]
SplitBy = Annotated[str, Slot("by", SPLITS)]
FieldValue = Annotated[str, Slot("value")]
RoleName = Annotated[str, Slot("role", ROLES)]
Topic = Annotated[str, Slot("topic")]
DataKind = Annotated[str, Slot("data_kind", DATA_KINDS)]
Format = Annotated[str, Slot("format", FORMATS)]
Duplicates = Annotated[str, Slot("duplicates", DUPLICATES)]
ColumnsTold = Annotated[str, Slot("columns")]


def field_of(*names: str) -> Slot:
    """The slot that names which field an edit changes."""
    return Slot("field", names)
