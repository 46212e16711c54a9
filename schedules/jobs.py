"""Long work in the background: imports, exports, and taking large imports back, in pieces that hold nobody up."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from typing import Protocol, TypeVar
from uuid import UUID, uuid4

from handlers.data.rows import Place
from handlers.phrasebook import Phrasebook
from handlers.post import post
from handlers.reply import Reply
from handlers.voice import Voice
from schedules.notices import voice_for
from storage.database import Database
from storage.jobs import Lost, claim, hold
from storage.tables import Conversation, Job, JobState, Member, Message
from storage.unit_of_work import UnitOfWork

T = TypeVar("T")
log = logging.getLogger(__name__)
SHOW_EVERY = 3.0  # seconds between two looks of the message that moves
PIECE = 0.15  # seconds that others may wait for a piece of the work
LEAST = 0.2  # of the usual size of a piece, however slow the machine is


class Failed(Exception):
    """A job that cannot go on; `key` is the sentence that says why."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key)
        self.key, self.params = key, params


class Work(Protocol):
    """Runs a function in a unit of work of its own (`Engine.work`)."""

    def __call__(self, do: Callable[[UnitOfWork], T], /) -> T:
        """What `do` returns, once it is committed."""


@dataclass
class Desk:
    """Where jobs are done. `work` runs something in a unit of work of its own; `watch` hears how far a job is."""

    database: Database
    work: Work
    book: Phrasebook
    place: Callable[[UnitOfWork], Place]
    watch: Callable[[Job], None] = lambda _: None
    holder: str = field(default_factory=lambda: uuid4().hex)
    _shown: float = 0.0
    _leaving: bool = False
    _share: float = 1.0

    def voice(self, uow: UnitOfWork, job: Job) -> Voice:
        """How the one who asked for a job is spoken to."""
        member = uow.get(Member, job.member_id)
        if member is None:
            raise LookupError("nobody asked for this")
        return replaced(voice_for(uow, self.book, member), language=job.data["language"])

    def show(self, uow: UnitOfWork, job: Job, reply: Reply, *, last: bool = False) -> None:
        """Let the message that shows a job say this; if it has not left yet, only the last word is sent, by itself."""
        conversation = uow.get(Conversation, job.conversation_id)
        shown = uow.get(Message, job.message_id)
        arrived = shown is not None and shown.external_id is not None
        if conversation is None or not (arrived or last):
            return
        member = uow.get(Member, job.member_id)
        post(uow, conversation, reply, member=member, replaces=shown if arrived else None)

    def due(self) -> bool:
        """Whether the message may move again."""
        now = time.monotonic()
        if now - self._shown < SHOW_EVERY:
            return False
        self._shown = now
        return True

    def begun(self) -> None:
        """A new job: its message moves only after a while."""
        self._shown, self._share = time.monotonic(), 1.0

    def portion(self, usual: int) -> int:
        """How many of the `usual` number of rows the next piece has: fewer where the last pieces took long."""
        return max(1, int(usual * self._share))

    def _timed(self, seconds: float) -> None:
        """What a piece took once it had its turn: the next are larger or smaller, and others get theirs before."""
        faster = min(2.0, PIECE / max(seconds, 0.001))
        self._share = min(1.0, max(LEAST, self._share * faster))
        self.database.give_way(seconds)

    @property
    def leaving(self) -> bool:
        """Whether the process ends."""
        return self._leaving

    def leave(self) -> None:
        """Do no further piece: the process ends, and another goes on, or this one after its next start."""
        self._leaving = True

    def piece(self, job: Job, do: Callable[[UnitOfWork, Job], None]) -> Job:
        """One piece of a job in a transaction of its own: the job after it. Raises `Lost`."""

        if self._leaving:
            raise Lost

        took = 0.0

        def work(uow: UnitOfWork) -> Job:
            nonlocal took
            begun = time.monotonic()
            row = hold(uow.session, job)
            do(uow, row)
            uow.session.add(row)
            took = time.monotonic() - begun
            return row

        done = self.work(work)
        self._timed(took)
        self.watch(done)
        return done


Task = Callable[[Desk, Job], None]


def run_next(desk: Desk, tasks: dict[str, Task]) -> bool:
    """Do the next job that waits, to its end; whether there was one."""
    job = None if desk.leaving else claim(desk.database, desk.holder)
    if job is None:
        return False
    desk.begun()
    try:
        tasks[job.task](desk, job)
    except Lost:
        log.info("job %s was stopped or goes on elsewhere", job.id)
    except Failed as failed:
        _give_up(desk, job.id, failed)
    return True


def _give_up(desk: Desk, job_id: UUID, failed: Failed) -> None:
    def work(uow: UnitOfWork) -> None:
        job = uow.get(Job, job_id)
        if job is None or job.state != JobState.RUNNING:
            return
        job.state = JobState.STOPPED
        voice = desk.voice(uow, job)
        desk.show(uow, job, Reply(voice.say(failed.key, **failed.params)), last=True)

    desk.work(work)
