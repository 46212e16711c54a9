"""What is not about any one kind of record: finding, undoing, explaining, settings, small talk."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from handlers.basics.settings import FIELDS, set_setting
from handlers.capability import Capability, Command, Spec, usage
from handlers.cards import company_card, contact_card
from handlers.context import Context
from handlers.errors import Invalid, LongAgo
from handlers.kept import kept_line
from handlers.lines import activity_line, record_line
from handlers.reply import Button, Line, Mention, Reply, line
from handlers.slots import FieldValue, Text, Topic, field_of
from handlers.turn import Call, Turn
from nlp.names import looks_named
from storage.find import MODELS, Match, find_anything
from storage.jobs import adding, begin_undo, undoing
from storage.outbox import withdraw
from storage.queries.changes import revive
from storage.tables import Activity, ChangeSet, Company, Contact, Deal, Reminder, Task, Ticket
from storage.takeback import size_of
from storage.undo import change_set_of, latest, revert

basics = Capability("basics", Path(__file__).parent)
FOUND_KINDS = ("contact", "company", "deal", "ticket", "task", "reminder", "activity")
FOUND = 6
_ARTICLE = re.compile(r"^(?:an?|the|my)\s+")
EXAMPLES = 8
LONG_AGO = timedelta(hours=1)  # what was done before then is not taken back without a question
MANY = 500  # changes that are more than one transaction should take back


class Find(Command):
    """Find anything by a name or a word."""

    text: Text


@basics.command("find", needs="contacts.read", undoable=False)
def find(cmd: Find, ctx: Context) -> Reply:
    """The card of what is meant, or a list of what may be."""
    scopes = {kind: ctx.scope(MODELS[kind]) for kind in FOUND_KINDS}
    matches = find_anything(ctx.uow, cmd.text, scopes, FOUND)
    sure = [m for m in matches if m.score >= 90 and m.kind in ("contact", "company")]
    if len(sure) == 1 or (len(sure) > 1 and sure[0].score - sure[1].score >= 8):
        return _card(ctx, sure[0])
    if len(matches) == 1 and matches[0].kind in ("contact", "company"):
        return _card(ctx, matches[0])
    if not matches:
        raise Invalid("find.none", buttons=_add_buttons(ctx, cmd.text), text=cmd.text)
    return _found(ctx, cmd.text, matches)


def _card(ctx: Context, match: Match) -> Reply:
    row = ctx.uow.get(MODELS[match.kind], match.id)
    if isinstance(row, Contact):
        return contact_card(ctx, row)
    return company_card(ctx, ctx.find(Company, f"id:{match.id}", "company"))


def _add_buttons(ctx: Context, text: str) -> list[Button]:
    if not ctx.may("contacts.write") or not looks_named(text):
        return []
    kinds = ("contact", "company")
    return [
        Button(
            ctx.voice.label(f"button.new_{kind}"),
            Turn(calls=(Call(name=f"{kind}.add", slots={"name": text}),)),
        )
        for kind in kinds
    ]


def _found(ctx: Context, text: str, matches: list[Match]) -> Reply:
    lines = tuple(line(f"{i}. {_line(ctx, m)}") for i, m in enumerate(matches, 1))
    listing = tuple(Mention(m.kind, str(m.id), m.name) for m in matches)
    buttons = tuple(
        Button(m.name, Turn(calls=(Call(name=f"{m.kind}.show", slots={m.kind: f"id:{m.id}"}),)))
        for m in matches
        if m.kind in ("contact", "company")
    )
    return Reply(
        ctx.say("find.found", n=len(matches), text=text), lines=lines, buttons=buttons[:4], listing=listing
    )


def _line(ctx: Context, match: Match) -> str:
    row = ctx.uow.get(MODELS[match.kind], match.id)
    if isinstance(row, Task | Reminder | Deal | Ticket):
        return record_line(ctx, row, whose=True)
    if isinstance(row, Activity):
        customer = ctx.uow.get(Contact, row.contact_id) or ctx.uow.get(Company, row.company_id)
        return " · ".join(x for x in (customer.name if customer else None, activity_line(ctx, row)) if x)
    kind = ctx.voice.label(f"kind.{match.kind}")
    return " · ".join(x for x in (match.name[:80], ctx.describe(match), kind) if x)


class Undo(Command):
    """Take back what the last message did."""


@basics.command("undo", undoable=False)
def undo(cmd: Undo, ctx: Context) -> Reply:  # noqa: ARG001 - every handler takes its command
    """The whole change set of the last message, or of the one whose button was pressed."""
    change_set = _meant(ctx)
    if (size := size_of(ctx.uow.session, change_set)) > MANY or adding(ctx.uow.session, change_set):
        return _by_and_by(ctx, change_set, size)
    waiting, left = withdraw(ctx.uow.session, ctx.uow.workspace_id, change_set.id)
    reverted, kept = revert(ctx.uow.session, change_set, ctx.now)
    ctx.uow.flush()
    if not reverted:
        return Reply(
            ctx.say("undo.refused", what=change_set.title),
            lines=(kept_line(ctx.uow, ctx.voice, kept, ctx.member.id),),
            undoable=False,
        )
    lines: list[Line] = [kept_line(ctx.uow, ctx.voice, kept, ctx.member.id)] if kept else []
    if left:
        lines.append(ctx.say("undo.sent", n=left))
    elif waiting:
        lines.append(ctx.say("undo.withdrawn", n=waiting))
    if not kept and (before := revive(ctx.uow, change_set)):
        lines.append(ctx.say("undo.before", what=before.title))
    return Reply(ctx.say("undo.done", what=change_set.title), lines=tuple(lines), undoable=False)


def _by_and_by(ctx: Context, change_set: ChangeSet, size: int) -> Reply:
    """A large change set goes back in the background, so that nobody waits for it."""
    if undoing(ctx.uow.session, change_set):
        raise Invalid("undo.under_way", what=change_set.title)
    job = begin_undo(ctx.uow, change_set, ctx.voice.language, size)
    return Reply(ctx.say("undo.begun", what=change_set.title), tracks=str(job.id), undoable=False)


def _meant(ctx: Context) -> ChangeSet:
    if ctx.turn.change_set:
        change_set = change_set_of(ctx.uow.session, ctx.uow.workspace_id, ctx.turn.change_set)
        if change_set is None or change_set.member_id != ctx.member.id:
            raise Invalid("undo.nothing")
        if change_set.undone_at:
            raise Invalid("undo.already", what=change_set.title)
        if change_set.expires_at <= ctx.now:
            raise Invalid("undo.expired", what=change_set.title)
        return change_set
    found = latest(ctx.uow.session, ctx.uow.workspace_id, ctx.member.id, ctx.now)
    if found is None:
        raise Invalid("undo.nothing")
    if ctx.now - found.created_at > LONG_AGO:
        when = ctx.voice.moment(found.created_at)
        raise LongAgo(str(found.id), ctx.say("undo.old", what=found.title, when=when))
    return found


class Help(Command):
    """Show what can be said here."""

    topic: Topic | None = None


@basics.command("help", undoable=False)
def help_(cmd: Help, ctx: Context) -> Reply:
    """What this person may do, with an example each; of one topic, all of it."""
    specs = [s for s in ctx.specs.values() if s.needs is None or ctx.may(s.needs)]
    topic = _ARTICLE.sub("", (cmd.topic or "").strip().casefold())
    about = [s for s in specs if topic and _is_about(s, topic, ctx)]
    if about:
        lines = tuple(line(f"{_help(ctx, s)}\n  {usage(s)}") for s in about)
        return Reply(ctx.say("help.topic", topic=ctx.voice.title(f"area.{about[0].capability}")), lines=lines)
    firsts = {s.capability: s for s in reversed(specs) if ctx.voice.knows("help", s.name)}
    lines = tuple(
        line("· " + _help(ctx, firsts[name]))
        for name in dict.fromkeys(s.capability for s in specs)
        if name in firsts
    )
    buttons = tuple(
        Button(ctx.voice.title(f"area.{name}"), Turn(calls=(Call(name="help", slots={"topic": name}),)))
        for name in list(firsts)[::-1]
        if name != "basics"
    )
    return Reply(ctx.say("help.all"), lines=(*lines[:EXAMPLES], ctx.say("help.more")), buttons=buttons[:4])


def _is_about(spec: Spec, topic: str, ctx: Context) -> bool:
    names = {
        spec.capability,
        spec.name,
        spec.name.split(".")[0],
        ctx.voice.label(f"area.{spec.capability}").casefold(),
    }
    return topic in names or topic.rstrip("s") in names or topic.lstrip("/") in names


def _help(ctx: Context, spec: Spec) -> str:
    return str(ctx.book.get(ctx.voice.language, "help", spec.name) or spec.model.__doc__ or spec.name)


class Why(Command):
    """Say how the last message was understood."""


@basics.command("why", undoable=False)
def why(cmd: Why, ctx: Context) -> Reply:  # noqa: ARG001 - every handler takes its command
    """Which words led to which command and which slots."""
    commands = ctx.reading.get("commands", [])
    if not commands:
        return Reply(ctx.say("why.nothing"))
    lines = []
    for command in commands:
        parts = [
            ctx.say("why.slot", slot=ctx.voice.label(f"slot.{slot}"), words=words).text
            for slot, words in command.get("sources", {}).items()
        ]
        name, rule = ctx.voice.label(f"command.{command['name']}"), command.get("rule", "")
        lines.append(ctx.say("why.command" if rule else "why.command_only", command=name, rule=rule))
        lines += [line(f"· {part}") for part in parts]
    how = ctx.say(f"why.{ctx.reading.get('via', 'words')}", text=ctx.reading.get("text", ""))
    return Reply(how, lines=tuple(lines))


class SetSetting(Command):
    """Change one of your settings."""

    field: Annotated[str, field_of(*FIELDS)]
    value: FieldValue


@basics.command("settings.set", needs="settings.own")
def settings(cmd: SetSetting, ctx: Context) -> Reply:
    """One setting of the speaker."""
    return set_setting(ctx, cmd.field, cmd.value)


class Greet(Command):
    """Say hello."""


@basics.command("smalltalk.greet", undoable=False)
def greet(cmd: Greet, ctx: Context) -> Reply:  # noqa: ARG001 - every handler takes its command
    """A short hello and what there is to do."""
    button = Button(
        ctx.voice.label("button.my_tasks"), Turn(calls=(Call(name="task.list", slots={"assignee": "me"}),))
    )
    help_button = Button(ctx.voice.label("button.help"), Turn(calls=(Call(name="help"),)))
    return Reply(ctx.say("greet", name=ctx.member.name.split()[0]), buttons=(button, help_button))


class Thank(Command):
    """Say thanks."""


@basics.command("smalltalk.thanks", undoable=False)
def thank(cmd: Thank, ctx: Context) -> Reply:  # noqa: ARG001 - every handler takes its command
    """You are welcome."""
    return Reply(ctx.say("thanks"))
