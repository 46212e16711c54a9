"""Statements without results, sent one after the other without waiting for the answer to each."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


@contextmanager
def pipelined(connection: Connection) -> Iterator[None]:
    """Within, what is executed has failed or succeeded only at the end; SQLite, which has no way to go, takes no notice.

    Raises what SQLAlchemy would raise for the first statement that failed.
    """
    if connection.dialect.name == "sqlite":
        yield
        return
    driver: Any = connection.connection.dbapi_connection
    failed: Any = connection.dialect.loaded_dbapi.Error
    try:
        with driver.pipeline():
            yield
    except failed as error:
        lost = connection.dialect.is_disconnect(error, driver, None)
        if lost:
            connection.invalidate(error)
        raise DBAPIError.instance(
            "pipeline", None, error, failed, hide_parameters=True, connection_invalidated=lost
        ) from error
