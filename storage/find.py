"""Finding the record that a few words mean: by any part of a name, e-mail, phone, sound, or with a typing error."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from rapidfuzz import fuzz
from sqlalchemy import or_
from sqlmodel import col, select

from storage.folding import fold, is_cjk, short_company, spelled, words
from storage.indexing import key_of
from storage.points import email_digest, phone_digests
from storage.search import any_query, exact_query, long_query, loose_query, match, name_tokens
from storage.tables import (
    Activity,
    Company,
    Contact,
    ContactPoint,
    Deal,
    Member,
    MemberStatus,
    NameKey,
    Reminder,
    ReminderStatus,
    Row,
    Task,
    TaskStatus,
    Ticket,
    TicketStatus,
)
from storage.unit_of_work import UnitOfWork

MODELS: dict[str, type[Row]] = {
    "contact": Contact,
    "company": Company,
    "member": Member,
    "task": Task,
    "reminder": Reminder,
    "activity": Activity,
    "deal": Deal,
    "ticket": Ticket,
}


def newest_first(model: type[Row]) -> Any:
    """The order in which the newest records come first."""
    return col(model.id).desc()


NUMBERED: dict[str, type[Task] | type[Ticket]] = {"task": Task, "ticket": Ticket}
OF_CUSTOMERS: dict[str, type[Deal] | type[Ticket]] = {"deal": Deal, "ticket": Ticket}
SURE, SHORTENED, LIKELY, POSSIBLE, ELSEWHERE = 100.0, 92.0, 85.0, 60.0, 62.0
BREADTH, WIDE = 50, 2000  # candidates that are ranked: of all records, and where most of them may be hidden
_ADDRESS = re.compile(
    r"(?P<surname>[\u4e00-\u9fff]{1,2}?)(?:总|經理|经理|姐|哥|工|董|老师|老師|先生|女士|小姐|主任|医生|醫生|老板|老闆|律师|律師|博士|处长|科长)"
)
_FAMILIAR = re.compile(r"[小老阿](?P<surname>[\u4e00-\u9fff])")
_TITLE = re.compile(r"^(?:mr|mrs|ms|miss|dr|prof|sir)\.?\s+", re.IGNORECASE)
_AT = re.compile(
    r"^(?P<who>.+?)\s+(?:from|at|of|@|with)\s+(?P<where>.+)$|^(?P<where2>.+?)(?:'s|’s|的)\s*(?P<who2>.+)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Match:
    """A record that may be meant; `score` from 0 to 100, 90 and above is as good as said."""

    kind: str
    id: UUID
    name: str
    score: float


@dataclass(frozen=True)
class Scope:
    """Which records of a kind someone may see: "all", their team's, their own, or none."""

    member_id: UUID
    team_id: UUID | None
    reach: str

    def admits(self, row: Row) -> bool:
        """Whether a record is among them."""
        if self.reach == "all" or isinstance(row, Member):
            return True
        mine = self.member_id in (getattr(row, "owner_id", None), getattr(row, "made_by", None))
        team = getattr(row, "team_id", None)
        return self.reach != "none" and (
            mine or (self.reach == "team" and team is not None and team == self.team_id)
        )

    def where(self, model: Any) -> list[Any]:
        """The same as conditions of a query."""
        if self.reach == "all" or model is Member:
            return []
        mine = or_(col(model.owner_id) == self.member_id, col(model.made_by) == self.member_id)
        if self.reach == "team" and self.team_id:
            return [or_(mine, col(model.team_id) == self.team_id)]
        return [mine] if self.reach != "none" else [col(model.id).is_(None)]


def name_of(row: Row) -> str:
    """What a record is called."""
    for column in ("name", "title", "text"):
        if value := getattr(row, column, None):
            return str(value)
    return ""


def _alive(row: Row) -> bool:
    if isinstance(row, Member):
        return row.status == MemberStatus.ACTIVE
    return True


def _open(row: Row) -> bool:
    if isinstance(row, Task):
        return row.status not in (TaskStatus.COMPLETED, TaskStatus.CANCELED)
    if isinstance(row, Deal):
        return row.closed_on is None
    if isinstance(row, Ticket):
        return row.status not in (TicketStatus.RESOLVED, TicketStatus.CLOSED)
    if isinstance(row, Reminder):
        return row.status in (ReminderStatus.SCHEDULED, ReminderStatus.SNOOZED, ReminderStatus.SENT)
    return True


