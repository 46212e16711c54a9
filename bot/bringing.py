"""Messages that bring files: looked at first, outside of any transaction, then read together with their words."""

from typing import TYPE_CHECKING
from uuid import UUID

from babel.core import get_global

from bot.dialogue import Heard
from bot.interpret import Understanding
from handlers.data import mapping
from handlers.data.looking import look
from handlers.data.rows import Place
from handlers.errors import Unseen
from handlers.turn import Call, Turn, Value
from nlp.text import clean
from nlp.time import day_first
from storage.jobs import job_of, keep, shown_job
from storage.queries.sales import all_stages
from storage.unit_of_work import UnitOfWork

LONGEST = 300  # letters of what corrects a preview

if TYPE_CHECKING:
    from bot.engine import Engine
    from bot.exchange import Exchange


def place_of(uow: UnitOfWork) -> Place:
    """What the values of a file are read by here."""
    zone = uow.workspace.zone
    country: str | None = get_global("zone_territories").get(zone)
    stages = {s.key: s.key for s in all_stages(uow)}
    stages |= {label.casefold(): s.key for s in all_stages(uow) for label in s.labels.values()}
    return Place(country or "", uow.workspace.currency, day_first(zone), stages)


def look_at(engine: "Engine", unseen: Unseen) -> None:
    """Look at files, and keep what was seen."""
    workspace, place = engine.read(lambda uow: (uow.workspace, place_of(uow)))
    for file_id in unseen.files:
        job = look(engine.database, workspace, file_id, place, unseen)
        engine.database.run(lambda session, job=job: keep(session, job))  # type: ignore[misc]  # bound at once


def tables(exchange: "Exchange") -> tuple[str, ...]:
    """Those of the files that came with a message that are tables. Raises `Unseen` for files that nobody has looked at."""
    uow, files = exchange.uow, exchange.talk.incoming.files
    jobs = {f.id: job_of(uow.session, uow.workspace_id, UUID(f.id)) for f in files}
    if unseen := [i for i, job in jobs.items() if job is None]:
        raise Unseen(unseen, scan=exchange.ctx.may("data.import"))
    for job in jobs.values():
        if job is not None and job.member_id is None:
            job.member_id, job.conversation_id = exchange.speaker.member.id, exchange.talk.conversation.id
            uow.session.add(job)
    return tuple(i for i, job in jobs.items() if job and job.data["table"])


def read(exchange: "Exchange", understood: Understanding | None) -> Understanding | None:
    """A message with tables is their import, unless its words say for sure that they are for something else."""
    found = tables(exchange)
    turn = understood.heard.turn if understood and understood.heard.sure else None
    names = [c.name for c in turn.calls] if turn else []
    if names and names not in (["find"], ["data.import"]):
        return understood
    if not found:
        note = _note(exchange)
        return Understanding(Heard(turn=note, explicit=True), {"via": "file"}) if note else understood
    calls = turn.calls if turn and names == ["data.import"] else (Call(name="data.import"),)
    heard = Heard(turn=Turn(calls=calls, files=found), explicit=True)
    return Understanding(heard, {"via": "file", "commands": [{"name": "data.import"}]})


def corrected(exchange: "Exchange", text: str) -> Understanding | None:
    """A reply to the preview of a file that says what a column holds: the preview again, with that."""
    pending = exchange.state.pending.turn.calls if exchange.state.pending else ()
    asked = next((c for c in pending if c.name == "data.import"), None)
    if len(text) > LONGEST or not (asked or mapping.speaks_of_columns(text)):
        return None
    conversation = exchange.talk.conversation.id
    job = shown_job(exchange.uow.session, exchange.uow.workspace_id, exchange.speaker.member.id, conversation)
    told = mapping.corrected(text, job.data.get("headers", ())) if job else None
    if job is None or told is None:
        return None
    columns = mapping.written({**mapping.read(job.data.get("told")), **told})
    call = (asked or Call(name="data.import")).fill("columns", columns)
    turn = Turn(calls=(call,), files=(str(job.file_id),))
    reading = {"name": "data.import", "sources": {"columns": text}}
    return Understanding(
        Heard(turn=turn, explicit=True), {"via": "words", "text": text, "commands": [reading]}
    )


def _note(exchange: "Exchange") -> Turn | None:
    """A caption that is no command and names a customer: a note on them."""
    text = exchange.talk.incoming.text.strip()
    bare = clean(text)
    for known in exchange.hears(text).lookup(bare):
        if known.kind in ("contact", "company"):
            slots: dict[str, Value] = {
                "type": "note",
                "text": text,
                known.kind: bare[known.start : known.end],
            }
            return Turn(calls=(Call(name="activity.log", slots=slots),))
    return None
