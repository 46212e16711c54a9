"""Long work: claimed by one process at a time, in pieces, each with how far it is in the same transaction."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import Session, col, select

from storage.database import Database, clock_of
from storage.partial import is_
from storage.tables import ChangeSet, Job, JobFailure, JobState, JobTask
from storage.takeback import stages_of
from storage.unit_of_work import UnitOfWork

LEASE = timedelta(seconds=60)


class Lost(Exception):
    """The job is another's by now, or was stopped: nothing of this piece is kept."""


def claim(database: Database, holder: str) -> Job | None:
    """The oldest job that waits for somebody; it is the holder's until its lease ends."""

    def work(session: Session) -> Job | None:
        clock = clock_of(session)
        free = or_(col(Job.lease_until).is_(None), col(Job.lease_until) < clock, col(Job.holder) == holder)
        query = select(Job).where(is_(Job.state, JobState.RUNNING), free).order_by(col(Job.id)).limit(1)
        job = session.exec(query.with_for_update(skip_locked=True)).first()
        if job is not None:
            job.holder, job.lease_until = holder, clock + LEASE
            session.add(job)
        return job

    if not database.read(_waits):
        return None
    return database.run(work)


def _waits(session: Session) -> bool:
    return session.exec(select(Job.id).where(is_(Job.state, JobState.RUNNING)).limit(1)).first() is not None


def hold(session: Session, job: Job) -> Job:
    """The job as it is now, locked and with a new lease. Raises `Lost`."""
    query = select(Job).where(Job.workspace_id == job.workspace_id, Job.id == job.id)
    row = session.exec(query.with_for_update()).first()
    if (
        row is None
        or row.state != JobState.RUNNING
        or row.holder != job.holder
        or row.position != job.position
    ):
        raise Lost
    row.lease_until = clock_of(session) + LEASE
    session.add(row)
    return row


def job_of(session: Session, workspace_id: UUID, file_id: UUID) -> Job | None:
    """The newest job about a file."""
    query = select(Job).where(Job.workspace_id == workspace_id, Job.file_id == file_id)
    return session.exec(query.order_by(col(Job.id).desc()).limit(1)).first()


def running_in(session: Session, conversation_id: UUID | None) -> Job | None:
    """The job of a conversation that is not at its end yet, whoever does it."""
    query = select(Job).where(is_(Job.state, JobState.RUNNING), Job.conversation_id == conversation_id)
    return session.exec(query.order_by(col(Job.id)).limit(1)).first()


def shown_job(
    session: Session, workspace_id: UUID, member_id: UUID, conversation_id: UUID | None
) -> Job | None:
    """The last file that was shown to somebody in a conversation and still waits for a yes."""
    query = select(Job).where(
        Job.workspace_id == workspace_id,
        Job.state == JobState.SHOWN,
        Job.member_id == member_id,
        Job.conversation_id == conversation_id,
    )
    return session.exec(query.order_by(col(Job.id).desc()).limit(1)).first()


def adding(session: Session, change_set: ChangeSet) -> Job | None:
    """The import that still adds to a change set."""
    return _at_work(session, change_set, JobTask.IMPORT)


def undoing(session: Session, change_set: ChangeSet) -> Job | None:
    """The job that takes a change set back."""
    return _at_work(session, change_set, JobTask.UNDO)


def _at_work(session: Session, change_set: ChangeSet, task: JobTask) -> Job | None:
    query = select(Job).where(
        Job.workspace_id == change_set.workspace_id,
        Job.change_set_id == change_set.id,
        Job.task == task,
        is_(Job.state, JobState.RUNNING),
    )
    return session.exec(query.with_for_update()).first()


def keep(session: Session, job: Job) -> None:
    """Keep what was learned of a file; it takes the place of what was known of it, for whom it was shown to."""
    for old in session.exec(
        select(Job).where(Job.workspace_id == job.workspace_id, Job.file_id == job.file_id)
    ):
        if old.state == JobState.SHOWN:
            job.member_id, job.conversation_id = old.member_id, old.conversation_id
            session.delete(old)
    session.add(Job(**job.model_dump()))  # ours: the work may be done again


def failures(
    workspace_id: UUID, job_id: UUID, after: int, session: Session, limit: int = 500
) -> list[JobFailure]:
    """Rows of a job's file that could not be taken, those after a number."""
    query = select(JobFailure).where(
        JobFailure.workspace_id == workspace_id, JobFailure.job_id == job_id, JobFailure.position > after
    )
    return list(session.exec(query.order_by(col(JobFailure.position)).limit(limit)))


def begin_undo(uow: UnitOfWork, change_set: ChangeSet, language: str, total: int) -> Job:
    """A job that takes a large change set back; what still adds to it stops."""
    if (more := adding(uow.session, change_set)) is not None:
        more.state = JobState.STOPPED
        uow.session.add(more)
    stages = stages_of(uow.session, change_set)
    data = {
        "stages": stages,
        "stage": 0,
        "after": -1,
        "kept": [],
        "language": language,
        "name": change_set.title,
    }
    job = Job(
        workspace_id=uow.workspace_id,
        task=JobTask.UNDO,
        member_id=change_set.member_id,
        change_set_id=change_set.id,
        total=total,
        data=data,
    )
    uow.session.add(job)
    return job
