"""Photos, voice messages and documents that were sent, and belong to somebody."""

from pathlib import Path

from handlers.capability import Capability, Command
from handlers.context import Context
from handlers.errors import Missing
from handlers.reply import FileRef, Reply, line
from handlers.slots import CompanyRef, ContactRef, DealRef, TicketRef
from storage.find import MODELS, name_of
from storage.queries.files import files_of
from storage.tables import File, Row

files = Capability("files", Path(__file__).parent)
KINDS = ("ticket", "deal", "contact", "company")
MOST = 5  # sent at once


class ListFiles(Command):
    """Show what was sent with what was said about somebody."""

    contact: ContactRef | None = None
    company: CompanyRef | None = None
    deal: DealRef | None = None
    ticket: TicketRef | None = None


@files.command("file.list", needs="contacts.read", undoable=False)
def list_files(cmd: ListFiles, ctx: Context) -> Reply:
    """The newest files themselves, and what they are called."""
    subject = _subject(cmd, ctx)
    name = name_of(subject)
    found = files_of(ctx.uow, subject.id, MOST)
    key = "file.list" if found else "file.list.none"
    return Reply(
        ctx.say(key, n=len(found), name=name),
        lines=tuple(line(f"{n}. {_line(ctx, f)}") for n, f in enumerate(found, 1)),
        files=tuple(FileRef(str(f.id), f.name, f.media_type, f.size) for f in found),
        mentions=(ctx.mention(subject),),
    )


def _subject(cmd: ListFiles, ctx: Context) -> Row:
    for kind in KINDS:
        if said := getattr(cmd, kind):
            return ctx.find(MODELS[kind], said, kind)
    newest = ctx.focus.newest(KINDS)
    if newest is None:
        raise Missing("contact", key="file.list.contact")
    return ctx.find(MODELS[newest.kind], f"id:{newest.id}", newest.kind)


def _line(ctx: Context, file: File) -> str:
    return f"{file.name} · {ctx.voice.moment(file.created_at)}"
