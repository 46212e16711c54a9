"""Importing a file that somebody has said yes to."""

from collections.abc import Callable
from functools import partial
from itertools import islice

from handlers.data.columns import Columns
from handlers.data.rows import Refused, drafts
from handlers.data.sheets import Unreadable, open_sheet
from handlers.data.written import failures_file
from handlers.reply import Button, FileRef, Line, Reply
from handlers.turn import Turn
from handlers.voice import Voice
from schedules.jobs import Desk, Failed
from storage.bulk import Author, write
from storage.changes import UNDO_FOR
from storage.drafts import Draft, Prepared, prepare
from storage.files import opened
from storage.indexing import key_of
from storage.journal import append
from storage.points import digest
from storage.queries.changes import new_change_set
from storage.queries.members import members
from storage.queries.sales import first_stage
from storage.tables import Audit, ChangeSet, Job, JobFailure, JobState, Member, Workspace
from storage.unit_of_work import UnitOfWork

AT_ONCE = 100  # rows in one transaction, at most
MANY_UPDATED = 25  # and where rows are updated, which takes longer
Row = Draft | tuple[int, list[str], Refused]


def run(desk: Desk, job: Job) -> None:
    """Import the rest of a file, from where the job stands to the end."""
    workspace, place, author = desk.work(lambda uow: (uow.workspace, desk.place(uow), author_of(uow, job)))
    size = MANY_UPDATED if author.update else AT_ONCE
    if job.file_id is None:
        raise Failed("import.no_file")
    with opened(desk.database, workspace.id, job.file_id) as file:
        try:
            sheet = open_sheet(file)
            columns = Columns(job.data["kind"], tuple(job.data["fields"]))
            rows = islice(drafts(sheet.rows, sheet.headers, columns, place), job.position, None)
            while batch := list(islice(rows, desk.portion(size))):
                job = desk.piece(job, _piece(desk, workspace, author, batch))
        except Unreadable as error:
            raise Failed(error.key, **error.params) from error
    _finish(desk, job)


def author_of(uow: UnitOfWork, job: Job) -> Author:
    """In whose name the rows are written."""
    member = uow.get(Member, job.member_id)
    if member is None:
        raise Failed("import.no_file")
    owners = {}
    for colleague in members(uow):
        owners[key_of(colleague.name)] = (colleague.id, colleague.team_id)
        if colleague.email:
            owners[key_of(colleague.email)] = (colleague.id, colleague.team_id)
    stage = first_stage(uow)
    update = bool(job.data["update"])
    return Author(member.id, member.team_id, owners, stage.pipeline_id, stage.key, update=update)


def _piece(
    desk: Desk, workspace: Workspace, author: Author, batch: list[Row]
) -> Callable[[UnitOfWork, Job], None]:
    """Writing one batch; what can be worked out before the transaction is."""
    prepared = [prepare(workspace, row) for row in batch if isinstance(row, Draft)]
    return partial(_write, desk, author, batch, prepared)


def _write(
    desk: Desk, author: Author, batch: list[Row], prepared: list[Prepared], uow: UnitOfWork, job: Job
) -> None:
    change_set = _change_set(uow, job, author)
    counts = (
        dict(job.counts) if job.position else dict.fromkeys(("new", "updated", "duplicate", "invalid"), 0)
    )
    written = write(uow, prepared, author, change_set, int(job.data.get("changes", 0)))
    for row in batch:
        if isinstance(row, tuple):
            _fail(uow, job, row)
    job.counts = {
        "new": counts["new"] + written.new,
        "updated": counts["updated"] + written.updated,
        "duplicate": counts["duplicate"] + written.duplicate,
        "invalid": counts["invalid"] + len(batch) - len(prepared),
    }
    job.data = {**job.data, "changes": uow.changes}
    job.position += len(batch)
    if desk.due():
        voice = desk.voice(uow, job)
        n, total = f"{job.position:,}", f"{job.total:,}"
        desk.show(uow, job, Reply(voice.say("import.progress", done=n, total=total, name=job.data["name"])))


def _change_set(uow: UnitOfWork, job: Job, author: Author) -> ChangeSet:
    """The one change set of the whole import."""
    if job.change_set_id and (found := uow.get(ChangeSet, job.change_set_id)):
        return found
    made = new_change_set(uow, author.member_id, title=job.data["name"])
    uow.session.add(made)
    job.change_set_id = made.id
    return made


def _fail(uow: UnitOfWork, job: Job, row: tuple[int, list[str], Refused]) -> None:
    number, cells, refused = row
    append(
        uow.session,
        JobFailure,
        workspace_id=uow.workspace_id,
        job_id=job.id,
        position=number,
        reason=f"{refused.reason}:{refused.value}",
        row=cells,
    )


def _finish(desk: Desk, job: Job) -> None:
    """The last word: counts, reasons, the rows that failed as a file, and one undo."""
    file = failures_file(desk.database, job, desk.work(lambda uow: desk.voice(uow, job)))

    def last(uow: UnitOfWork, row: Job) -> None:
        voice = desk.voice(uow, row)
        title = voice.say("import.title", n=row.counts["new"] + row.counts["updated"], name=row.data["name"])
        row.state, row.lease_until = JobState.DONE, None
        if row.change_set_id and (change_set := uow.get(ChangeSet, row.change_set_id)):
            change_set.title, change_set.expires_at = title.text, uow.now + UNDO_FOR
            uow.session.add(change_set)
        _audit(uow, row)
        desk.show(uow, row, _result(voice, row, file), last=True)

    desk.piece(job, last)


def _result(voice: Voice, job: Job, file: FileRef | None) -> Reply:
    counts = job.counts
    lines = [voice.say(f"import.done.{k}", n=counts[k]) for k in ("updated", "duplicate") if counts[k]]
    undo = Button(voice.label("button.undo"), Turn(control="undo", change_set=str(job.change_set_id)))
    return Reply(
        voice.say(f"import.done.{job.data['kind']}", n=counts["new"], name=job.data["name"]),
        lines=(*lines, *_reasons(voice, job)),
        buttons=(undo,) if int(job.data.get("changes", 0)) else (),
        files=(file,) if file else (),
    )


def _reasons(voice: Voice, job: Job) -> list[Line]:
    """How many rows were left out, and why, the most frequent reason first."""
    if not job.counts["invalid"]:
        return []
    reasons = sorted(job.data["reasons"].items(), key=lambda r: -r[1])
    why = voice.label("list.comma").join(
        voice.say("import.reason", n=n, why=voice.label(f"import.why.{key}")).text for key, n in reasons
    )
    return [voice.say("import.done.invalid", n=job.counts["invalid"], why=why)]


def _audit(uow: UnitOfWork, job: Job) -> None:
    append(
        uow.session,
        Audit,
        workspace_id=uow.workspace_id,
        at=uow.now,
        member_id=job.member_id,
        command="data.import",
        outcome="done",
        records=[],
        digest=digest(uow.workspace, job.data["name"]),
        change_set_id=job.change_set_id,
    )
