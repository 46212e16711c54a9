"""Nudges: rules in words of what to be told unasked, every morning and once a day."""

from datetime import timedelta
from functools import partial
from pathlib import Path

from handlers.capability import Capability, Command
from handlers.context import Context
from handlers.errors import Invalid
from handlers.reply import Button, Line, Mention, Reply, line
from handlers.rules.findings import FINDERS, Finding, findings, hours_of
from handlers.slots import RuleRef, Text
from handlers.standing import MORNING, run_mornings, time_of
from handlers.turn import Call, Turn
from handlers.voice import Voice
from nlp.nudges import KINDS, read_nudge
from nlp.pronouns import is_pronoun, ordinal
from nlp.text import fold
from storage.queries.contacts import tag_named
from storage.queries.members import managers_of
from storage.queries.nudges import tasks_overdue
from storage.queries.rules import rules_of
from storage.queries.sales import stages
from storage.tables import Rule, Task

rules = Capability("rules", Path(__file__).parent)
KEY = "nudges"
SHOWN = 8
MANAGER_AFTER = 3  # days that a task may be overdue before a manager hears of it
OFFERED = ("tasks_overdue", "deals_closing", "contacts_quiet")


class AddRule(Command):
    """Be told unasked when something waits too long."""

    text: Text


@rules.command("rule.add", needs="settings.own")
def add_rule(cmd: AddRule, ctx: Context) -> Reply:
    """A nudge of the speaker's own; it looks every morning."""
    nudge = read_nudge(cmd.text)
    if nudge is None:
        raise Invalid("rule.unknown", buttons=_offers(ctx))
    params = {"hours": nudge.hours, "stage": _stage_in(ctx, cmd.text), "tag": nudge.group}
    given = {k: v for k, v in params.items() if v is not None}
    same = next(
        (r for r in rules_of(ctx.uow, ctx.member) if r.kind == nudge.kind and r.params == given), None
    )
    if same is not None:
        return Reply(ctx.say("rule.there", what=_words(ctx, same)))
    rule = ctx.new(Rule, kind=nudge.kind, text=cmd.text, params=given)
    ctx.uow.flush()
    at = time_of(ctx.member.digest or "") or MORNING
    run_mornings(ctx, KEY, Call(name="rule.check"), at)
    return Reply(
        ctx.say("rule.added", what=_words(ctx, rule), at=f"{at:%H:%M}"),
        buttons=(Button(ctx.voice.label("button.look_now"), Turn(calls=(Call(name="rule.check"),))),),
        mentions=(Mention("rule", str(rule.id), rule.text),),
    )


def _group(ctx: Context, rule: Rule) -> str:
    """The group of contacts of a rule, as its tag is written here."""
    said = str(rule.params.get("tag") or "")
    tag = tag_named(ctx.uow, said) if said else None
    return tag.name if tag else said


def _stage_in(ctx: Context, text: str) -> str | None:
    """The open stage that a rule names."""
    folded = fold(text)
    for stage in stages(ctx.uow):
        names = {stage.key.replace("_", " "), *(fold(x) for x in stage.labels.values())}
        if stage.probability not in (0, 100) and any(name in folded for name in names):
            return stage.key
    return None


def _offers(ctx: Context) -> list[Button]:
    """Rules that most people want."""
    return [
        Button(ctx.voice.label(f"nudge.offer.{kind}"), Turn(calls=(_offer(ctx, kind),))) for kind in OFFERED
    ]


def _offer(ctx: Context, kind: str) -> Call:
    return Call(name="rule.add", slots={"text": ctx.voice.label(f"nudge.text.{kind}")})


