"""Data in and out."""

from pathlib import Path
from typing import Any
from uuid import UUID

from handlers.capability import Capability, Command
from handlers.context import Context
from handlers.data.exporting import AREAS, KINDS
from handlers.data.preview import preview
from handlers.errors import Invalid, Unseen
from handlers.reply import Reply
from handlers.slots import ColumnsTold, DataKind, Duplicates, Format, MemberRef
from storage.find import MODELS
from storage.jobs import job_of, shown_job
from storage.queries.export import Selection, count
from storage.tables import Job, JobState, JobTask

data = Capability("data", Path(__file__).parent)
IMPORTED = ("contacts", "companies", "deals")


class ImportData(Command):
    """Import contacts, companies or deals from a file."""

    kind: DataKind | None = None
    duplicates: Duplicates | None = None
    columns: ColumnsTold | None = None


@data.command("data.import", needs="data.import")
def import_data(cmd: ImportData, ctx: Context) -> Reply:
    """What a file would bring, and after a tap its import, which goes on by itself."""
    job = _job(cmd, ctx)
    if error := job.data.get("error"):
        comma = ctx.voice.label("list.comma")
        params: dict[str, Any] = {
            k: comma.join(v) if isinstance(v, list) else v for k, v in job.data["params"].items()
        }
        raise Invalid(error, **params)
    if job.state != JobState.SHOWN:
        raise Invalid("import.already", name=job.data["name"])
    update = cmd.duplicates == "update"
    shown = preview(ctx, job, cmd.model_dump(exclude_none=True), update=update)
    if shown is not None:
        return shown
    job.state, job.member_id, job.conversation_id = JobState.RUNNING, ctx.member.id, ctx.conversation_id
    job.data = {**job.data, "update": update, "language": ctx.voice.language}
    ctx.uow.session.add(job)
    return Reply(
        ctx.say("import.begun", n=job.total, name=job.data["name"]), tracks=str(job.id), undoable=False
    )


class ExportData(Command):
    """Export records to a file."""

    kind: DataKind | None = None
    format: Format | None = None
    owner: MemberRef | None = None


@data.command("data.export", needs="data.export", undoable=False)
def export_data(cmd: ExportData, ctx: Context) -> Reply:
    """A file with all that the speaker may see of a kind; it is written in the background."""
    kind, form = cmd.kind or "contacts", cmd.format or "csv"
    if form == "vcard" and kind != "contacts":
        raise Invalid("export.only_contacts")
    ctx.require(f"{AREAS.get(kind, kind)}.read")
    owner = ctx.colleague(cmd.owner, "owner") if cmd.owner else None
    scope = ctx.scope(MODELS[KINDS[kind]])
    chosen = Selection(ctx.uow.workspace_id, KINDS[kind], scope, owner.id if owner else None)
    total = count(ctx.uow.session, chosen)
    if not total:
        raise Invalid(f"export.none.{kind}")
    wanted = {"kind": kind, "format": form, "owner": str(owner.id) if owner else ""}
    job = Job(
        workspace_id=ctx.uow.workspace_id,
        task=JobTask.EXPORT,
        member_id=ctx.member.id,
        total=total,
        data={**wanted, "language": ctx.voice.language},
    )
    ctx.uow.session.add(job)
    words = {"n": total, "format": ctx.voice.label(f"format.{form}")}
    return Reply(ctx.say(f"export.begun.{kind}", **words), tracks=str(job.id), private=True)


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
    told = str(job.data.get("told", ""))
    again = (wanted and job.data.get("kind", wanted) != wanted) or (cmd.columns and cmd.columns != told)
    if not seen or (again and job.state == JobState.SHOWN):
        raise Unseen([str(job.file_id)], scan=True, kind=wanted, columns=cmd.columns or told)
    return job
