"""Figures: in words, and in a small table."""

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial
from pathlib import Path

from handlers.capability import Capability, Command
from handlers.context import Context
from handlers.errors import Invalid, NotAllowed
from handlers.moments import period
from handlers.reply import Button, Line, Reply, Table
from handlers.reports.periods import bucket_name, buckets, called, usual
from handlers.slots import ActivityType, MemberRef, Metric, Period, SplitBy
from handlers.turn import Call, Turn
from storage.find import Scope
from storage.queries.members import members_with
from storage.queries.reports import MEASURES, TIMES, Group, Question, figures, is_dated_by_day
from storage.queries.sales import stage_named
from storage.tables import Member

reports = Capability("reports", Path(__file__).parent)
AREAS = {"tickets": "tickets", "sla": "tickets", "csat": "tickets", "campaigns": "campaigns"}
RANKED = ("priority", "stage")  # splits whose order is their own
ROWS = 10
SPLITS = 3
MONEY = ("deals", "pipeline", "forecast", "won", "lost")


class ShowReport(Command):
    """Show a figure."""

    metric: Metric
    period: Period | None = None
    by: SplitBy | None = None
    owner: MemberRef | None = None
    type: ActivityType | None = None


@dataclass(frozen=True)
class Report:
    """What was asked and found; `ends` are those of the buckets where it is split by time."""

    cmd: ShowReport
    span: tuple[date, date] | None
    ends: list[date]
    owner: Member | None
    groups: list[Group]


@reports.command("report.show", needs="reports.read", undoable=False)
def show_report(cmd: ShowReport, ctx: Context) -> Reply:
    """A count or an amount of what the speaker may see, split one way."""
    _allow(cmd.metric, ctx)
    measure = MEASURES.get(cmd.metric)
    metric = ctx.voice.label(f"metric.{cmd.metric}")
    if measure is None:
        raise Invalid("report.not_kept", metric=metric)
    if cmd.by and cmd.by not in (*measure.splits, *TIMES):
        options = [*measure.splits, "month"][:SPLITS]
        names = ctx.voice.label("list.comma").join(ctx.voice.label(f"by.{b}") for b in options)
        raise Invalid("report.no_split", _split_buttons(cmd, ctx, options), metric=metric, names=names)
    if cmd.type and cmd.metric != "activities":
        raise Invalid("report.no_type", metric=metric)
    report = _asked(cmd, ctx)
    return Reply(
        _headline(report, ctx),
        lines=_notes(report, ctx),
        table=_table(report, ctx) if cmd.by and report.groups else None,
        buttons=tuple(_split_buttons(cmd, ctx, [b for b in (*measure.splits[:2], "month") if b != cmd.by])),
        replaces=ctx.turn.replace,
    )


def _allow(metric: str, ctx: Context) -> None:
    """Those who see reports of their own work alone see the figures of the area that they work in, and no others."""
    own = [area for area in dict.fromkeys(AREAS.values()) if ctx.reach(f"{area}.write") == "all"]
    if ctx.reach("reports.read") != "own" or AREAS.get(metric) in own:
        return
    able = [m.name for m in members_with(ctx.uow, "reports.read") if m.id != ctx.member.id][:3]
    if not own:
        raise NotAllowed("reports.read", able)
    areas = ctx.voice.both([ctx.voice.label(f"area.{area}") for area in own])
    metric = ctx.voice.label(f"metric.{metric}")
    raise Invalid("report.other_area", areas=areas, metric=metric, who=ctx.voice.either(able))


def _scope(metric: str, ctx: Context) -> Scope:
    reach = ctx.reach("reports.read") or "none"
    return Scope(ctx.member.id, ctx.member.team_id, "all" if metric in AREAS else reach)


def _asked(cmd: ShowReport, ctx: Context) -> Report:
    owner = ctx.colleague(cmd.owner, "owner") if cmd.owner else None
    span = period(cmd.period) if cmd.period else None
    if span is None and cmd.by in TIMES:
        span = usual(ctx.today, cmd.by or "", ahead=cmd.metric in ("pipeline", "forecast"))
    ends = buckets(span, cmd.by) if span and cmd.by in TIMES else []
    days = is_dated_by_day(cmd.metric)
    question = Question(
        cmd.metric,
        _scope(cmd.metric, ctx),
        between=(_at(span[0], ctx, days), _at(span[1], ctx, days)) if span else None,
        by=cmd.by,
        bounds=[_at(end, ctx, days) for end in ends],
        owner=owner,
        kind=cmd.type,
    )
    return Report(cmd, span, ends, owner, ctx.uow.aside(f"figures {cmd!r}", partial(figures, asked=question)))


def _at(day: date, ctx: Context, days: bool) -> date | datetime:
    return day if days else datetime.combine(day, time(), ctx.voice.zone)


# In words


