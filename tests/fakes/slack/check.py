"""What Slack would refuse: Block Kit's limits, and text that would become a mention."""

import re
from collections.abc import Callable, Iterator
from typing import Any

_RAW = re.compile(r"<(?!https?://|mailto:|tel:)|>(?!)|&(?!amp;|lt;|gt;)")
_IDS = re.compile(r"[ -~]{1,255}")
ELEMENTS = {"button", "external_select", "static_select", "plain_text_input", "datepicker", "overflow"}
RICH = {"rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"}


def text_problems(text: str, where: str = "text") -> Iterator[str]:
    """Text of a message: escaped, and no mention in it."""
    if _RAW.search(text):
        yield f"{where}: not escaped, or a mention"
    if len(text) > 40_000:
        yield f"{where}: too long"


def block_problems(blocks: list[dict[str, Any]], surface: str) -> list[str]:
    """What is wrong with the blocks of a message, modal or home."""
    most = 50 if surface == "message" else 100
    found = [] if len(blocks) <= most else [f"more than {most} blocks"]
    seen: set[str] = set()
    for i, block in enumerate(blocks):
        found += [f"blocks/{i}: {problem}" for problem in _block(block, surface)]
        if (value := block.get("block_id")) is not None:
            if value in seen or not _IDS.fullmatch(value):
                found.append(f"blocks/{i}: bad or double block_id")
            seen.add(value)
    if sum(1 for b in blocks if b["type"] == "table") > 1:
        found.append("only_one_table_allowed")
    if len(str(blocks)) > 60_000:
        found.append("msg_blocks_too_long")
    ids = [e.get("action_id") for b in blocks for e in _elements(b)]
    if len(ids) != len(set(ids)) or not all(i and _IDS.fullmatch(i) for i in ids):
        found.append("action ids missing, double or too long")
    return found


def _elements(block: dict[str, Any]) -> list[dict[str, Any]]:
    if block["type"] == "actions":
        return list(block["elements"])
    extra = block.get("accessory") or (block.get("element") if block["type"] == "input" else None)
    return [extra] if extra and extra["type"] in ELEMENTS else []


def _block(block: dict[str, Any], surface: str) -> Iterator[str]:
    if block.get("type") not in CHECKS:
        yield f"unknown type {block.get('type')}"
        return
    if block["type"] == "input" and surface == "message":
        yield "no inputs in messages"
    yield from CHECKS[block["type"]](block)
    for element in _elements(block):
        yield from _element(element)


def _section(block: dict[str, Any]) -> Iterator[str]:
    fields = block.get("fields", [])
    if not block.get("text") and not fields:
        yield "section without text"
    if len(fields) > 10:
        yield "more than 10 fields"
    for text in [block["text"]] if block.get("text") else []:
        yield from _text(text, 3000)
    for text in fields:
        yield from _text(text, 2000)


def _header(block: dict[str, Any]) -> Iterator[str]:
    yield from _text(block["text"], 150, plain=True)


def _context(block: dict[str, Any]) -> Iterator[str]:
    if not 0 < len(block["elements"]) <= 10:
        yield "context needs 1 to 10 elements"
    for element in block["elements"]:
        yield from _text(element, 3000)


def _actions(block: dict[str, Any]) -> Iterator[str]:
    if not 0 < len(block["elements"]) <= 25:
        yield "actions need 1 to 25 elements"


def _input(block: dict[str, Any]) -> Iterator[str]:
    for text in (block["label"], block.get("hint")):
        if text:
            yield from _text(text, 2000, plain=True)


def _image(block: dict[str, Any]) -> Iterator[str]:
    if not block.get("alt_text") or not (block.get("image_url") or block.get("slack_file")):
        yield "image without alt_text or source"


def _text(text: dict[str, Any], limit: int, *, plain: bool = False) -> Iterator[str]:
    words = text.get("text")
    if not isinstance(words, str) or not 0 < len(words) <= limit:
        yield f"text must have 1 to {limit} characters"
        return
    if plain and text["type"] != "plain_text":
        yield "must be plain_text"
    if text["type"] == "mrkdwn":
        yield from text_problems(words)


def _rich(elements: list[dict[str, Any]]) -> Iterator[str]:
    if not elements:
        yield "rich_text is empty"
    for element in elements:
        if element["type"] not in RICH:
            yield f"unknown rich text {element['type']}"
        elif element["type"] == "rich_text_list":
            yield from _rich(element["elements"])
        else:
            for part in element["elements"]:
                if part["type"] not in ("text", "link", "emoji"):
                    yield f"rich text may not have {part['type']}"
                if part["type"] == "text" and not 0 < len(part["text"]) <= 3000:
                    yield "rich text must have 1 to 3000 characters"
            if not element["elements"]:
                yield "empty section"


def _rich_text(block: dict[str, Any]) -> Iterator[str]:
    yield from _rich(block["elements"])


def _table(block: dict[str, Any]) -> Iterator[str]:
    rows = block["rows"]
    if not 0 < len(rows) <= 100 or any(not 0 < len(r) <= 20 for r in rows):
        yield "a table has 1 to 100 rows of 1 to 20 cells"
    cells = [c for r in rows for c in r]
    if any(c["type"] not in ("raw_text", "rich_text") for c in cells):
        yield "unknown cell"
    if any(c["type"] == "raw_text" and not c["text"] for c in cells):
        yield "empty cell"
    if sum(len(c.get("text", "")) for c in cells) > 10_000:
        yield "table is too long"


CHECKS: dict[str, Callable[[dict[str, Any]], Iterator[str]]] = {
    "section": _section,
    "divider": lambda _: iter(()),
    "actions": _actions,
    "context": _context,
    "header": _header,
    "input": _input,
    "rich_text": _rich_text,
    "table": _table,
    "image": _image,
}


def _element(element: dict[str, Any]) -> Iterator[str]:
    kind = element["type"]
    if kind not in ELEMENTS:
        yield f"unknown element {kind}"
    if kind == "button":
        yield from _text(element["text"], 75, plain=True)
        if len(element.get("value", "")) > 2000:
            yield "button value too long"
        if element.get("style") not in (None, "primary", "danger"):
            yield "unknown style"
    if "placeholder" in element:
        yield from _text(element["placeholder"], 150, plain=True)
    if kind == "static_select":
        yield from _options(element["options"])


def _options(options: list[dict[str, Any]]) -> Iterator[str]:
    if not 0 < len(options) <= 100:
        yield "1 to 100 options"
    for option in options:
        yield from _text(option["text"], 75, plain=True)
        if not 0 < len(option["value"]) <= 150:
            yield "option value must have 1 to 150 characters"


def option_problems(options: list[dict[str, Any]]) -> list[str]:
    """What is wrong with the options given to a picker."""
    return list(_options(options)) if options else []


def view_problems(view: dict[str, Any]) -> list[str]:
    """What is wrong with a modal or home."""
    found = block_problems(view["blocks"], view["type"])
    if view["type"] == "modal":
        for part in ("title", "submit", "close"):
            if part in view:
                found += [f"{part}: {p}" for p in _text(view[part], 24, plain=True)]
        if "title" not in view:
            found.append("a modal needs a title")
        if any(b["type"] == "input" for b in view["blocks"]) and "submit" not in view:
            found.append("a modal with inputs needs submit")
    if len(view.get("private_metadata", "")) > 3000:
        found.append("private_metadata too long")
    if len(view.get("callback_id", "")) > 255:
        found.append("callback_id too long")
    return found
