"""Keeping files and reading them again, piece by piece."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from typing import IO, Any
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import Session, SQLModel, col, select

from storage.database import Database
from storage.tables import File, FileChunk

PIECE = 256 * 1024  # bytes


def keep_file(
    database: Database,
    workspace_id: UUID,
    name: str,
    media_type: str,
    pieces: Iterable[bytes],
    made_by: UUID | None = None,
) -> File:
    """Keep a file, each piece in a transaction of its own, so that nobody else waits for a large one."""
    row = File(workspace_id=workspace_id, name=name, media_type=media_type, made_by=made_by)
    for position, data in enumerate(pieces):
        values = {"workspace_id": workspace_id, "file_id": row.id, "position": position, "data": data}
        database.run(partial(_insert, FileChunk, values))
        row.size += len(data)
    database.run(partial(_insert, File, row.model_dump()))
    return row


def _insert(model: type[SQLModel], values: dict[str, Any], session: Session) -> None:
    session.connection().execute(insert(model).values(**values))


def file_of(session: Session, workspace_id: UUID, file_id: UUID) -> File | None:
    """What is known of a file."""
    return session.get(File, (workspace_id, file_id))


def pieces(database: Database, workspace_id: UUID, file_id: UUID) -> Iterator[bytes]:
    """The content of a file, one kept piece after another."""
    for position in count():
        data = database.read(partial(_piece, workspace_id, file_id, position))
        if data is None:
            return
        yield data


@contextmanager
def opened(database: Database, workspace_id: UUID, file_id: UUID) -> Iterator[IO[bytes]]:
    """A file that can be sought in, for as long as it is looked at: on disk, not in memory."""
    with tempfile.TemporaryFile(prefix="parley-") as file:
        for data in pieces(database, workspace_id, file_id):
            file.write(data)
        file.seek(0)
        yield file


def beginning(database: Database, workspace_id: UUID, file_id: UUID) -> bytes:
    """The first piece of a file."""
    return next(pieces(database, workspace_id, file_id), b"")


def _piece(workspace_id: UUID, file_id: UUID, position: int, session: Session) -> bytes | None:
    query = select(FileChunk.data).where(
        FileChunk.workspace_id == workspace_id,
        FileChunk.file_id == file_id,
        col(FileChunk.position) == position,
    )
    return session.exec(query).first()


def cut(data: bytes) -> Iterator[bytes]:
    """Bytes in pieces of the size in which they are kept."""
    return (data[at : at + PIECE] for at in range(0, len(data), PIECE))
