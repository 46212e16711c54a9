"""Codes for invitations and for joining accounts: issued once, redeemed once."""

import base64
import secrets
from datetime import timedelta
from uuid import UUID

from storage.points import digest
from storage.tables import Code, CodeKind
from storage.unit_of_work import UnitOfWork

LIFE = timedelta(minutes=10)
SECRET_BYTES = 10  # 80 bits: 16 letters in base 32, easy to type and to put in a link


class Refused(Exception):
    """A code that does not open anything; `reason` is unknown, expired or used."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def issue(
    uow: UnitOfWork,
    kind: CodeKind,
    *,
    role: str | None = None,
    name: str | None = None,
    member_id: UUID | None = None,
    made_by: UUID | None = None,
    life: timedelta = LIFE,
) -> str:
    """A new code, good once; it is not kept and cannot be shown again."""
    code = base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode().lower()
    row = Code(
        workspace_id=uow.workspace_id,
        kind=kind,
        digest=digest(uow.workspace, "code" + code),
        role=role,
        name=name,
        member_id=member_id,
        made_by=made_by,
        expires_at=uow.now + life,
    )
    uow.add(row)
    uow.flush()
    return code


def redeem(uow: UnitOfWork, said: str) -> Code:
    """Use a code up. Raises `Refused`."""
    row = valid(uow, said)
    row.used_at = uow.now
    uow.add(row)
    uow.flush()
    return row


def valid(uow: UnitOfWork, said: str) -> Code:
    """A code that still opens something, looked up by its keyed digest, so that nothing is told by how long that takes.

    Raises `Refused`.
    """
    row = uow.first(Code, Code.digest == digest(uow.workspace, "code" + said.strip().lower()))
    if row is None:
        raise Refused("unknown")
    if row.used_at is not None:
        raise Refused("used")
    if row.expires_at <= uow.now:
        raise Refused("expired")
    return row
