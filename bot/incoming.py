"""What comes in through any door, in one form."""

from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter

from handlers.reply import FileRef


@dataclass(frozen=True)
class Sender:
    """Who speaks, as the platform knows them. `role` is set only by doors that may give one.

    `joins` says that the platform itself vouches that this person is of the team (a full member of the Slack
    workspace): then they come in with the workspace's default role. `barred` says the opposite, of guests and those
    from outside: they have no role, whatever was known of them.
    """

    external_id: str
    name: str
    language: str | None = None
    zone: str | None = None
    role: str | None = None
    email: str | None = None
    joins: bool = False
    barred: bool = False


@dataclass(frozen=True)
class Origin:
    """Where a forwarded message comes from: who wrote it or what that place is called, when, and whether it is a person."""

    name: str
    at: str  # ISO 8601
    person: bool = True


@dataclass(frozen=True)
class Quoted:
    """A message that is replied to: the event id or address that we know it by, and its words, or a `part` of them.

    `origin` says who wrote it; None where we did. `root` says that it only began the thread: it counts until something
    else was said there.
    """

    event_id: str
    text: str = ""
    origin: Origin | None = None
    part: bool = False
    root: bool = False


@dataclass(frozen=True)
class Incoming:
    """One message or press. `place` is the platform's id of the chat; `event_id` makes a redelivery harmless.

    `press` is a button's token, or `press_label` its label on the message `press_in` (or the newest one that has it).
    `vouched` says that the door itself knows its people, so that new names may join. `files` are kept already.
    `zone` is the time zone at the door, for newcomers of whom none is told.
    `turn` is what a filled-in form says. `edits` is the event id of the message that this is the new wording of.
    `present` are the accounts in the room where the platform can name them; `strangers` says that somebody may be
    there whom nobody vouches for. `origin` says whose words it brings, `quotes` what it replies to; `lost` names the files that could not be taken.
    `album` is what the platform calls the message of which this is a part.
    `begins_thread` says that the answer begins a thread, so that "this channel" means the channel, not the thread.
    """

    platform: str
    event_id: str
    sender: Sender
    place: str
    text: str = ""
    private: bool = True
    thread: str = ""
    account: str = ""
    press: str | None = None
    press_label: str | None = None
    press_in: str | None = None
    addressed: bool = True
    vouched: bool = False
    turn: dict[str, Any] | None = None
    edits: str | None = None
    present: tuple[str, ...] = ()
    strangers: bool = False
    begins_thread: bool = False
    album: str = ""
    files: tuple[FileRef, ...] = ()
    lost: tuple[str, ...] = ()
    origin: Origin | None = None
    quotes: Quoted | None = None
    zone: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As it is kept in the inbox."""
        return _INCOMING.dump_python(self, mode="json")  # type: ignore[no-any-return]

    @staticmethod
    def from_json(data: dict[str, Any]) -> "Incoming":
        """As it comes out of the inbox."""
        return _INCOMING.validate_python(data)


_INCOMING = TypeAdapter(Incoming)
