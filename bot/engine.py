"""From an incoming message to a committed answer: the only place that opens a unit of work."""

import logging
import secrets
import traceback
from collections.abc import Callable, Collection
from concurrent.futures import Executor, Future
from datetime import timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID

from bot.albums import as_one
from bot.bringing import look_at
from bot.clock import Clock
from bot.incoming import Incoming
from bot.parts import Parts
from bot.talk import Talk
from handlers.errors import Unseen
from handlers.post import post
from handlers.reply import Reply
from handlers.voice import Voice
from nlp.text import detect
from storage.database import Database, Session
from storage.departures import Carrier, Known, take_along
from storage.errors import Unavailable
from storage.following import after_commit
from storage.inbox import (
    accept,
    album_of,
    count_attempt,
    hold,
    left_behind,
    lock,
    mark,
    pending,
    waits_since,
)
from storage.queries.people import speaker_of
from storage.tables import Inbox, InboxState, Workspace
from storage.unit_of_work import Aside, UnitOfWork

T = TypeVar("T")
FRAMES = 4
REMEMBERED = 10_000  # conversations whose ids are kept at hand
log = logging.getLogger(__name__)


class Engine:
    """Accepts events, handles them one conversation at a time and in order, and runs other work on the same terms."""

    def __init__(self, database: Database, workspace_id: UUID, parts: Parts, clock: Clock) -> None:
        self.database, self.workspace_id, self.parts, self.clock = database, workspace_id, parts, clock
        self.carriers: list[Carrier] = []  # who takes along what is queued here
        self._conversations: dict[tuple[str, str, str, str], UUID] = {}

    def accept(self, incoming: Incoming) -> tuple[UUID, bool]:
        """Keep an event before it is acknowledged: its conversation, and whether it is new."""
        return self.database.run(self._acceptance(incoming))

    def accept_soon(self, incoming: Incoming, pool: Executor) -> "Future[tuple[UUID, bool]]":
        """`accept`, without waiting for it; `pool` lends a thread where one is needed."""
        return self.database.submit(self._acceptance(incoming), pool)

    def _acceptance(self, incoming: Incoming) -> Callable[[Session], tuple[UUID, bool]]:
        payload, now = incoming.to_json(), self.clock.now()
        place = (incoming.platform, incoming.account, incoming.place, incoming.thread)
        known = self._conversations.get(place)

        def work(session: Session) -> tuple[UUID, bool]:
            kept = accept(session, self.workspace_id, payload, now, known)
            if known is None:
                after_commit(session, partial(self._remember, place, kept[0]))
            return kept

        return work

    def _remember(self, place: tuple[str, str, str, str], conversation_id: UUID) -> None:
        if len(self._conversations) >= REMEMBERED:
            self._conversations.clear()
        self._conversations[place] = conversation_id

    def next_soon(self, conversation_id: UUID, pool: Executor) -> "Future[tuple[int, bool]]":
        """Handle the oldest message that waits, without waiting for it: how many that was, and whether more wait.

        The future fails where the message needs more than one transaction; nothing is done then, and `handle` will.
        """
        return self.database.submit(self._handling(conversation_id, [], {}), pool)

    def handle(self, conversation_id: UUID) -> int:
        """Answer all that waits in a conversation, in order; how many messages that was."""
        handled, more = 0, True
        while more:
            done, more = self._next(conversation_id)
            handled += done
        return handled

    def handle_again(self, conversation_id: UUID) -> int:
        """The same for a conversation that was left behind.

        Its oldest message may be what ended the process: the attempt is counted before it is made, and a message that
        was tried too often is given up. One that only waited is as it was.
        """
        now = self.clock.now()
        row = self.database.run(lambda s: count_attempt(s, self.workspace_id, conversation_id, now))
        if row:
            self._give_up(row.id, conversation_id, "attempts")
        return self.handle(conversation_id)

    def recover(self) -> None:
        """After a start: answer what was accepted and left unfinished."""
        for _, conversation_id in self.database.read(pending):
            self.handle_again(conversation_id)

    def left_behind(self, busy: Collection[UUID], waited: timedelta) -> tuple[list[UUID], list[UUID]]:
        """Conversations whose messages wait because the process that accepted them died.

        First those that were not begun, then those whose oldest message somebody began with and did not finish.
        """
        before = self.clock.now() - waited
        if not self.database.read(lambda session: waits_since(session, before)):
            return [], []
        rows = self.database.run(lambda session: left_behind(session, before, busy))
        return [r.conversation_id for r in rows if not r.attempts], [
            r.conversation_id for r in rows if r.attempts
        ]

    def work(self, do: Callable[[UnitOfWork], T]) -> T:
        """Run `do` in a unit of work of its own."""

        def transaction(session: Session) -> T:
            uow = self._unit(session)
            result = do(uow)
            self._finish(uow)
            return result

        return self.database.run(transaction)

    def read(self, do: Callable[[UnitOfWork], T]) -> T:
        """Run `do`, which writes nothing, on a consistent view."""
        return self.database.read(lambda session: do(self._unit(session)))

    def _unit(self, session: Session) -> UnitOfWork:
        workspace = session.get(Workspace, self.workspace_id)
        if workspace is None:
            raise LookupError("the workspace is gone")
        return UnitOfWork(session, workspace, self.clock.now())

    def _handling(
        self, conversation_id: UUID, met: list[UUID], found: dict[str, object]
    ) -> Callable[[Session], tuple[int, bool]]:
        """What handles the oldest message that waits: `met` tells which it is, `found` what was read `aside` for it."""

        def transaction(session: Session) -> tuple[int, bool]:
            waiting = hold(session, self.workspace_id, conversation_id, self.clock.now())
            conversation, row = waiting.conversation, waiting.row
            if row is None:
                return 0, False
            if met != [row.id]:
                met[:] = [row.id]
                found.clear()  # what was read for one message is none of another's
            if conversation.unreachable_at:
                conversation.unreachable_at = None
            uow = UnitOfWork(session, waiting.workspace, self.clock.now(), found)
            self._answer(uow, row, Known(conversation, waiting.clear))
            return 1, waiting.more

        return transaction

    def _next(self, conversation_id: UUID) -> tuple[int, bool]:
        """Handle the oldest message that waits, in one transaction: how many that was, and whether more wait."""
        met: list[UUID] = []
        found: dict[str, object] = {}
        transaction = self._handling(conversation_id, met, found)
        try:
            while True:
                try:
                    return self.database.run(transaction)
                except Unseen as unseen:
                    look_at(self, unseen)
                except Aside as aside:
                    found[aside.key] = self.read(aside.read)
        except Unavailable:
            raise
        except Exception as error:
            if not met:
                raise
            reference = secrets.token_hex(4)
            log.error("message failed, reference %s: %s", reference, outline(error))  # noqa: TRY400 - texts may be personal
            self._give_up(met[0], conversation_id, reference)
            return 1, True

    def _answer(self, uow: UnitOfWork, row: Inbox, known: Known) -> None:
        parts = album_of(uow.session, row)
        Talk(self.parts, uow, known.conversation, as_one(parts) if len(parts) > 1 else row).answer()
        self._finish(uow, known)
        mark(uow.session, parts, InboxState.DONE)

    def _finish(self, uow: UnitOfWork, known: Known | None = None) -> None:
        uow.settle()
        take_along(uow, self.carriers, known)
        uow.finish()

    def _give_up(self, inbox_id: UUID, conversation_id: UUID, reference: str) -> None:
        """Tell the person that a message failed, under a reference that the log knows; it is not tried again."""

        def transaction(session: Session) -> None:
            uow = self._unit(session)
            conversation = lock(session, self.workspace_id, conversation_id)
            row = uow.get(Inbox, inbox_id)
            if row is None or row.state != InboxState.PENDING:
                return
            row.reference = reference
            language = detect(str(row.payload.get("text", "")), uow.workspace.language)
            voice = Voice(self.parts.book, language, uow.now)
            sender = Incoming.from_json(row.payload).sender
            known = speaker_of(uow, row.platform, row.account, sender.external_id)
            member = known.member if known else None
            post(uow, conversation, Reply(voice.say("failed", reference=reference)), member=member)
            self._finish(uow)
            mark(session, album_of(session, row), InboxState.FAILED)

        self.database.run(transaction)


def outline(error: BaseException) -> str:
    """An error for the log: its kind and where it happened, without its message, which may hold what people wrote."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return " < ".join(
        [type(error).__name__, *(f"{f.filename.rsplit('/', 2)[-1]}:{f.lineno}" for f in reversed(frames))]
    )