def find_records(
    uow: UnitOfWork, kind: str, said: str, scope: Scope, limit: int = 8, *, done: bool = False
) -> list[Match]:
    """Records of one kind that `said` may mean, best first, of those in `scope`; what is `done` is as likely, or less."""
    model = MODELS[kind]
    if kind in NUMBERED and (number := _number(said)) is not None:
        row = uow.first(NUMBERED[kind], NUMBERED[kind].number == number)
        return [Match(kind, row.id, row.title, SURE)] if row and scope.admits(row) else []
    scores: dict[UUID, float] = {}
    breadth = BREADTH if scope.reach == "all" else WIDE
    for record_id, score in _candidates(uow, kind, said, breadth):
        scores[record_id] = max(score, scores.get(record_id, 0))
    rows = _rows(uow, model, scores)
    _prefer_whole(said, rows, scores)
    found = [
        Match(kind, row.id, name_of(row), scores[row.id] - (0 if done or _open(row) else 30))
        for row in rows
        if _alive(row) and scope.admits(row)
    ]
    return sorted(found, key=lambda m: (-m.score, m.name))[:limit]


def _prefer_whole(said: str, rows: Sequence[Row], scores: dict[UUID, float]) -> None:
    """Where one is called just that, those that are called so but for their legal form come after it."""
    if {type(r) for r in rows} == {Company} and any(key_of(name_of(r)) == key_of(said) for r in rows):
        for row in rows:
            if scores[row.id] == SURE and key_of(name_of(row)) != key_of(said):
                scores[row.id] = SHORTENED


def _rows(uow: UnitOfWork, model: Any, ids: Iterable[UUID]) -> Sequence[Row]:
    wanted = list(ids)
    return uow.list(model, col(model.id).in_(wanted)) if wanted else []


def _number(said: str) -> int | None:
    found = re.fullmatch(
        r"(?:no\.?|#|task|ticket|任务|任務|工单|工單|第)?\s*#?(\d{1,9})\s*号?", said.strip(), re.IGNORECASE
    )
    return int(found[1]) if found else None


def _candidates(
    uow: UnitOfWork, kind: str, said: str, breadth: int = BREADTH
) -> Iterable[tuple[UUID, float]]:
    if kind not in ("contact", "company", "member"):
        yield from _by_words(uow, kind, said, breadth)
        if kind in OF_CUSTOMERS:
            yield from _by_customer(uow, kind, said)
        return
    plain = _TITLE.sub("", said.strip())
    if kind == "contact":
        points = list(_by_points(uow, plain))
        yield from points
        if points:
            return
    exact = list(_by_key(uow, kind, plain, breadth))
    yield from exact
    if not exact:
        yield from _by_index(uow, kind, plain, breadth)
        yield from _by_surname(uow, kind, plain)
        if kind == "contact":
            yield from _by_company(uow, plain)


def _by_points(uow: UnitOfWork, said: str) -> Iterable[tuple[UUID, float]]:
    workspace = uow.workspace
    if "@" in said:
        exact, tail = email_digest(workspace, said), None
    elif phone := phone_digests(workspace, said):
        exact, tail = phone
    else:
        return
    for point in uow.list(ContactPoint, ContactPoint.digest == exact, limit=WIDE):
        yield point.contact_id, SURE
    for point in uow.list(ContactPoint, ContactPoint.tail_digest == tail, limit=WIDE) if tail else ():
        yield point.contact_id, 95.0


def _by_key(uow: UnitOfWork, kind: str, said: str, breadth: int) -> Iterable[tuple[UUID, float]]:
    """Those who are called just that, then those who are called so in part, as many as can be ranked."""
    keys = {key_of(said), key_of(short_company(said))} if kind == "company" else {key_of(said)}
    called = (NameKey.workspace_id == uow.workspace_id, NameKey.kind == kind, col(NameKey.key).in_(keys))
    wholly = select(NameKey).where(*called, col(NameKey.sound).in_({spelled(key) for key in keys}))
    for query in (wholly, select(NameKey).where(*called)):
        for key in uow.session.exec(query.limit(breadth)):
            yield key.record_id, SURE if key.whole else SHORTENED


def _by_index(uow: UnitOfWork, kind: str, said: str, breadth: int) -> Iterable[tuple[UUID, float]]:
    number = uow.workspace.number
    found = match(uow.session, number, exact_query(said), [kind], breadth)
    exactly = bool(found)
    found = found or match(uow.session, number, long_query(said), [kind], breadth)
    if not found:
        found = (
            match(uow.session, number, [[("t" + spelled(said), True)]], [kind], breadth)
            if spelled(said)
            else []
        )
    if not found:
        found = match(uow.session, number, loose_query(said), [kind], breadth)
    rows = _rows(uow, MODELS[kind], [record_id for _, record_id in found])
    for row in rows:
        name = name_of(row)
        yield row.id, _likeness(said, name, exactly) if not exactly or _named(said, name) else ELSEWHERE


