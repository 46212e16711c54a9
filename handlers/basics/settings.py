"""A person's own settings."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from babel.dates import get_day_names
from babel.numbers import list_currencies

from handlers.calm import countries
from handlers.context import Context
from handlers.errors import Invalid
from handlers.phrasebook import LANGUAGES
from handlers.recurrence import DAYS
from handlers.reply import Button, Reply
from handlers.standing import keep_wall_time, run_mornings, time_of
from handlers.turn import Call, Turn
from handlers.values import one_of, zone
from handlers.voice import Voice, locale
from nlp.time import Clock, when
from storage.queries.schedules import drop_schedule
from storage.queries.work import of_other_zones

FIELDS = (
    "timezone",
    "language",
    "currency",
    "name",
    "quiet_hours",
    "working_days",
    "holidays",
    "digest",
    "default_role",
)
MANY = ("quiet_hours", "working_days", "holidays")
DIGEST = "digest"
GIVEN = ("admin", "manager", "sales", "support", "marketing", "viewer")  # roles that newcomers may have


def set_setting(ctx: Context, field: str, value: str) -> Reply:
    """Set one of the speaker's settings; the answer comes in the new language. Raises `Invalid` for a bad value."""
    if field == "default_role":
        return _default_role(ctx, value)
    member = ctx.member
    column = {"timezone": "zone"}.get(field, field)
    setattr(member, column, _checked(field, value))
    ctx.uow.add(member)
    ctx.uow.flush()
    _by_itself(ctx, field, value)
    ctx.voice = voice = replace(ctx.voice, language=member.language or ctx.voice.language)
    label = voice.label(f"slot.{field}")
    key = "settings.set_many" if field in MANY else "settings.set"
    reply = Reply(voice.say(key, field=label, value=_shown(voice, field, getattr(member, column))))
    return _with_reminders(ctx, reply, value) if field == "timezone" else reply


def _shown(voice: Voice, field: str, value: str) -> str:
    if field == "language":
        return voice.label(f"language.{value}")
    if field == "working_days":
        names = get_day_names("abbreviated", locale=locale(voice.language))
        return voice.label("list.comma").join(str(names[DAYS.index(day)]) for day in value.split(","))
    if value == "off":
        return voice.label("value.off")
    if field == "holidays":
        return str(locale(voice.language).territories.get(value, value))
    return value


def _with_reminders(ctx: Context, reply: Reply, zone: str) -> Reply:
    """Whoever has moved is asked what becomes of the reminders that were made by the old clock."""
    rows = of_other_zones(ctx.uow, ctx.member, zone)
    if not rows:
        return reply
    old = datetime.fromisoformat(rows[0].wall)
    new = ctx.voice.now.astimezone(ZoneInfo(zone))
    moved = replace(ctx.voice, now=new).moment(rows[0].due_at)
    question = ctx.say(
        "settings.reminders", n=len(rows), text=rows[0].text, wall=f"{old:%H:%M}", moment=moved
    )
    buttons = tuple(
        Button(
            ctx.voice.label(f"button.keep_{keep}"),
            Turn(calls=(Call(name="reminder.rezone", slots={"keep": keep}),)),
        )
        for keep in ("wall", "moment")
    )
    return replace(reply, lines=(question,), buttons=buttons)


def _by_itself(ctx: Context, field: str, value: str) -> None:
    """What runs by itself goes by the new setting."""
    if field == "timezone":
        keep_wall_time(ctx.uow, ctx.member)
    elif field == "digest" and (at := time_of(value)) is not None:
        run_mornings(ctx, DIGEST, Call(name="digest.day"), at)
    elif field == "digest":
        drop_schedule(ctx.uow, ctx.member, DIGEST)


def _default_role(ctx: Context, value: str) -> Reply:
    """What those may do who join without an invitation."""
    ctx.require("settings.workspace")
    ctx.uow.workspace.default_role = one_of(value, GIVEN, "role")
    ctx.uow.session.add(ctx.uow.workspace)
    ctx.uow.flush()
    return Reply(ctx.say("settings.default_role", role=ctx.voice.label(f"role.{value}")))


def _checked(field: str, value: str) -> str:
    if field == "timezone":
        return zone(value)
    if field == "language" and value not in LANGUAGES:
        raise Invalid("invalid.language", value=value)
    if field == "currency" and value not in list_currencies():
        raise Invalid("invalid.currency", value=value)
    if field == "working_days":
        return _days(value)
    if field == "holidays":
        return _country(value)
    if field in ("quiet_hours", "digest") and not re.fullmatch(r"off|\d{1,2}:\d{2}(-\d{1,2}:\d{2})?", value):
        raise Invalid("invalid.hours", value=value)
    return value


def _days(value: str) -> str:
    """Days of the week as a rule has them: "Monday to Thursday" is MO,TU,WE,TH. Raises `Invalid` when they are none."""
    if set(value.split(",")) <= set(DAYS):
        return value
    clock = Clock(datetime.now(UTC))
    for words in (f"every {value}", f"每{value}", value):
        rule = str(when(words, clock)["repeat"] or "")
        if found := re.search(r"BYDAY=([A-Z,]+)", rule):
            return str(found[1])
    raise Invalid("invalid.days", value=value)


def _country(value: str) -> str:
    """The code of a country whose holidays are known, from its code or its name; "off" for none."""
    said = value.strip().casefold()
    if said in ("off", "none", "no", "不要", "关", "關", "无", "無"):
        return "off"
    for language in LANGUAGES:
        for code, name in locale(language).territories.items():
            if said in (code.casefold(), str(name).casefold()) and code in countries():
                return str(code)
    raise Invalid("invalid.country", value=value)
