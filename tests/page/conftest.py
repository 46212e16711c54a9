from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bot.app import App, build
from tests.page.chromium import launched
from tests.page.serving import Serving
from tests.page.sitting import Sitter, sit
from tests.plugin import settings_for


@pytest.fixture
def serving(app: App) -> Iterator[Serving]:
    served = Serving(app)
    yield served
    served.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """As long as it runs, its loop is the thread's, and other tests can have none of their own."""
    yield from launched()


@pytest.fixture
def sqlite_serving(tmp_path: Path) -> Iterator[Serving]:
    """For what does not depend on the database."""
    app = build(settings_for(f"sqlite:///{tmp_path}/parley.db"))
    served = Serving(app)
    yield served
    served.stop()
    app.close()


@pytest.fixture
def ana(sqlite_serving: Serving, browser: Browser) -> Iterator[Sitter]:
    """Ana at her page; nothing may go wrong in her browser, and nothing may go elsewhere."""
    sitter = sit(sqlite_serving, browser, "Ana")
    yield sitter
    sitter.context.close()
    assert sitter.trouble == []
