"""What a handler may use: the only road to records, the only clock, and the speaker's rights and words."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast
from uuid import UUID

from handlers.errors import Ambiguous, Confirm, Invalid, NotAllowed, NotFound
from handlers.phrasebook import Phrasebook
from handlers.reply import Line, Mention, Reply
from handlers.turn import Turn
from handlers.voice import Voice
from nlp.pronouns import is_pronoun, ordinal
from storage.find import Match, Scope, find_records, numbered
from storage.indexing import key_of
from storage.queries.members import members_with
from storage.queries.sales import stage_named
from storage.tables import Deal, Member, Record, Row
from storage.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from handlers.capability import Spec

R = TypeVar("R", bound=Row)


@dataclass
class Focus:
    """What has just been spoken of, newest first, and the numbered records of the last list."""

    recent: list[Mention] = field(default_factory=list)
    listed: list[Mention] = field(default_factory=list)

    def newest(self, kinds: Iterable[str]) -> Mention | None:
        """The record last spoken of among these kinds."""
        return next((m for m in self.recent if m.kind in kinds), None)

    def mention(self, mentions: Iterable[Mention]) -> None:
        """Remember what an answer spoke of; the first is the most in focus."""
        for mention in reversed(list(mentions)):
            self.recent = [mention, *(m for m in self.recent if m.id != mention.id)][:12]


class Notify(Protocol):
    """Queues something for a colleague, in their language and zone; with a `key`, once only."""

    def __call__(self, member: Member, make: Callable[[Voice], Reply], key: str | None = None) -> None:
        """Queue it."""


@dataclass
class Context:
    """One command's surroundings. `now` is local time in the speaker's zone.

    `subject` is what the room is about: by kind, the ids of the records that need not be named there. `site` is where
    the page is: "" where a path alone becomes a whole link, None where nobody knows.
    """

    uow: UnitOfWork
    book: Phrasebook
    member: Member
    grants: dict[str, str]
    voice: Voice
    focus: Focus
    turn: Turn
    notify: "Notify"
    conversation_id: UUID | None = None
    said: str = ""
    specs: Mapping[str, "Spec"] = field(default_factory=dict)
    reading: Mapping[str, Any] = field(default_factory=dict)
    subject: Mapping[str, UUID] = field(default_factory=dict)
    site: str | None = None
    whole_room: bool = False  # "this channel" said where a thread of it begins

    @property
    def now(self) -> datetime:
        """The only clock of the domain, in the speaker's zone."""
        return self.voice.now

    @property
    def today(self) -> date:
        """The speaker's day."""
        return self.voice.now.date()

    def say(self, key: str, **values: Any) -> Line:
        """The answer under `key` in the speaker's language."""
        return self.voice.say(key, **values)

    # Rights

    def reach(self, permission: str) -> str | None:
        """How far a permission goes for the speaker: "all", "team", "own" or None."""
        return self.grants.get(permission)

    def may(self, permission: str, row: Row | None = None) -> bool:
        """Whether the speaker may do this, to this record if one is given."""
        reach = self.reach(permission)
        if reach in (None, "all") or row is None:
            return reach is not None
        mine = {getattr(row, "owner_id", None), getattr(row, "made_by", None)}
        if self.member.id in mine:
            return True
        team = getattr(row, "team_id", None)
        return reach == "team" and team is not None and team == self.member.team_id

    def require(self, permission: str, row: Row | None = None) -> None:
        """Raise `NotAllowed`, naming who can, unless the speaker may."""
        if not self.may(permission, row):
            raise NotAllowed(permission, [m.name for m in members_with(self.uow, permission)][:3])

    # Records

    def find(self, model: type[R], said: str, slot: str = "", *, done: bool = False) -> R:
        """The one record that is meant and that the speaker may see; what is `done` as well, where it is only looked at.

        Raises `NotFound` with the nearest, or `Ambiguous` with the candidates.
        """
        kind = str(model.__tablename__)
        slot = slot or kind
        if (mention := self._pointed_at(kind, said)) is not None:
            return self._load(model, mention.id, slot, said)
        if is_pronoun(said):
            raise NotFound(slot, kind, said)
        for made in self.uow.made(model):
            if key_of(getattr(made, "name", "")) == key_of(said):
                return made
        matches = self.search(model, said, done=done)
        sure = [m for m in matches if m.score >= 90]
        if len(sure) == 1 or (sure and sure[0].score - sure[1].score >= 8):
            return self._load(model, str(sure[0].id), slot, said)
        if sure:
            raise Ambiguous(
                slot, kind, [(self.mention(self.uow.get(model, m.id)), self.describe(m)) for m in sure[:4]]
            )
        if len(matches) == 1 and matches[0].score >= 80:
            return self._load(model, str(matches[0].id), slot, said)
        near = [self.mention(row) for m in matches[:3] if (row := self.uow.get(model, m.id))]
        raise NotFound(slot, kind, said, near)

    def search(self, model: type[R], said: str, *, done: bool = False) -> list[Match]:
        """Records that may be meant, best first, of those the speaker may see."""
        return find_records(self.uow, str(model.__tablename__), said, self.scope(model), done=done)

    def scope(self, model: type[Row]) -> Scope:
        """Which records of a kind the speaker may see."""
        reach = self.reach(f"{_area(model)}.read")
        return Scope(self.member.id, self.member.team_id, reach or "none")

    def sees(self, row: Row) -> bool:
        """Whether the speaker may see this record."""
        return self.scope(type(row)).admits(row)

    def _pointed_at(self, kind: str, said: str) -> Mention | None:
        """The record behind `id:…`, a pronoun, or "the second one"."""
        if said.startswith("id:"):
            return Mention(kind, said[3:], "")
        place = ordinal(said)
        listed = [m for m in self.focus.listed if m.kind == kind]
        if place is not None and listed:
            if not -len(listed) <= place < len(listed):
                raise Invalid("beyond_list", n=len(listed))
            return listed[place]
        return self.focus.newest((kind,)) if is_pronoun(said) else None

    def _load(self, model: type[R], record_id: str, slot: str, said: str) -> R:
        row = self.uow.get(model, UUID(record_id))
        if row is None or not self.sees(row):
            raise NotFound(slot, str(model.__tablename__), said if not said.startswith("id:") else "")
        return row

    def new(self, model: type[R], **values: Any) -> R:
        """A new record, the speaker's unless `owner_id` says otherwise."""
        mine: dict[str, Any] = {"owner_id": self.member.id, "team_id": self.member.team_id}
        mine |= {"workspace_id": self.uow.workspace_id, "made_by": self.member.id}
        return self.uow.add(model(**{**mine, **values}))

    def colleague(self, said: str, slot: str = "assignee") -> Member:
        """The member who is meant: "me", a pronoun, or a name."""
        if said == "me":
            return self.member
        return self.find(Member, said, slot)

    def describe(self, match: Match) -> str:
        """What tells a candidate from others of the same name."""
        row = self.uow.get(Deal, match.id) if match.kind == "deal" else None
        if row is not None:
            stage = stage_named(self.uow, row.stage, row)
            return stage.name_in(self.voice.language) if stage else row.stage
        if match.kind == "member" and (member := self.uow.get(Member, match.id)):
            return self.voice.label(f"role.{member.role}")
        return numbered(self.uow, match)

    def mention(self, row: Row | None) -> Mention:
        """How an answer points at a record."""
        if row is None:
            return Mention("", "", "")
        name = getattr(row, "name", None) or getattr(row, "title", None) or getattr(row, "text", None) or ""
        return Mention(str(row.__tablename__), str(row.id), cast(str, name))

    # Safety

    def confirm(
        self, rows: Sequence[Record | Member], prompt: Line, label: str, lines: Sequence[Line] = ()
    ) -> None:
        """Wait for a tap before something destructive; a tap counts only for exactly what was shown.

        Raises `Confirm` until the speaker has confirmed these very records in these versions.
        """
        shown = "|".join(sorted(f"{r.id}@{r.version}" for r in rows)) + prompt.text
        seal = hashlib.blake2b(shown.encode(), digest_size=16).hexdigest()
        if self.turn.confirmed != seal:
            raise Confirm(seal, prompt, label, lines)


def _area(model: type[Row]) -> str:
    return {
        "contact": "contacts",
        "company": "contacts",
        "activity": "contacts",
        "task": "tasks",
        "reminder": "tasks",
        "member": "team",
        "deal": "deals",
        "ticket": "tickets",
    }[str(model.__tablename__)]
