"""E-mail addresses and phone numbers: their keyed digests, so that they are found without being readable."""

import hashlib
import re
import unicodedata

from storage.tables import Workspace

TAIL = 7  # digits by which a number without its country is found


def digest(workspace: Workspace, value: str) -> str:
    """A keyed hash of a value, hex (BLAKE2b with the workspace's key)."""
    return hashlib.blake2b(value.encode(), key=bytes.fromhex(workspace.hash_key), digest_size=16).hexdigest()


def email_digest(workspace: Workspace, address: str) -> str:
    """The digest of an address, whatever its case."""
    return digest(workspace, address.strip().casefold())


def phone_digests(workspace: Workspace, said: str) -> tuple[str, str | None] | None:
    """The digests of the whole number and of its last digits; None where it is no number."""
    said = unicodedata.normalize("NFKC", said)
    if not re.fullmatch(r"[\d\s()+\-./]{5,30}", said.strip()):
        return None
    digits = re.sub(r"\D", "", said)
    if len(digits) < 5:
        return None
    whole = said if said.strip().startswith("+") else "+" + digits
    tail = digest(workspace, "tail" + digits[-TAIL:]) if len(digits) >= TAIL else None
    return digest(workspace, re.sub(r"[^\d+]", "", whole)), tail
