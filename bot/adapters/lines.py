"""`parley chat --json`: one JSON object or plain message a line in, answers and `{"done": true}` out."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import IO, Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, FilePath, ValidationError

from bot.adapters.console import Console, Line
from handlers.phrasebook import LANGUAGES
from handlers.slots import ROLES
from storage.errors import Unavailable


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"there is no time zone {name!r}") from error


class LineIn(BaseModel):
    """One input line, as the protocol has it."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    name: str | None = Field(None, alias="as", pattern=r"\S")
    role: Literal[ROLES] | None = None  # type: ignore[valid-type]
    lang: Literal[LANGUAGES] | None = None  # type: ignore[valid-type]
    tz: Annotated[str, AfterValidator(_zone)] | None = None
    now: datetime | None = None
    say: str | None = None
    press: str | None = None
    press_in: str | None = None
    room: str | None = None
    thread: str | None = None
    id: str | None = None
    file: FilePath | None = None


def read(text: str) -> Line:
    """A line of input. Raises `ValueError` for an object that is not of the protocol's form."""
    if not text.lstrip().startswith("{"):
        return Line(say=text)
    given = LineIn.model_validate_json(text)
    sent = given.model_fields_set
    return Line(
        say=given.say,
        press=given.press,
        press_in=given.press_in,
        name=given.name,
        role=given.role,
        language=given.lang,
        zone=given.tz,
        now=given.now.astimezone() if given.now and given.now.tzinfo is None else given.now,
        room=(given.room or "") if "room" in sent else None,
        thread=(given.thread or "") if "thread" in sent else None,
        id=given.id,
        file=given.file,
    )


def run(console: Console, lines: Iterable[bytes], out: IO[str]) -> None:
    """Serve the protocol until the input ends."""

    def emit(data: dict[str, Any]) -> None:
        out.write(json.dumps(data, ensure_ascii=False) + "\n")
        out.flush()

    console.show = lambda answer: emit(answer.to_json())
    console.start()
    for raw in lines:
        try:
            console.take(read(raw.decode("utf-8", "replace").rstrip("\r\n")))
        except ValidationError as error:
            emit({"error": _reason(error)})
        except Unavailable as error:
            emit({"error": console.trouble(error, raw.decode("utf-8", "replace"))})
        emit({"done": True})


def _reason(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    return ": ".join(x for x in (".".join(map(str, first["loc"])), first["msg"]) if x)
