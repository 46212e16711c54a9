"""Slack's way of writing text: taken off what comes in, put on what goes out."""

import re
from collections.abc import Mapping

_LINK = re.compile(r"<(?P<target>[^<>|]*)(?:\|(?P<label>[^<>]*))?>")
_MENTION = re.compile(r"<@(?P<user>\w+)(?:\|[^<>]*)?>")
_ENTITIES = (("<", "&lt;"), (">", "&gt;"))


def mentioned(text: str) -> list[str]:
    """The accounts that a message names."""
    return [m["user"] for m in _MENTION.finditer(text)]


def addresses_another(text: str, bot: str) -> bool:
    """Whether a message begins with somebody else's name."""
    first = _MENTION.match(text.strip())
    return first is not None and first["user"] != bot


def plain(text: str, bot: str = "", names: Mapping[str, str] | None = None) -> str:
    """What was typed: without the mention of the bot, links as they read, colleagues by their names."""

    def typed(link: re.Match[str]) -> str:
        return _typed(link["target"], link["label"], names or {})

    spoken = re.sub(rf"<@{re.escape(bot)}(?:\|[^<>]*)?>[\s,:，：]*", "", text) if bot else text
    spoken = _LINK.sub(typed, spoken)
    for character, entity in _ENTITIES:
        spoken = spoken.replace(entity, character)
    return spoken.replace("&amp;", "&").strip()


def _typed(target: str, label: str | None, names: Mapping[str, str]) -> str:
    kind, rest = target[:1], target[1:]
    if kind == "@":
        return names.get(rest) or label or ""
    if kind == "#":
        return "#" + (label or rest)
    if kind == "!":
        return "@" + (label or rest.split("^")[0]).removeprefix("@")
    return label or target.removeprefix("mailto:").removeprefix("tel:")


def escaped(text: str) -> str:
    """Text that Slack shows as it is: no entity, link or mention can be made of it."""
    text = text.replace("&", "&amp;")
    for character, entity in _ENTITIES:
        text = text.replace(character, entity)
    return text


def cut(text: str, limit: int) -> str:
    """Text of at most that length."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
