"""What a page says, and what it shows of the talk."""

from typing import Annotated, Any

from anyio import to_thread
from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from bot.adapters.page.files import received
from bot.adapters.page.session import PLATFORM
from bot.adapters.page.shown import event_id
from bot.adapters.page.stream import read_after, read_before, stream
from bot.adapters.page.visit import Page, Visitor
from bot.incoming import Incoming, Sender
from storage.errors import Unavailable
from storage.queries.buttons import by_token
from storage.unit_of_work import UnitOfWork

LONGEST = 100_000  # characters; what is too long to be read gets an answer that says so


class Said(BaseModel):
    """A message or a press. `id` is made by the page and makes sending again harmless."""

    id: str = Field(pattern=r"^[A-Za-z0-9-]{8,64}$")
    text: str = Field("", max_length=LONGEST)
    press: str | None = Field(None, max_length=64)
    files: list[str] = Field([], max_length=10)


class Saying:
    """The routes of the talk itself."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def add_to(self, api: FastAPI) -> None:
        """Mount them."""
        api.add_api_route("/say", self.say, methods=["POST"], response_class=JSONResponse)
        api.add_api_route("/messages", self.messages, response_class=JSONResponse)
        api.add_api_route("/stream", self.stream, response_class=Response)

    async def say(self, said: Said, request: Request) -> JSONResponse:
        """Keep what was said; the answer comes by the stream."""
        visitor = await self.page.visitor(request)
        incoming = await to_thread.run_sync(self._incoming, said, visitor)
        try:
            new = bool(await self.page.reception.take(incoming))
        except Unavailable:
            raise HTTPException(503, "Not kept; send it again.") from None
        self.page.door.watchers.wake(visitor.conversation)
        return JSONResponse({"new": new}, 202)

    def _incoming(self, said: Said, visitor: Visitor) -> Incoming:
        label = self.page.read(visitor, lambda uow, _: _label(uow, visitor, said.press))
        return Incoming(
            platform=PLATFORM,
            event_id=event_id(visitor.account, said.id),
            sender=Sender(visitor.account, visitor.name),
            place=visitor.account,
            text=said.text,
            press=said.press,
            press_label=label,
            files=tuple(received(self.page, visitor, token) for token in said.files),
        )

    async def messages(
        self,
        request: Request,
        before: Annotated[int | None, Query(ge=0)] = None,
        after: Annotated[int | None, Query(ge=0)] = None,
    ) -> list[dict[str, Any]]:
        """The newest messages, those before a place, or those after one."""
        visitor = await self.page.visitor(request)
        if after is not None:
            found = await to_thread.run_sync(read_after, self.page, visitor, after)
        else:
            found = await to_thread.run_sync(read_before, self.page, visitor, before)
        return found or []

    async def stream(self, request: Request, after: Annotated[int, Query(ge=0)] = 0) -> Response:
        """The one connection."""
        return await stream(self.page, request, after)


def _label(uow: UnitOfWork, visitor: Visitor, token: str | None) -> str | None:
    """What the pressed button is called, for the record; that of others is not told."""
    button = by_token(uow, token) if token else None
    return button.label if button and button.keyboard.member_id in (None, visitor.member) else None
