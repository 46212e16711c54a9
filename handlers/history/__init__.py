"""What happened, in order, and where what is known comes from."""

from pathlib import Path
from typing import Annotated

from handlers.capability import Capability, Command
from handlers.context import Context
from handlers.errors import Missing, NotFound
from handlers.moments import span
from handlers.reply import Reply, line
from handlers.slots import (
    ActivityRef,
    CompanyRef,
    ContactRef,
    DealRef,
    Period,
    TaskRef,
    TicketRef,
    field_of,
)
from handlers.timeline import timeline_of
from storage.find import MODELS, name_of
from storage.queries.provenance import Origin, origin
from storage.tables import Company, Contact, Deal, Member, Row

history = Capability("history", Path(__file__).parent)
KINDS = ("contact", "company", "deal", "ticket", "task", "activity")
FIELDS = ("phone", "email", "job_title", "company", "birthday", "address", "notes", "industry", "domain", "tax_id",
          "amount", "stage", "close_date", "owner", "priority", "status", "due", "title", "name", "source")  # fmt: skip
HOLDERS = {
    **dict.fromkeys(("email", "job_title", "birthday", "source"), ("contact",)),
    **dict.fromkeys(("phone", "address", "notes"), ("contact", "company")),
    **dict.fromkeys(("industry", "domain", "tax_id"), ("company",)),
    **dict.fromkeys(("amount", "stage", "close_date"), ("deal",)),
}  # the kinds of record that have such a field; others may be of any
QUOTED = 300  # letters of a message that are quoted


class ShowTimeline(Command):
    """Show all that happened with a customer or in a deal."""

    contact: ContactRef | None = None
    company: CompanyRef | None = None
    deal: DealRef | None = None
    period: Period | None = None


@history.command("timeline.show", needs="contacts.read", undoable=False)
def show_timeline(cmd: ShowTimeline, ctx: Context) -> Reply:
    """Activities, deals, tickets and tasks done, newest first."""
    named: tuple[tuple[str | None, type[Contact | Company | Deal], str], ...] = (
        (cmd.deal, Deal, "deal"),
        (cmd.company, Company, "company"),
        (cmd.contact, Contact, "contact"),
    )
    for said, model, slot in named:
        if said:
            return timeline_of(ctx, ctx.find(model, said, slot, done=True), span(cmd.period, ctx.voice))
    newest = ctx.focus.newest(("contact", "company", "deal"))
    if newest is None:
        raise Missing("contact", key="timeline.show.contact")
    return timeline_of(ctx, _loaded(ctx, newest.kind, newest.id), span(cmd.period, ctx.voice))  # type: ignore[arg-type]  # of these kinds


def _loaded(ctx: Context, kind: str, record_id: str) -> Row:
    return ctx.find(MODELS[kind], f"id:{record_id}", kind)


class ShowSource(Command):
    """Say where something known comes from."""

    contact: ContactRef | None = None
    company: CompanyRef | None = None
    deal: DealRef | None = None
    ticket: TicketRef | None = None
    task: TaskRef | None = None
    activity: ActivityRef | None = None
    field: Annotated[str, field_of(*FIELDS)] | None = None


@history.command("record.source", needs="contacts.read", undoable=False)
def show_source(cmd: ShowSource, ctx: Context) -> Reply:
    """Who told a value or a record, when, and in which words."""
    row = _meant(cmd, ctx)
    found = origin(ctx.uow, row, cmd.field)
    what = ctx.voice.label(f"slot.{cmd.field}") if cmd.field else ""
    if found is None:
        return Reply(ctx.say("source.unknown", name=name_of(row), field=what), mentions=(ctx.mention(row),))
    who = ctx.uow.get(Member, found.member_id)
    key = "source.field" if cmd.field else "source.record"
    at = ctx.voice.moment(found.at)
    headline = ctx.say(key, who=who.name if who else "–", when=at, name=name_of(row), field=what)
    quote = _quote(ctx, found)
    return Reply(headline, lines=(line(quote),) if quote else (), mentions=(ctx.mention(row),))


def _meant(cmd: ShowSource, ctx: Context) -> Row:
    """The record that is named, else the one last spoken of. Raises `NotFound`."""
    for kind in KINDS:
        if said := getattr(cmd, kind):
            return ctx.find(MODELS[kind], said, kind, done=True)
    newest = ctx.focus.newest(HOLDERS.get(cmd.field or "", KINDS))
    if newest is None:
        raise NotFound("contact", "contact", "that")
    return _loaded(ctx, newest.kind, newest.id)


def _quote(ctx: Context, found: Origin) -> str | None:
    """The words, unless they also told of what the speaker may not see."""
    if not found.words or not all(ctx.sees(r) for r in found.records):
        return None
    words = found.words if len(found.words) <= QUOTED else found.words[:QUOTED] + "…"
    return ctx.say("source.words", words=words).text
