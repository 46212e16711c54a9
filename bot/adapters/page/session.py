"""Who sits at the page: a signed cookie that names an account and one of its open sessions."""

import hashlib
import secrets

from itsdangerous import BadSignature, URLSafeTimedSerializer

from bot.access import Speaker
from bot.app import App
from storage.queries.people import identity_of, speaker_of
from storage.tables import Identity, MemberStatus
from storage.unit_of_work import UnitOfWork

PLATFORM = "web"
COOKIE = "parley"
LIFE = 30 * 24 * 3600  # seconds
MOST = 12  # open sessions of one account; the oldest goes


def secret_of(app: App) -> str:
    """PARLEY_SECRET, else what is derived from the key that the workspace was made with."""
    if app.settings.secret:
        return app.settings.secret.get_secret_value()
    key = bytes.fromhex(app.engine.read(lambda uow: uow.workspace.hash_key))
    return hashlib.blake2b(b"page", key=key, digest_size=32).hexdigest()


class Signer:
    """Signs what the browser keeps for us."""

    def __init__(self, secret: str) -> None:
        options = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
        self._sessions = URLSafeTimedSerializer(secret, salt="session", signer_kwargs=options)
        self._files = URLSafeTimedSerializer(secret, salt="file", signer_kwargs=options)

    def session(self, account: str, key: str) -> str:
        """The cookie of a session."""
        return self._sessions.dumps([account, key])

    def read_session(self, cookie: str) -> tuple[str, str] | None:
        """The account and the session of a cookie; None when it is forged or too old."""
        try:
            account, key = self._sessions.loads(cookie, max_age=LIFE)
        except (BadSignature, ValueError, TypeError):
            return None
        return str(account), str(key)

    def file(self, account: str, file_id: str) -> str:
        """A file's name on the page of one account: whoever was shown it may have it."""
        return self._files.dumps([account, file_id])

    def read_file(self, account: str, token: str) -> str | None:
        """The file's id; None where it is not for this account."""
        try:
            owner, file_id = self._files.loads(token)
        except (BadSignature, ValueError, TypeError):
            return None
        return str(file_id) if owner == account else None


def open_session(uow: UnitOfWork, identity: Identity) -> str:
    """A new session of an account; its key."""
    key = secrets.token_urlsafe(12)
    sessions = identity.profile.get("sessions", [])
    identity.profile = {**identity.profile, "sessions": [*sessions, key][-MOST:]}
    uow.add(identity)
    return key


def close_session(uow: UnitOfWork, account: str, key: str) -> None:
    """End a session."""
    if found := identity_of(uow, PLATFORM, "", account):
        sessions = [k for k in found.profile.get("sessions", []) if k != key]
        found.profile = {**found.profile, "sessions": sessions}
        uow.add(found)


def speaker_in(uow: UnitOfWork, account: str, key: str) -> Speaker | None:
    """Who a session belongs to; None once it was ended or the member has left."""
    identity = identity_of(uow, PLATFORM, "", account)
    if identity is None or key not in identity.profile.get("sessions", []):
        return None
    found = speaker_of(uow, PLATFORM, "", account)
    if found is None or found.member is None or found.member.status != MemberStatus.ACTIVE:
        return None
    return Speaker(found.member, found.identity_id, found.grants)