def _named(said: str, name: str) -> bool:
    """Whether the words are in the name itself, not in a job title or note beside it."""
    parts, sound = words(name), spelled(name)
    return "t" + fold(said) in name_tokens(name) or all(
        any(w in part for part in parts) or spelled(w) in sound for w in words(said)
    )


def _likeness(said: str, name: str, exactly: bool) -> float:
    a, b = fold(said), fold(name)
    if is_cjk(a) != is_cjk(b) or not exactly:
        a, b = spelled(said), spelled(name)
        if a == b:
            return 91.0
    score = max(fuzz.ratio(a, b), fuzz.token_set_ratio(fold(said), fold(name)))
    if exactly:
        return LIKELY + min(score, 100) / 25
    return max(min(score, 89.0), max((fuzz.ratio(a, w) for w in words(name)), default=0) * 0.89)


def _by_surname(uow: UnitOfWork, kind: str, said: str) -> Iterable[tuple[UUID, float]]:
    found = _ADDRESS.fullmatch(fold(said)) or _FAMILIAR.fullmatch(fold(said))
    if not found:
        return
    surname = fold(found["surname"])
    rows = _rows(
        uow,
        MODELS[kind],
        [i for _, i in match(uow.session, uow.workspace.number, exact_query(surname), [kind])],
    )
    yield from ((row.id, LIKELY) for row in rows if fold(name_of(row)).startswith(surname))


def _by_company(uow: UnitOfWork, said: str) -> Iterable[tuple[UUID, float]]:
    """ "Dana from Acme", "Acme's CFO", 鸿图的王总."""
    found = _AT.match(said)
    if not found:
        return
    who, where = found["who"] or found["who2"], found["where"] or found["where2"]
    companies = {i for i, score in _candidates(uow, "company", where) if score >= LIKELY}
    for contact in uow.list(Contact, col(Contact.company_id).in_(companies)) if companies else []:
        titled = contact.job_title and fuzz.partial_ratio(fold(who), fold(contact.job_title)) > 90
        named = set(words(who)) & set(words(contact.name)) or fold(who) in fold(contact.name)
        if titled or named:
            yield contact.id, 96.0
        elif (m := _ADDRESS.fullmatch(fold(who))) and fold(contact.name).startswith(m["surname"]):
            yield contact.id, 90.0


def _by_words(uow: UnitOfWork, kind: str, said: str, breadth: int) -> Iterable[tuple[UUID, float]]:
    found = match(uow.session, uow.workspace.number, exact_query(said), [kind], breadth)
    found = found or match(uow.session, uow.workspace.number, any_query(said), [kind], breadth)
    for row in _rows(uow, MODELS[kind], [i for _, i in found]):
        yield row.id, _overlap(said, name_of(row))


def _by_customer(uow: UnitOfWork, kind: str, said: str) -> Iterable[tuple[UUID, float]]:
    """ "The Acme deal": by the company or person that it is about."""
    model: Any = OF_CUSTOMERS[kind]
    for customer, column in (("company", model.company_id), ("contact", model.contact_id)):
        ids = [i for i, score in _candidates(uow, customer, said) if score >= LIKELY]
        for row in uow.list(model, col(column).in_(ids)) if ids else []:
            yield row.id, 92.0


_JOINED = re.compile(
    r"[的\s,]+"
)  # between a customer and what it wants: "启明学校的投影仪" is 启明学校, 投影仪


def _overlap(said: str, text: str) -> float:
    """How much of what was said occurs in the text: order and fillers do not matter; what is called just that comes first."""
    a, b = fold(said), fold(text)
    if a == b:
        return SURE
    if is_cjk(a):
        return min(fuzz.partial_ratio(_JOINED.sub("", a), _JOINED.sub("", b)) * 0.95, SHORTENED)
    return min(max(fuzz.token_set_ratio(a, b), fuzz.partial_ratio(a, b)) * 0.95, SHORTENED)


def numbered(uow: UnitOfWork, found: Match) -> str:
    """What tells a match from others of its name: the company and job of a contact, the number of a task.

    The stage of a deal and the role of a member are words of a language, which `Context.describe` adds.
    """
    row = uow.get(MODELS[found.kind], found.id)
    if isinstance(row, Contact):
        company = uow.get(Company, row.company_id)
        return " · ".join(x for x in (company.name if company else None, row.job_title) if x)
    if isinstance(row, Task | Ticket):
        return f"#{row.number}"
    return (row.industry or "") if isinstance(row, Company) else ""


def find_anything(uow: UnitOfWork, said: str, scopes: dict[str, Scope], limit: int = 8) -> list[Match]:
    """Records of any kind that `said` may mean: names first, then what was written."""
    found: list[Match] = []
    for kind, scope in scopes.items():
        found.extend(m for m in find_records(uow, kind, said, scope) if m.score >= POSSIBLE)
    return sorted(found, key=lambda m: -m.score)[:limit]
