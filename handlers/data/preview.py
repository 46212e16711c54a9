"""What a file would bring, before anything is written."""

import hashlib
import json

from handlers.context import Context
from handlers.data.columns import CUSTOM, KEPT_OUT
from handlers.errors import Confirm
from handlers.reply import Button, Line, Reply
from handlers.turn import Call, Turn, Value
from handlers.values import quoted
from storage.tables import Job

SHOWN_COLUMNS = 12
LONGEST = 40  # letters of a value that is shown


def preview(ctx: Context, job: Job, slots: dict[str, Value], *, update: bool) -> Reply | None:
    """The preview with its question (`Confirm`), or a reply where there is nothing to import; None once it was confirmed."""
    counts = {k: job.counts.get(k, 0) for k in ("new", "duplicate", "invalid")}
    todo = counts["new"] + (counts["duplicate"] if update else 0)
    lines = [_columns(ctx, job), *_invalid(ctx, job)]
    prompt = ctx.say(
        f"import.preview.{job.data['kind']}",
        n=job.total,
        name=job.data["name"],
        counts=ctx.voice.label("list.comma").join(_counted(ctx, counts)),
    )
    files = (str(job.file_id),)
    other = _switch(ctx, files, slots, update=not update) if counts["duplicate"] else ()
    if not todo:
        nothing = ctx.say("import.nothing_new")
        return Reply(
            prompt, lines=(*lines, nothing), buttons=other, undoable=False, replaces=ctx.turn.replace
        )
    seal = _seal(job, update)
    if ctx.turn.confirmed == seal:
        return None
    label = ctx.say("button.import", n=todo).text
    raise Confirm(seal, prompt, label, lines, other)


def _seal(job: Job, update: bool) -> str:
    """What a tap is bound to: this file, these columns, these counts, this choice."""
    shown = json.dumps(
        [str(job.id), job.data["kind"], job.data["fields"], job.counts, update], sort_keys=True
    )
    return hashlib.blake2b(shown.encode(), digest_size=16).hexdigest()


def _counted(ctx: Context, counts: dict[str, int]) -> list[str]:
    return [ctx.say(f"import.count.{key}", n=n).text for key, n in counts.items() if n]


def _switch(
    ctx: Context, files: tuple[str, ...], slots: dict[str, Value], *, update: bool
) -> tuple[Button, ...]:
    """The other choice of what becomes of duplicates."""
    choice = "update" if update else "skip"
    call = Call(name="data.import", slots={**slots, "duplicates": choice})
    turn = Turn(calls=(call,), files=files, replace=True)
    return (Button(ctx.voice.label(f"button.duplicates.{choice}"), turn),)


def _columns(ctx: Context, job: Job) -> Line:
    """Which column becomes what; those of the same name need no arrow."""
    named = [
        (header, field)
        for header, field in zip(job.data["headers"], job.data["fields"], strict=True)
        if field != KEPT_OUT
    ]
    known = [_column(ctx, header, field) for header, field in named if field != CUSTOM]
    other = [quoted(header, LONGEST) for header, field in named if field == CUSTOM]
    comma = ctx.voice.label("list.comma")
    shown = comma.join(known[:SHOWN_COLUMNS]) + (" …" if len(known) > SHOWN_COLUMNS else "")
    if not other:
        return ctx.say("import.columns", columns=shown)
    rest = comma.join(other[:SHOWN_COLUMNS]) + (" …" if len(other) > SHOWN_COLUMNS else "")
    return ctx.say("import.columns_and", columns=shown, other=rest)


def _column(ctx: Context, header: str, field: str) -> str:
    label = ctx.voice.label(f"column.{field}")
    return label if header.casefold() in (label.casefold(), field) else f"{quoted(header, LONGEST)} → {label}"


def _invalid(ctx: Context, job: Job) -> list[Line]:
    """A few rows that cannot be taken, each with its reason."""
    return [
        ctx.say("import.row", row=row, why=ctx.say(f"import.why.{reason}", value=quoted(value, LONGEST)))
        for row, reason, value in job.data["examples"]
    ]
