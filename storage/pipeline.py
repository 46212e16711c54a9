"""Ways past SQLAlchemy to the driver, for what it has no word for; errors come as SQLAlchemy's all the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


@contextmanager
def driver(connection: Connection) -> Iterator[Any]:
    """The driver's own connection. What it raises comes as SQLAlchemy's errors do, so that it is repeated or waited for."""
    own: Any = connection.connection.dbapi_connection
    failed: Any = connection.dialect.loaded_dbapi.Error
    try:
        yield own
    except failed as error:
        lost = connection.dialect.is_disconnect(error, own, None)
        if lost:
            connection.invalidate(error)
        raise DBAPIError.instance(
            "driver", None, error, failed, hide_parameters=True, connection_invalidated=lost
        ) from error


@contextmanager
def pipelined(connection: Connection) -> Iterator[None]:
    """Within, what is executed has failed or succeeded only at the end; SQLite, which has no way to go, takes no notice.

    Raises what SQLAlchemy would raise for the first statement that failed.
    """
    if connection.dialect.name == "sqlite":
        yield
        return
    with driver(connection) as own, own.pipeline():
        yield
