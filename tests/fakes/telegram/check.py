"""What the Bot API would refuse: markup that is not well-formed, and whatever is too long or too large."""

import html
import re
from typing import Any

LONGEST, CAPTION, CALLBACK = 4096, 1024, 64
ROW, BUTTONS = 8, 100
TAGS = {
    "b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "span", "tg-spoiler", "a", "code", "pre", "blockquote",
}  # fmt: skip
_TAG = re.compile(r"<(?P<close>/?)(?P<name>[a-zA-Z][\w-]*)(?P<rest>[^<>]*)>")
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")


class Bad(Exception):
    """A request that the Bot API answers with an error."""

    def __init__(self, description: str, status: int = 400, **parameters: Any) -> None:
        super().__init__(description)
        self.description, self.status, self.parameters = description, status, parameters


def length(text: str) -> int:
    """In UTF-16 code units, as Telegram counts places in a text."""
    return len(text.encode("utf-16-le")) // 2


def read_html(text: str) -> str:
    """What is shown of HTML. Raises `Bad` for what is not well-formed or not allowed."""
    open_tags: list[str] = []
    plain, at = "", 0
    for tag in _TAG.finditer(text):
        plain += _words(text[at : tag.start()])
        at = tag.end()
        _nest(open_tags, tag)
    plain += _words(text[at:])
    if open_tags:
        raise Bad(f"can't parse entities: Can't find end tag corresponding to start tag \"{open_tags[-1]}\"")
    return plain.strip()


def _words(text: str) -> str:
    if "<" in text:
        raise Bad("can't parse entities: Unsupported start tag")
    if "&" in _ENTITY.sub("", text):
        raise Bad("can't parse entities: a bare ampersand (which a server may let pass)")
    return html.unescape(text)


def _nest(open_tags: list[str], tag: re.Match[str]) -> None:
    name = tag["name"].lower()
    if name not in TAGS:
        raise Bad(f'can\'t parse entities: Unsupported start tag "{name}"')
    if not tag["close"]:
        if "pre" in open_tags or "code" in open_tags:
            raise Bad("can't parse entities: nothing may stand inside pre and code")
        open_tags.append(name)
    elif not open_tags or open_tags.pop() != name:
        raise Bad(f'can\'t parse entities: Unexpected end tag "{name}"')


def text_of(given: dict[str, Any], key: str, limit: int) -> str:
    """The plain text of a parameter. Raises `Bad` where it is empty or too long."""
    raw = str(given.get(key) or "")
    plain = read_html(raw) if given.get("parse_mode") == "HTML" else raw.strip()
    if key == "text" and not plain:
        raise Bad("message text is empty")
    if length(plain) > limit:
        raise Bad(f"{'message' if key == 'text' else 'caption'} is too long")
    return plain


def keyboard(markup: dict[str, Any] | None) -> dict[str, Any] | None:
    """A keyboard as it is kept. Raises `Bad`."""
    if not markup:
        return None
    rows = markup.get("inline_keyboard", markup.get("keyboard", []))
    if any(len(row) > ROW for row in rows) or sum(map(len, rows)) > BUTTONS:
        raise Bad("reply markup is too long")
    for button in (b for row in rows for b in row if isinstance(b, dict)):
        _button(button, inline="inline_keyboard" in markup)
    return markup


def _button(button: dict[str, Any], *, inline: bool) -> None:
    if not str(button.get("text", "")).strip():
        raise Bad("inline keyboard button text is empty" if inline else "keyboard button text is empty")
    data = button.get("callback_data")
    if data is not None and not 1 <= len(data.encode()) <= CALLBACK:
        raise Bad("BUTTON_DATA_INVALID")
    if inline and data is None and "url" not in button:
        raise Bad("inline keyboard button has nothing to do")


def commands(given: list[dict[str, str]]) -> list[dict[str, str]]:
    """The commands of a menu. Raises `Bad`."""
    if len(given) > 100:
        raise Bad("BOT_COMMANDS_TOO_MUCH")
    for one in given:
        if not _COMMAND.fullmatch(one["command"]):
            raise Bad("BOT_COMMAND_INVALID")
        if not 1 <= len(one["description"]) <= 256:
            raise Bad("BOT_COMMAND_DESCRIPTION_INVALID")
    return given
