"""Coming in by a code, and going out."""

from dataclasses import dataclass
from typing import Annotated
from uuid import uuid4
from zoneinfo import ZoneInfo

from anyio import to_thread
from fastapi import FastAPI, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from bot import linking
from bot.adapters.page.guard import over_https, same_origin
from bot.adapters.page.session import COOKIE, LIFE, PLATFORM, close_session, open_session
from bot.adapters.page.visit import Page
from bot.adapters.page.words import language_of, page, words_in
from bot.asking import voice_in
from bot.incoming import Incoming, Sender
from handlers.post import post, tell
from handlers.reply import Reply
from storage.queries.codes import Refused, valid
from storage.queries.page import newest, open_page
from storage.queries.people import attach
from storage.tables import Code, Member
from storage.unit_of_work import UnitOfWork

LONGEST_NAME = 80


@dataclass(frozen=True)
class Opened:
    """A session that was opened."""

    account: str
    key: str


class SignIn:
    """The routes by which people come in and go out."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def add_to(self, api: FastAPI) -> None:
        """Mount them."""
        api.add_api_route("/join", self.ask, response_class=HTMLResponse)
        api.add_api_route("/join/{code}", self.ask, response_class=HTMLResponse)
        api.add_api_route("/join", self.join, methods=["POST"], response_class=Response)
        api.add_api_route("/leave", self.leave, methods=["POST"], response_class=Response)

    async def ask(self, request: Request, code: str = "") -> HTMLResponse:
        """The page that takes a code; looking at it uses nothing up, so that previews of a link do no harm."""
        language = _language(request)
        try:
            name = await to_thread.run_sync(self._name, code) if code else None
        except Refused as refused:
            return self._form(language, "", None, f"code_{refused.reason}")
        return self._form(language, code, name)

    def _name(self, code: str) -> str | None:
        """Whom a code is for, where that is known. Raises `Refused`."""

        def read(uow: UnitOfWork) -> str | None:
            row: Code = valid(uow, code)
            member = uow.get(Member, row.member_id)
            return member.name if member else row.name

        return self.page.app.engine.read(read)

    def _form(self, language: str, code: str, name: str | None, problem: str = "") -> HTMLResponse:
        words = words_in(language)
        shown = page(
            "join.html",
            language,
            code=code,
            name=name or "",
            lead=words["join_known"].format(name=name)
            if name
            else words["join_new" if code else "join_lead"],
            problem=words[problem] if problem else "",
            code_step="given" if code else "ask",
            name_step="given" if name else "ask",
        )
        return HTMLResponse(shown, 400 if problem else 200, {"Cache-Control": "no-store"})

    async def join(
        self,
        request: Request,
        code: Annotated[str, Form()] = "",
        name: Annotated[str, Form()] = "",
        zone: Annotated[str, Form()] = "",
    ) -> Response:
        """Use a code up and open a session."""
        language, code = _language(request), _bare(code)
        if not same_origin(request.headers):
            return Response("This must come from the page itself.\n", 403, media_type="text/plain")
        try:
            known = await to_thread.run_sync(self._name, code)
            if not (known or name.strip()):
                return self._form(language, code, None, "join_name_missing")
            sender = Sender("", known or name.strip()[:LONGEST_NAME], zone=_zone(zone))
            opened = await to_thread.run_sync(self._open, code, sender, language)
        except Refused as refused:
            return self._form(language, "", None, f"code_{refused.reason}")
        response = RedirectResponse("/", 303)
        cookie = self.page.signer.session(opened.account, opened.key)
        response.set_cookie(
            COOKIE,
            cookie,
            max_age=LIFE,
            httponly=True,
            samesite="lax",
            secure=over_https(request.headers),
        )
        return response

    def _open(self, code: str, sender: Sender, language: str) -> Opened:
        def work(uow: UnitOfWork) -> Opened:
            incoming = Incoming(PLATFORM, uuid4().hex, sender, "")
            member = linking.enter(uow, incoming, code)
            account = str(member.id)
            identity = attach(uow, PLATFORM, "", account, member)
            uow.flush()
            voice = voice_in(self.page.app.engine.parts, uow, member, member.language or language)
            if linking.elsewhere(uow, member, Incoming(PLATFORM, "", Sender(account, member.name), account)):
                tell(uow, member, Reply(voice.say("linked.elsewhere", platform=PLATFORM.capitalize())))
            conversation = open_page(uow, PLATFORM, account, member)
            if not newest(uow.session, conversation):
                post(uow, conversation, linking.welcome(voice, member), member=member)
            return Opened(account, open_session(uow, identity))

        return self.page.app.engine.work(work)

    async def leave(self, request: Request) -> Response:
        """End the session."""
        visitor = await self.page.visitor(request)

        def work(uow: UnitOfWork) -> None:
            close_session(uow, visitor.account, visitor.key)

        await to_thread.run_sync(self.page.app.engine.work, work)
        self.page.door.watchers.wake(visitor.conversation)
        response = RedirectResponse("/", 303)
        response.delete_cookie(COOKIE)
        return response


def _language(request: Request) -> str:
    return language_of(None, request.headers.get("accept-language", ""))


def _bare(said: str) -> str:
    """A code from what was typed or pasted, which may be the whole link."""
    return said.strip().rstrip("/").rsplit("/", 1)[-1].replace(" ", "").lower()


def _zone(name: str) -> str | None:
    try:
        return ZoneInfo(name).key if name else None
    except (KeyError, ValueError, OSError):
        return None
