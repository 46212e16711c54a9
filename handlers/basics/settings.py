"""A person's own settings."""

import re
from dataclasses import replace

from babel.numbers import list_currencies

from handlers.context import Context
from handlers.errors import Invalid
from handlers.phrasebook import LANGUAGES
from handlers.reply import Reply
from handlers.values import one_of, zone

FIELDS = ("timezone", "language", "currency", "name", "quiet_hours", "digest", "default_role")
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
    ctx.voice = voice = replace(ctx.voice, language=member.language or ctx.voice.language)
    label = voice.label(f"slot.{field}")
    shown = voice.label(f"language.{value}") if field == "language" else value
    return Reply(voice.say("settings.set", field=label, value=shown))


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
    if field in ("quiet_hours", "digest") and not re.fullmatch(r"off|\d{1,2}:\d{2}(-\d{1,2}:\d{2})?", value):
        raise Invalid("invalid.hours", value=value)
    return value
