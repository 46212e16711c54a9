"""vCards, one after another."""

from collections.abc import Iterable, Iterator
from typing import Any

import vobject

_FIELDS = ("person", "first", "last", "company", "job_title", "email", "phone", "address", "birthday", "notes",
           "tags", "domain")  # fmt: skip
_LONGEST = 4000  # lines of one card; pictures inside take many


def fields_of_cards() -> tuple[str, ...]:
    """The fields that a card has, in the order of its row."""
    return _FIELDS


def cards(lines: Iterable[str]) -> Iterator[list[str]]:
    """Each card as a row; one that cannot be read is a row that holds only its text."""
    kept: list[str] = []
    inside = False
    for line in lines:
        mark = line.strip().upper()
        if mark == "BEGIN:VCARD":
            inside, kept = True, []
        if inside and len(kept) < _LONGEST:
            kept.append(line)
        if mark == "END:VCARD" and inside:
            inside = False
            yield _row("".join(kept))


def _row(text: str) -> list[str]:
    try:
        card = vobject.readOne(text)
    except Exception:  # noqa: BLE001 - the library raises whatever its parsing meets
        return ["" for _ in _FIELDS]
    held: dict[str, list[Any]] = card.contents
    name = held["n"][0].value if "n" in held else None
    return [
        "".join(_all(held, "fn")[:1]),
        _words(getattr(name, "given", "")),
        _words(getattr(name, "family", "")),
        _words(held["org"][0].value[0]) if held.get("org") and held["org"][0].value else "",
        "".join(_all(held, "title")[:1]),
        "\n".join(_all(held, "email")),
        "\n".join(v.removeprefix("tel:") for v in _all(held, "tel")),
        _address(held["adr"][0].value) if "adr" in held else "",
        "".join(_all(held, "bday")[:1]),
        "\n".join(_all(held, "note")),
        ", ".join(_words(c) for field in held.get("categories", ()) for c in field.value),
        "".join(_all(held, "url")[:1]),
    ]


def _all(held: dict[str, list[Any]], name: str) -> list[str]:
    return [_words(field.value) for field in held.get(name, ()) if _words(field.value)]


def _words(value: Any) -> str:
    return (
        " ".join(_words(v) for v in value if v)
        if isinstance(value, list | tuple)
        else str(value or "").strip()
    )


def _address(value: Any) -> str:
    parts = [
        value.street,
        " ".join(x for x in (_words(value.code), _words(value.city)) if x),
        value.region,
        value.country,
    ]
    return ", ".join(_words(p) for p in parts if _words(p))
