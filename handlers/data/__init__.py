"""Data in and out."""

from pathlib import Path
from uuid import UUID

from handlers.capability import Capability, Command
from handlers.context import Context
from handlers.data.preview import preview
from handlers.errors import Invalid, Unseen
from handlers.reply import Reply
from handlers.slots import DataKind, Duplicates
from storage.jobs import job_of, shown_job
from storage.tables import Job, JobState

data = Capability("data", Path(__file__).parent)
IMPORTED = ("contacts", "companies", "deals")


class ImportData(Command):
    """Import contacts, companies or deals from a file."""

    kind: DataKind | None = None
    duplicates: Duplicates | None = None


@data.command("data.import", needs="data.import")
def import_data(cmd: ImportData, ctx: Context) -> Reply:
    """What a file would bring, and after a tap its import, which goes on by itself."""
    job = _job(cmd, ctx)
    if error := job.data.get("error"):
        raise Invalid(error, **job.data["params"])
    if job.state != JobState.SHOWN:
        raise Invalid("import.already", name=job.data["name"])
    update = cmd.duplicates == "update"
    shown = preview(ctx, job, cmd.kind, update=update)
    if shown is not None:
        return shown
    job.state, job.member_id, job.conversation_id = JobState.RUNNING, ctx.member.id, ctx.conversation_id
    job.data = {**job.data, "update": update, "language": ctx.voice.language}
    ctx.uow.session.add(job)
    return Reply(
        ctx.say("import.begun", n=job.total, name=job.data["name"]), tracks=str(job.id), undoable=False
    )


def _job(cmd: ImportData, ctx: Context) -> Job:
    """The file that came with the message, else the last one shown here. Raises `Invalid`, or `Unseen`."""
    wanted = cmd.kind if cmd.kind in IMPORTED else None
    if ctx.turn.files:
        job = job_of(ctx.uow.session, ctx.uow.workspace_id, UUID(ctx.turn.files[0]))
    else:
        job = shown_job(ctx.uow.session, ctx.uow.workspace_id, ctx.member.id, ctx.conversation_id)
    if job is None:
        raise Invalid("import.no_file")
    if not job.data["table"]:
        raise Invalid("import.no_table")
    seen = job.data.get("kind") or job.data.get("error")
    if not seen or (wanted and job.data.get("kind", wanted) != wanted):
        raise Unseen([str(job.file_id)], scan=True, kind=wanted)
    return job
