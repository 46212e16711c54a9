"""Records that are to be written in bulk: everything about them that can be worked out before the transaction."""

from dataclasses import dataclass, field
from typing import Any

from storage.indexing import TOKENS, keys_of, main_key
from storage.points import TAIL, digest, email_digest
from storage.search import text_tokens
from storage.tables import Company, Contact, PointKind, Workspace


@dataclass
class Draft:
    """One row of a file: the values of the contact, company and deal that it tells of. `row` is its number there.

    `owner` is a colleague's name; `points` are the contact's addresses and numbers, `cells` the row as it was.
    """

    row: int
    cells: list[str]
    contact: dict[str, Any] | None = None
    company: dict[str, Any] | None = None
    deal: dict[str, Any] | None = None
    points: list[tuple[PointKind, str]] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    owner: str = ""

    @property
    def kind(self) -> str:
        """What the row is mainly about."""
        return "deal" if self.deal else "contact" if self.contact else "company"


@dataclass
class Named:
    """A record's name as it is looked up, and the words under which it is found."""

    main: str
    keys: dict[str, bool] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)


@dataclass
class Prepared:
    """A draft with its digests, keys and search words."""

    draft: Draft
    points: list[dict[str, Any]]
    contact: Named | None = None
    company: Named | None = None
    deal: set[str] | None = None


def recognise(workspace: Workspace, draft: Draft) -> Prepared:
    """Only that by which it is found out whether the records are there already."""
    points = [_point(workspace, kind, value) for kind, value in draft.points]
    return Prepared(draft, points, _called("contact", draft.contact), _called("company", draft.company))


def prepare(workspace: Workspace, draft: Draft) -> Prepared:
    """Work out all that writing the draft will need."""
    prepared = recognise(workspace, draft)
    if prepared.contact and draft.contact:
        _complete(prepared.contact, Contact(workspace_id=workspace.id, **draft.contact))
    if prepared.company and draft.company:
        _complete(prepared.company, Company(workspace_id=workspace.id, **draft.company))
    if draft.deal:
        prepared.deal = text_tokens(draft.deal["title"])
    return prepared


def _called(kind: str, told: dict[str, Any] | None) -> Named | None:
    return Named(main_key(kind, told["name"]) or "") if told else None


def _complete(named: Named, row: Contact | Company) -> None:
    named.keys, named.tokens = keys_of(row), TOKENS[type(row)](row)


def _point(workspace: Workspace, kind: PointKind, value: str) -> dict[str, Any]:
    return {"kind": kind, "value": value, **point_digests(workspace, kind, value)}


def point_digests(workspace: Workspace, kind: PointKind, value: str) -> dict[str, str | None]:
    """The digests by which an address or a number is found."""
    if kind == PointKind.EMAIL:
        return {"digest": email_digest(workspace, value), "tail_digest": None}
    digits = "".join(c for c in value if c.isdigit())
    tail = digest(workspace, "tail" + digits[-TAIL:]) if len(digits) >= TAIL else None
    return {"digest": digest(workspace, "+" + digits), "tail_digest": tail}
