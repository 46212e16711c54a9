"""Contact cards: what is on them, as the command that adds the contact."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import vobject
from telegram import Contact

LONGEST = 200
TYPES = ("text/vcard", "text/x-vcard", "text/directory")


def said_by(contact: Contact) -> str:
    """A card that was shared, in words."""
    name = " ".join(x for x in (contact.first_name, contact.last_name) if x)
    phone = contact.phone_number or ""
    told = {"phone": f"+{phone}" if phone.isdigit() and not phone.startswith("0") else phone}
    more = next(_cards(contact.vcard or ""), {})
    return _command(name, {**more, **{k: v for k, v in told.items() if any(c.isdigit() for c in v)}})


def said_by_file(text: str) -> str | None:
    """The card of a vCard file that holds one, in words; several are an import, looked at before."""
    cards = list(islice(_cards(text), 2))
    if len(cards) != 1 or not cards[0].get("name"):
        return None
    return _command(cards[0]["name"], cards[0])


def _command(name: str, told: dict[str, str]) -> str:
    slots = [f'{slot}:"{_plain(value)}"' for slot, value in told.items() if slot != "name"]
    return " ".join([f'/contact add "{_plain(name)}"', *slots])


def _plain(value: str) -> str:
    """A value that ends neither its quotes nor the line."""
    return " ".join(value.replace('"', "'").split())[:LONGEST]


def _cards(text: str) -> Iterator[dict[str, str]]:
    try:
        for card in vobject.readComponents(text, ignoreUnreadable=True):
            if card.name == "VCARD":
                yield _read(card)
    except Exception:  # noqa: BLE001 - whatever a stranger's card makes the library raise, it is no card
        return


def _read(card: Any) -> dict[str, str]:
    organisation = getattr(getattr(card, "org", None), "value", [])
    found = {
        "name": _value(card, "fn"),
        "company": organisation[0] if isinstance(organisation, list) and organisation else "",
        "job_title": _value(card, "title"),
        "email": _value(card, "email"),
        "phone": _value(card, "tel"),
    }
    return {slot: str(value) for slot, value in found.items() if value}


def _value(card: Any, name: str) -> str:
    return str(getattr(getattr(card, name, None), "value", "") or "")
