"""Taking a large change set back, piece by piece."""

from functools import partial
from uuid import UUID

from handlers.kept import kept_line
from handlers.reply import Line, Reply
from handlers.voice import Voice
from schedules.jobs import Desk, Failed
from storage.tables import ChangeSet, Job, JobState
from storage.takeback import CHANGED, DELETED, take_back
from storage.undo import Kept
from storage.unit_of_work import UnitOfWork

AT_ONCE = 200  # rows deleted in one transaction, at most
FEW = 25  # rows put back one by one
NAMED = 20  # of those that stay, how many are named


def run(desk: Desk, job: Job) -> None:
    """The rest of the work, from where the job stands."""
    stages = [tuple(s) for s in job.data["stages"]]
    while job.data["stage"] < len(stages):
        job = desk.piece(job, partial(_piece, desk, stages))
    desk.piece(job, partial(_finish, desk))


def _piece(desk: Desk, stages: list[tuple[str, str]], uow: UnitOfWork, job: Job) -> None:
    stage = stages[job.data["stage"]]
    change_set = uow.get(ChangeSet, job.change_set_id)
    if change_set is None:
        raise Failed("undo.nothing")
    limit = desk.portion(FEW if stage[0] in (CHANGED, DELETED) else AT_ONCE)
    taken = take_back(uow.session, change_set, stage, job.data["after"], limit)
    following = (
        {"after": taken.after} if taken.after is not None else {"stage": job.data["stage"] + 1, "after": -1}
    )
    kept = [*job.data["kept"], *([k.kind, str(k.record_id), str(k.member_id or "")] for k in taken.kept)]
    job.data = {**job.data, **following, "kept": kept[:NAMED]}
    job.counts = {
        "reverted": job.counts.get("reverted", 0) + taken.reverted,
        "kept": job.counts.get("kept", 0) + len(taken.kept),
    }
    job.position += 1
    if desk.due():
        voice = desk.voice(uow, job)
        n, total = f"{job.counts['reverted']:,}", f"{job.total:,}"
        desk.show(uow, job, Reply(voice.say("undo.progress", what=job.data["name"], done=n, total=total)))


def _finish(desk: Desk, uow: UnitOfWork, job: Job) -> None:
    voice = desk.voice(uow, job)
    job.state, job.lease_until = JobState.DONE, None
    change_set = uow.get(ChangeSet, job.change_set_id)
    if change_set is not None:
        change_set.undone_at = uow.now
        uow.session.add(change_set)
    desk.show(uow, job, _result(uow, voice, job), last=True)


def _result(uow: UnitOfWork, voice: Voice, job: Job) -> Reply:
    kept = [Kept(k, UUID(i), UUID(m) if m else None) for k, i, m in job.data["kept"]]
    lines: list[Line] = [kept_line(uow, voice, kept, job.member_id)] if kept else []
    return Reply(voice.say("undo.done", what=job.data["name"]), lines=tuple(lines))
