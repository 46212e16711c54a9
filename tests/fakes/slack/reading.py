"""A message as somebody reads it: its lines, its buttons in brackets."""

from typing import Any


def lines(message: dict[str, Any]) -> list[str]:
    """What stands in a message, from top to bottom; what only shows that a button was pressed is left out."""
    found = [line for block in message.get("blocks", []) for line in _block(block)]
    return found or str(message.get("text", "")).split("\n")


def _block(block: dict[str, Any]) -> list[str]:
    match block["type"]:
        case "rich_text":
            return [line for part in block["elements"] for line in _part(part)]
        case "table":
            return [" | ".join(_cell(c) for c in row) for row in block["rows"]]
        case "section":
            return str(block["text"]["text"]).split("\n")
        case "actions":
            return [" ".join(f"[{e['text']['text']}]" for e in block["elements"])]
    return []


def _part(part: dict[str, Any]) -> list[str]:
    if part["type"] == "rich_text_list":
        return [f"· {_words(item)}" for item in part["elements"]]
    return _words(part).split("\n")


def _words(part: dict[str, Any]) -> str:
    return "".join(e["text"] for e in part["elements"])


def _cell(cell: dict[str, Any]) -> str:
    return str(cell["text"]) if cell["type"] == "raw_text" else _words(cell["elements"][0])
