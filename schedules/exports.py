"""Writing records into a file for somebody who asked for it."""

from collections.abc import Iterator
from uuid import UUID

from handlers.data.exporting import AREAS, KINDS, MEDIA, SUFFIX, cells, header, written
from handlers.data.written import reference
from handlers.reply import Reply
from handlers.voice import Voice
from schedules.jobs import Desk, Failed
from storage.files import keep_file
from storage.find import Scope
from storage.queries.export import PAGE, Page, Selection, custom_keys, pages
from storage.queries.members import grants_of
from storage.tables import Job, JobState, Member
from storage.unit_of_work import UnitOfWork


def run(desk: Desk, job: Job) -> None:
    """The whole file anew: what a process that died had written of it is not gone on with."""
    kind, form = job.data["kind"], job.data["format"]
    selection, voice = desk.work(lambda uow: (selection_of(uow, job), desk.voice(uow, job)))
    custom = [] if form == "vcard" else custom_keys(desk.database, selection)
    rows = _Counted(desk, job, selection)
    pieces = written(form, header(voice, kind, custom), rows, cells(voice, kind, custom))
    name = f"{voice.label(f'kind.{kind}')} {voice.now:%Y-%m-%d}.{SUFFIX[form]}"
    file = keep_file(desk.database, job.workspace_id, name, MEDIA[form], pieces, job.member_id)

    def last(uow: UnitOfWork, row: Job) -> None:
        row.state, row.lease_until, row.file_id = JobState.DONE, None, file.id
        done = voice.say(f"export.done.{kind}", n=rows.count, format=voice.label(f"format.{form}"))
        desk.show(uow, row, Reply(done, files=(reference(file),), private=True), last=True)

    desk.piece(rows.job, last)


def selection_of(uow: UnitOfWork, job: Job) -> Selection:
    """What may be in it: what the one who asked may see now."""
    member, kind = uow.get(Member, job.member_id), job.data["kind"]
    if member is None:
        raise Failed("export.nothing")
    reach = grants_of(uow, member.role).get(f"{AREAS.get(kind, kind)}.read", "none")
    owner = UUID(job.data["owner"]) if job.data.get("owner") else None
    return Selection(uow.workspace_id, KINDS[kind], Scope(member.id, member.team_id, reach), owner)


class _Counted:
    """Pages as they are read; the lease is renewed and the message moves as they go."""

    def __init__(self, desk: Desk, job: Job, selection: Selection) -> None:
        self.desk, self.job, self.selection, self.count = desk, job, selection, 0

    def __iter__(self) -> Iterator[Page]:
        for page in pages(self.desk.database, self.selection):
            yield page
            self.count += len(page.rows)
            if len(page.rows) == PAGE:
                self.job = self.desk.piece(self.job, self._shown)

    def _shown(self, uow: UnitOfWork, job: Job) -> None:
        job.position = self.count
        if self.desk.due():
            voice: Voice = self.desk.voice(uow, job)
            done, total = f"{self.count:,}", f"{job.total:,}"
            self.desk.show(uow, job, Reply(voice.say("export.progress", done=done, total=total)))