def _headline(report: Report, ctx: Context) -> Line:
    """ "5 deals won in May 2026 · $45,000"."""
    metric, total = report.cmd.metric, sum(g.count for g in report.groups)
    kind = f".{report.cmd.type}" if report.cmd.type else "" if report.span is None else ".in"
    if report.cmd.by == "tag":  # a record may have several
        total = max((g.count for g in report.groups), default=0)
    key = (
        f"report.{metric}{kind}"
        if ctx.voice.knows("answer", f"report.{metric}{kind}")
        else f"report.{metric}"
    )
    words = ctx.say(key, n=total, **_figures(report, ctx))
    when = called(report.span, ctx.voice) if report.span else ""
    whose = report.owner.name if report.owner else ""
    parts = [words, *(ctx.say("report.part", what=x) for x in (when, whose, *_sums(report, ctx)) if x)]
    return Line(tuple(span for part in parts for span in part.spans))


def _figures(report: Report, ctx: Context) -> dict[str, object]:
    """The further figures that a headline may name."""
    won, all_ = sum(g.won for g in report.groups), sum(g.count for g in report.groups)
    return {"won": won, "rate": round(100 * won / all_) if all_ else 0, "name": ctx.member.name}


def _sums(report: Report, ctx: Context) -> list[str]:
    if report.cmd.metric not in MONEY:
        return []
    sums: dict[str, Decimal] = {}
    for group in report.groups:
        for code, amount in _money(group, report.cmd.metric).items():
            sums[code] = sums.get(code, Decimal(0)) + amount
    return [ctx.voice.money(f"{v:f} {c}") for c, v in sorted(sums.items(), key=lambda x: -x[1])]


def _money(group: Group, metric: str) -> dict[str, Decimal]:
    return group.weighted if metric == "forecast" else group.amounts


def _notes(report: Report, ctx: Context) -> tuple[Line, ...]:
    """Whose figures these are, where they are not everybody's."""
    reach = _scope(report.cmd.metric, ctx).reach
    return () if reach == "all" else (ctx.say(f"report.scope.{reach}"),)


# In a table


def _table(report: Report, ctx: Context) -> Table:
    cmd = report.cmd
    money = cmd.metric in MONEY
    columns = [ctx.voice.title(f"by.{cmd.by}"), ctx.voice.title("report.count")]
    columns += [ctx.voice.title("slot.amount")] if money else []
    columns += [ctx.voice.title("metric.win_rate")] if cmd.metric == "win_rate" else []
    rows = [_row(report, group, ctx) for group in _ordered(report, ctx)[:ROWS]]
    return Table(tuple(columns), tuple(rows))


def _row(report: Report, group: Group, ctx: Context) -> tuple[str, ...]:
    cells = [_name(report, group, ctx), str(group.count)]
    if report.cmd.metric in MONEY:
        sums = _money(group, report.cmd.metric).items()
        cells.append(
            ctx.voice.label("list.comma").join(ctx.voice.money(f"{v:f} {c}", short=True) for c, v in sums)
        )
    if report.cmd.metric == "win_rate":
        cells.append(f"{round(100 * group.won / group.count)} %")
    return tuple(cells)


def _ordered(report: Report, ctx: Context) -> list[Group]:
    """By size; over time, all buckets in their order, empty ones too; what has an order of its own by that."""
    if report.cmd.by in TIMES:
        found = {group.key: group for group in report.groups}
        return [found.get(n, Group(n)) for n in range(len(report.ends))][-ROWS:]
    if report.cmd.by in RANKED:
        return sorted(report.groups, key=lambda g: _rank(g.key, ctx))
    return report.groups


def _rank(key: str, ctx: Context) -> int:
    order = ("urgent", "high", "normal", "low", "new", "open", "pending", "on_hold", "resolved", "closed")
    stage = stage_named(ctx.uow, key)
    return order.index(key) if key in order else stage.position if stage else 0


def _name(report: Report, group: Group, ctx: Context) -> str:
    """What a group is called in the table."""
    by, key = report.cmd.by or "", group.key
    if by in TIMES:
        return bucket_name(report.ends[key], by, ctx.voice)
    if key is None:
        return ctx.voice.label("report.nobody" if by == "owner" else "report.nothing")
    if by == "stage" and (stage := stage_named(ctx.uow, str(key))):
        return stage.labels.get(ctx.voice.language) or stage.key
    prefix = {
        "priority": "priority",
        "stage": "status" if report.cmd.metric == "tickets" else "lifecycle",
    }.get(by)
    return group.name or (ctx.voice.label(f"{prefix}.{key}") if prefix else str(key))


def _split_buttons(cmd: ShowReport, ctx: Context, options: list[str]) -> list[Button]:
    buttons = []
    for by in options[:SPLITS]:
        slots = {k: v for k, v in cmd.model_dump().items() if v} | {"by": by}
        label = ctx.say("report.by", by=ctx.voice.label(f"by.{by}")).text
        buttons.append(Button(label, Turn(calls=(Call(name="report.show", slots=slots),), replace=True)))
    return buttons
