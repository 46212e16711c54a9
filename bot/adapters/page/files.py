"""Files up and down."""

import tempfile
from collections.abc import Iterator
from functools import partial
from typing import IO, Any
from urllib.parse import quote
from uuid import UUID

from anyio import to_thread
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from bot.adapters.page.shown import PICTURES, file_json
from bot.adapters.page.visit import Page, Visitor
from handlers.reply import FileRef
from storage.files import PIECE, file_of, keep_file, pieces
from storage.tables import File

LARGEST = 64 * 1024 * 1024  # bytes
IN_MEMORY = 1024 * 1024
LONGEST_NAME = 200


class Files:
    """The routes of files."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def add_to(self, api: FastAPI) -> None:
        """Mount them."""
        api.add_api_route(
            "/files", self.up, methods=["POST"], response_class=JSONResponse, max_body_size=LARGEST
        )
        api.add_api_route("/files/{token}", self.down, response_class=Response)

    async def up(self, request: Request, name: str) -> dict[str, Any]:
        """Keep a file, sent as the bare body; its name for this account."""
        visitor = await self.page.visitor(request)
        media_type = request.headers.get("content-type", "").split(";")[0][:100]
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as kept:
            async for piece in request.stream():
                await to_thread.run_sync(kept.write, piece)
            kept.seek(0)
            row = await to_thread.run_sync(
                partial(self._keep, visitor, name, media_type or "application/octet-stream", kept)
            )
        return file_json(_reference(row), visitor.account, self.page.signer)

    def _keep(self, visitor: Visitor, name: str, media_type: str, kept: IO[bytes]) -> File:
        engine = self.page.app.engine
        plain = name.replace("\\", "/").rsplit("/", 1)[-1][:LONGEST_NAME] or "file"
        read = _pieces(kept)
        return keep_file(engine.database, engine.workspace_id, plain, media_type, read, visitor.member)

    async def down(self, request: Request, token: str) -> Response:
        """A file that was shown to this account; always saved, never opened in the page."""
        visitor = await self.page.visitor(request)
        row = await to_thread.run_sync(self._row, visitor, token)
        engine = self.page.app.engine
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(row.name, safe='')}",
            "Content-Length": str(row.size),
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, max-age=3600",
        }
        media_type = row.media_type if row.media_type in PICTURES else "application/octet-stream"
        content = pieces(engine.database, engine.workspace_id, row.id)
        return StreamingResponse(content, headers=headers, media_type=media_type)

    def _row(self, visitor: Visitor, token: str) -> File:
        row = _known(self.page, visitor, token)
        if row is None:
            raise HTTPException(404, "There is no such file.")
        return row


def received(page: Page, visitor: Visitor, token: str) -> FileRef:
    """A file that this person sends with a message. Raises 400 for one that is not theirs."""
    row = _known(page, visitor, token)
    if row is None:
        raise HTTPException(400, "There is no such file.")
    return _reference(row)


def _known(page: Page, visitor: Visitor, token: str) -> File | None:
    file_id = page.signer.read_file(visitor.account, token)
    engine = page.app.engine
    if file_id is None:
        return None
    return engine.database.read(lambda s: file_of(s, engine.workspace_id, UUID(file_id)))


def _reference(row: File) -> FileRef:
    return FileRef(str(row.id), row.name, row.media_type, row.size)


def _pieces(kept: IO[bytes]) -> Iterator[bytes]:
    while piece := kept.read(PIECE):
        yield piece
