"""The page's routes on the HTTP application."""

from typing import Any

from anyio import to_thread
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

from bot.adapters.page.complete import Complete, commands
from bot.adapters.page.day import Day
from bot.adapters.page.files import LARGEST, Files
from bot.adapters.page.saying import Saying
from bot.adapters.page.signin import SignIn
from bot.adapters.page.visit import Page
from bot.adapters.page.words import STATIC, page, words_in
from handlers.context import Context

NEVER_KEPT = {"Cache-Control": "no-store"}


class Front:
    """The document itself, and what its program needs to know."""

    def __init__(self, page: Page, sign_in: SignIn) -> None:
        self.page, self.sign_in = page, sign_in

    def add_to(self, api: FastAPI) -> None:
        """Mount them."""
        api.add_api_route("/", self.front, response_class=HTMLResponse)
        api.add_api_route("/me", self.me, response_class=JSONResponse)

    async def front(self, request: Request) -> HTMLResponse:
        """The talk, or the way in."""
        visitor = await to_thread.run_sync(self.page.known, request)
        if visitor is None:
            return await self.sign_in.ask(request)
        return HTMLResponse(page("index.html", visitor.language, name=visitor.name), headers=NEVER_KEPT)

    async def me(self, request: Request) -> JSONResponse:
        """Who is here, the words that the program says itself, and the commands that may be used."""

        def about(ctx: Context) -> dict[str, Any]:
            role = ctx.voice.label(f"role.{ctx.member.role}")
            return {
                "name": ctx.member.name,
                "role": role,
                "language": ctx.voice.language,
                "words": words_in(ctx.voice.language),
                "commands": commands(ctx),
                "largest": LARGEST,
            }

        return JSONResponse(await self.page.ask(request, about), headers=NEVER_KEPT)


def mount(page: Page, api: FastAPI) -> None:
    """Put the page on the application."""
    sign_in = SignIn(page)
    parts = (sign_in, Front(page, sign_in), Saying(page), Files(page), Complete(page), Day(page))
    for part in parts:
        part.add_to(api)
    api.mount("/static", StaticFiles(directory=STATIC))