def _words(ctx: Context, rule: Rule) -> Line:
    """A rule as it was understood, never only as it was typed."""
    stage = next((s for s in stages(ctx.uow) if s.key == rule.params.get("stage")), None)
    label = (stage.labels.get(ctx.voice.language) or stage.key) if stage else ""
    about = _group(ctx, rule) or label
    hours = hours_of(rule)
    if rule.kind == "tickets_waiting" and hours % 24:
        span = ctx.say("nudge.hours", n=hours).text
    else:
        span = ctx.say("nudge.days", n=hours // 24).text
    key = (
        f"nudge.{rule.kind}.of"
        if about and ctx.voice.knows("answer", f"nudge.{rule.kind}.of")
        else f"nudge.{rule.kind}"
    )
    return ctx.say(key, span=span, about=about)


class ListRules(Command):
    """See which nudges are on."""

    rule: RuleRef | None = None


@rules.command("rule.list", needs="settings.own", undoable=False)
def list_rules(cmd: ListRules, ctx: Context) -> Reply:  # noqa: ARG001 - every handler takes its command
    """The speaker's own nudges, each with its way off."""
    found = rules_of(ctx.uow, ctx.member)
    if not found:
        return Reply(ctx.say("rule.none"), buttons=tuple(_offers(ctx)))
    lines = tuple(ctx.say("rule.line", n=i, what=_words(ctx, r)) for i, r in enumerate(found, 1))
    buttons = tuple(
        Button(
            ctx.say("button.rule_off", n=i).text,
            Turn(calls=(Call(name="rule.off", slots={"rule": f"id:{r.id}"}),)),
        )
        for i, r in enumerate(found[:3], 1)
    )
    listing = tuple(Mention("rule", str(r.id), r.text) for r in found)
    return Reply(ctx.say("rule.list", n=len(found)), lines=lines, buttons=buttons, listing=listing)


class StopRule(Command):
    """Switch a nudge off."""

    rule: RuleRef | None = None


@rules.command("rule.off", needs="settings.own")
def stop_rule(cmd: StopRule, ctx: Context) -> Reply:
    """One nudge less; undo brings it back."""
    rule = _meant(ctx, cmd.rule)
    rule.active = False
    ctx.uow.add(rule)
    ctx.uow.flush()
    return Reply(ctx.say("rule.off", what=_words(ctx, rule)))


def _meant(ctx: Context, said: str | None) -> Rule:
    """The rule that is meant: by its place in the list, by what it is about, or the only one."""
    found = rules_of(ctx.uow, ctx.member)
    pointed = _pointed(ctx, found, said or "")
    if pointed is None and said:
        nudge, wanted = read_nudge(said), fold(said)
        alike = [r for r in found if wanted in fold(r.text)]
        alike = alike or [r for r in found if nudge and r.kind == nudge.kind]
        pointed = alike[0] if len(alike) == 1 else None
    if pointed is None and len(found) == 1 and not said:
        pointed = found[0]
    if pointed is None:
        raise Invalid("rule.which" if found else "rule.none", buttons=_off_buttons(ctx, found))
    return pointed


def _pointed(ctx: Context, found: list[Rule], said: str) -> Rule | None:
    if said.startswith("id:"):
        return next((r for r in found if str(r.id) == said[3:]), None)
    place = ordinal(said) if said else None
    if place is None and said.isdigit():
        place = int(said) - 1
    if place is not None and -len(found) <= place < len(found):
        return found[place]
    newest = ctx.focus.newest(("rule",)) if said and is_pronoun(said) else None
    return next((r for r in found if newest and str(r.id) == newest.id), None)


def _off_buttons(ctx: Context, found: list[Rule]) -> list[Button]:
    return [
        Button(_words(ctx, r).text, Turn(calls=(Call(name="rule.off", slots={"rule": f"id:{r.id}"}),)))
        for r in found[:4]
    ]


class CheckRules(Command):
    """See what the nudges find now."""


@rules.command("rule.check", needs="settings.own", undoable=False)
def check_rules(cmd: CheckRules, ctx: Context) -> Reply:  # noqa: ARG001 - every handler takes its command
    """All that waits, in one message, each thing once; nothing when nothing does."""
    own = rules_of(ctx.uow, ctx.member)
    found = findings(ctx, own)
    if any(r.kind == "tasks_overdue" for r in own):
        _tell_managers(ctx)
    if not found:
        return Reply(ctx.say("nudge.nothing" if own else "rule.none"), quiet=True)
    lines = tuple(line(f"{i}. {f.name} · {' · '.join(f.reasons)}") for i, f in enumerate(found[:SHOWN], 1))
    rest = (ctx.say("nudge.more", n=len(found) - SHOWN),) if len(found) > SHOWN else ()
    return Reply(
        ctx.say("nudge.found", n=len(found)),
        lines=(*lines, *rest),
        buttons=tuple(_way(f) for f in found[:3]),
        listing=tuple(f.mention for f in found[:SHOWN]),
    )


def _way(finding: Finding) -> Button:
    """To the record, or to logging what was done about it."""
    kind = finding.mention.kind
    call = Call(
        name=f"{kind}.show" if kind != "task" else "task.done", slots={kind: f"id:{finding.mention.id}"}
    )
    return Button(finding.name[:30], Turn(calls=(call,)))


def _tell_managers(ctx: Context) -> None:
    """A task that is overdue for days is told to whoever manages its owner, once."""
    for task in tasks_overdue(ctx.uow, ctx.member, ctx.today - timedelta(days=MANAGER_AFTER - 1)):
        for manager in managers_of(ctx.uow, ctx.member):
            ctx.notify(manager, partial(_late, ctx, task), f"late:{task.id}:{task.due_on}:{manager.id}")


def _late(ctx: Context, task: Task, voice: Voice) -> Reply:
    name = f"#{task.number} {task.title}"
    day = voice.day(task.due_on) if task.due_on else ""
    show = Button(voice.label("button.open"), Turn(calls=(Call(name="find", slots={"text": task.title}),)))
    return Reply(voice.say("nudge.manager", who=ctx.member.name, task=name, day=day), buttons=(show,))


assert set(FINDERS) == set(KINDS)  # noqa: S101 - a kind without its finder must not start
