"""Pieces of work that share a commit of SQLite: what fails takes no other with it."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from storage.database import Database
from storage.following import after_commit
from storage.jobs import keep
from storage.tables import Job, JobState, JobTask
from tests.storage.test_database import adding, database, names, orphan, workspace

__all__ = ["database", "workspace"]  # fixtures of theirs

WAIT = 30


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """SQLite alone has a writer."""
    return f"sqlite:///{tmp_path}/parley.db"


def together(database: Database, works: list[Callable[[Session], object]]) -> list[BaseException | None]:
    """Run pieces of work so that they wait for the writer together; the error of each."""
    assert database._writer
    gate = threading.Event()
    held = database._writer.submit(lambda _: gate.wait(WAIT))
    time.sleep(0.05)
    futures = [database._writer.submit(work) for work in works]
    gate.set()
    held.result(WAIT)
    return [f.exception(WAIT) for f in futures]


def test_one_bad_piece_of_a_group_takes_no_other_with_it(database: Database, workspace: UUID) -> None:
    def bad(session: Session) -> None:
        adding(workspace, "Bad")(session)
        session.flush()
        raise ZeroDivisionError

    works = [adding(workspace, "A"), bad, adding(workspace, "B"), bad, adding(workspace, "C")]
    errors = together(database, works)
    assert [type(e) for e in errors] == [type(None), ZeroDivisionError] * 2 + [type(None)]
    assert names(database) == ["A", "B", "C"]


def test_a_piece_that_spoils_the_commit_takes_no_other_with_it(database: Database, workspace: UUID) -> None:
    errors = together(database, [adding(workspace, "A"), orphan(workspace), adding(workspace, "B")])
    assert [type(e) for e in errors] == [type(None), IntegrityError, type(None)]
    assert names(database) == ["A", "B"]


def bad(session: Session) -> None:  # noqa: ARG001 - as work is called
    raise ZeroDivisionError


def test_what_is_kept_of_a_file_is_kept_though_another_piece_fails(
    database: Database, workspace: UUID
) -> None:
    job = Job(workspace_id=workspace, task=JobTask.IMPORT, file_id=uuid4(), data={}, state=JobState.SHOWN)
    together(database, [lambda s: keep(s, job), bad])
    assert database.read(lambda s: [j.id for j in s.exec(select(Job))]) == [job.id]


def test_what_follows_a_commit_follows_once(database: Database, workspace: UUID) -> None:
    called = []

    def work(session: Session) -> None:
        adding(workspace, "A")(session)
        after_commit(session, lambda: called.append("called"))

    threads = [threading.Thread(target=run, args=(database, one)) for one in (work, bad)]
    gate = threading.Event()
    assert database._writer
    held = database._writer.submit(lambda _: gate.wait(WAIT))
    for thread in threads:
        thread.start()
    time.sleep(0.05)
    gate.set()
    held.result(WAIT)
    for thread in threads:
        thread.join(WAIT)
    assert (called, names(database)) == (["called"], ["A"])


def run(database: Database, work: Callable[[Session], object]) -> None:
    try:
        database.run(work)
    except ZeroDivisionError:
        return
