"""Both platforms side by side, without a token: a page on which anybody can chat as several people."""

from tests.fakes.both.page import Page
from tests.fakes.both.platforms import Both

__all__ = ["Both", "Page"]
