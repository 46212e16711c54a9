"""Files that people send in Slack, fetched and kept; and files that go there."""

import asyncio
import logging
from typing import Any
from uuid import UUID

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.engine import Engine
from handlers.reply import FileRef
from storage.files import cut, file_of, keep_file, pieces

LARGEST = 25 * 2**20  # bytes
log = logging.getLogger(__name__)


class Files:
    """Brings files from Slack into storage and back."""

    def __init__(self, client: AsyncWebClient, engine: Engine) -> None:
        self.client, self.engine = client, engine

    async def keep(self, shown: list[dict[str, Any]]) -> tuple[tuple[FileRef, ...], tuple[str, ...]]:
        """The files of a message as they are kept, and the names of those that could not be taken."""
        kept = [await self._keep(one) for one in shown]
        lost = [one.get("name") or "file" for one, file in zip(shown, kept, strict=True) if file is None]
        return tuple(one for one in kept if one), tuple(lost)

    async def _keep(self, shown: dict[str, Any]) -> FileRef | None:
        url = shown.get("url_private_download") or shown.get("url_private")
        if not url or int(shown.get("size", 0)) > LARGEST:
            log.warning("a file in Slack is not taken: it is too large, or not kept there")
            return None
        try:
            content = await self._fetched(url)
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("a file in Slack could not be fetched: %s", type(error).__name__)
            return None
        return await asyncio.to_thread(self._store, shown, content) if content is not None else None

    async def _fetched(self, url: str) -> bytes | None:
        """The content; a page to sign in on, which is what Slack answers to those without the right, is none."""
        session = self.client.session
        if session is None:
            return None
        headers = {"Authorization": f"Bearer {self.client.token}"}
        async with session.get(url, headers=headers) as response:
            response.raise_for_status()
            if response.content_type == "text/html":
                log.warning("Slack does not give a file: files:read is missing")
                return None
            return await response.content.read(LARGEST + 1)

    def _store(self, shown: dict[str, Any], content: bytes) -> FileRef:
        name, kind = shown.get("name") or "file", shown.get("mimetype") or "application/octet-stream"
        file = keep_file(self.engine.database, self.engine.workspace_id, name, kind, cut(content))
        return FileRef(str(file.id), file.name, file.media_type, file.size)

    async def upload(self, file_id: str, channel: str, thread: str, title: str) -> None:
        """Share a kept file in a channel."""
        name, content = await asyncio.to_thread(self._content, file_id)
        ticket = await self.client.files_getUploadURLExternal(filename=name, length=len(content))
        session = self.client.session
        if session is None:
            raise aiohttp.ClientConnectionError
        async with session.post(str(ticket["upload_url"]), data=content) as response:
            response.raise_for_status()
        where: dict[str, Any] = {"channel_id": channel, **({"thread_ts": thread} if thread else {})}
        await self.client.files_completeUploadExternal(
            files=[{"id": str(ticket["file_id"]), "title": title or name}], **where
        )

    def _content(self, file_id: str) -> tuple[str, bytes]:
        workspace = self.engine.workspace_id
        file = self.engine.database.read(lambda s: file_of(s, workspace, UUID(file_id)))
        if file is None:
            raise LookupError("the file is gone")
        return file.name, b"".join(pieces(self.engine.database, workspace, file.id))
