"""Files that people send in Telegram, fetched and kept; and files that go there."""

import asyncio
import logging
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any
from uuid import UUID

from telegram import Bot, InputFile, Message, PhotoSize
from telegram.error import TelegramError

from bot.engine import Engine
from handlers.reply import FileRef
from storage.files import cut, file_of, keep_file, pieces

LARGEST = 20 * 2**20  # bytes that Telegram lets a bot fetch
PICTURES = ("image/jpeg", "image/png", "image/webp")
LARGEST_PICTURE = 10 * 2**20
IN_MEMORY = 2**20
REMEMBERED = 200
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sent:
    """What is known of a file before it is fetched."""

    id: str
    unique: str
    name: str
    media_type: str
    size: int


class Files:
    """Brings files from Telegram into storage and back."""

    def __init__(self, bot: Bot, engine: Engine) -> None:
        self.bot, self.engine = bot, engine
        self._kept: dict[str, FileRef] = {}  # an update may come twice

    async def keep(self, sent: Sent) -> FileRef | None:
        """A file as it is kept; None for one that is too large or gone."""
        if sent.unique in self._kept:
            return self._kept[sent.unique]
        if sent.size > LARGEST:
            return None
        content = await self.fetch(sent)
        if content is None:
            return None
        file = await asyncio.to_thread(self._store, sent, content)
        if len(self._kept) >= REMEMBERED:
            self._kept.clear()
        self._kept[sent.unique] = file
        return file

    async def fetch(self, sent: Sent) -> bytes | None:
        """The content of a file; None where it cannot be had."""
        try:
            file = await self.bot.get_file(sent.id)
            return bytes(await file.download_as_bytearray())
        except TelegramError as error:
            log.warning("a file in Telegram could not be fetched: %s", type(error).__name__)
            return None

    def _store(self, sent: Sent, content: bytes) -> FileRef:
        where = (self.engine.database, self.engine.workspace_id)
        row = keep_file(*where, sent.name, sent.media_type, cut(content))
        return FileRef(str(row.id), row.name, row.media_type, row.size)

    async def send(self, file: FileRef, chat: int, thread: int | None) -> None:
        """Send a kept file; a picture as one that is seen at once."""
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as content:
            await asyncio.to_thread(self._load, file, content)
            given = InputFile(content, filename=file.name, read_file_handle=False)
            if file.media_type in PICTURES and file.size <= LARGEST_PICTURE:
                await self.bot.send_photo(chat, given, message_thread_id=thread)
            else:
                await self.bot.send_document(chat, given, message_thread_id=thread)

    def _load(self, file: FileRef, into: IO[bytes]) -> None:
        for piece in pieces(self.engine.database, self.engine.workspace_id, UUID(file.id)):
            into.write(piece)
        into.seek(0)

    def named(self, file_id: str) -> FileRef | None:
        """What is known of a kept file."""
        where = (self.engine.workspace_id, UUID(file_id))
        row = self.engine.database.read(lambda session: file_of(session, *where))
        return FileRef(str(row.id), row.name, row.media_type, row.size) if row else None


def sent_with(message: Message) -> Sent | None:
    """The file of a message: a photo, voice message, sound, film or document."""
    found: Any = message.effective_attachment
    if isinstance(found, Sequence) and found and isinstance(found[-1], PhotoSize):
        largest = found[-1]
        return Sent(
            largest.file_id, largest.file_unique_id, "photo.jpg", "image/jpeg", largest.file_size or 0
        )
    for kind, name, media_type in KINDS:
        if (file := getattr(message, kind, None)) is not None:
            return Sent(
                file.file_id,
                file.file_unique_id,
                getattr(file, "file_name", None) or name,
                getattr(file, "mime_type", None) or media_type,
                file.file_size or 0,
            )
    return None


KINDS = (
    ("voice", "voice.ogg", "audio/ogg"),
    ("audio", "sound.mp3", "audio/mpeg"),
    ("video", "film.mp4", "video/mp4"),
    ("video_note", "film.mp4", "video/mp4"),
    ("document", "file", "application/octet-stream"),
)
