"""The page's surroundings, and who is visiting it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from anyio import to_thread
from fastapi import HTTPException, Request

from bot.access import Speaker
from bot.adapters.page.door import PageDoor
from bot.adapters.page.guard import same_origin
from bot.adapters.page.session import COOKIE, PLATFORM, Signer, secret_of, speaker_in
from bot.adapters.page.shown import as_json
from bot.adapters.page.words import language_of
from bot.app import App
from bot.asking import asked
from bot.reception import Reception
from handlers.context import Context
from storage.queries.page import Entry, page_of
from storage.tables import Conversation
from storage.unit_of_work import UnitOfWork

T = TypeVar("T")


@dataclass(frozen=True)
class Visitor:
    """Somebody signed in: their account on the page, its session, its conversation, and who they are."""

    account: str
    key: str
    conversation: UUID
    member: UUID
    name: str
    role: str
    language: str


class Page:
    """What the page's routes share."""

    def __init__(self, app: App, reception: Reception) -> None:
        self.app, self.reception = app, reception
        self.door = PageDoor(app)
        self.signer = Signer(secret_of(app))

    async def visitor(self, request: Request) -> Visitor:
        """Who asks. Raises 401 for strangers, 403 for a request to change something that comes from elsewhere."""
        if request.method != "GET" and not same_origin(request.headers):
            raise HTTPException(403, "This must come from the page itself.")
        found = await to_thread.run_sync(self.known, request)
        if found is None:
            raise HTTPException(401, "Sign in first.")
        return found

    def known(self, request: Request) -> Visitor | None:
        """The person behind the cookie, if it still opens anything."""
        named = self.signer.read_session(request.cookies.get(COOKIE, ""))
        if named is None:
            return None
        account, key = named

        def read(uow: UnitOfWork) -> Visitor | None:
            speaker = speaker_in(uow, account, key)
            conversation = page_of(uow, PLATFORM, account)
            if speaker is None or conversation is None:
                return None
            member = speaker.member
            language = language_of(member.language, request.headers.get("accept-language", ""))
            return Visitor(account, key, conversation.id, member.id, member.name, member.role, language)

        return self.app.engine.read(read)

    def read(self, visitor: Visitor, do: Callable[[UnitOfWork, Speaker], T]) -> T | None:
        """Read something for a visitor; None once their session has ended."""

        def work(uow: UnitOfWork) -> T | None:
            speaker = speaker_in(uow, visitor.account, visitor.key)
            return do(uow, speaker) if speaker else None

        return self.app.engine.read(work)

    def messages(
        self, visitor: Visitor, read: Callable[[UnitOfWork, Conversation], list[Entry]]
    ) -> list[dict[str, Any]] | None:
        """Messages as the page gets them; None once the session has ended."""

        def work(uow: UnitOfWork, _: Speaker) -> list[dict[str, Any]]:
            conversation = uow.get(Conversation, visitor.conversation)
            found = read(uow, conversation) if conversation else []
            return [as_json(e, visitor.account, self.signer) for e in found]

        return self.read(visitor, work)

    async def ask(self, request: Request, do: Callable[[Context], T]) -> T:
        """A question of the page itself, answered at once and with the person's own sight."""
        visitor = await self.visitor(request)
        parts = self.app.engine.parts

        def work(uow: UnitOfWork, speaker: Speaker) -> T:
            return do(asked(parts, uow, speaker, visitor.language))

        found = await to_thread.run_sync(self.read, visitor, work)
        if found is None:
            raise HTTPException(401, "Sign in first.")
        return found
