from collections.abc import Iterator

import pytest

from bot.app import App
from tests.page.serving import Serving


@pytest.fixture
def serving(app: App) -> Iterator[Serving]:
    served = Serving(app)
    yield served
    served.stop()
