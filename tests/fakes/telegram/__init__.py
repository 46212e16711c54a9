"""A Telegram to test against: the Bot API by polling and by webhook, as a local server that the real library talks to."""

from tests.fakes.telegram.server import FakeTelegram

__all__ = ["FakeTelegram"]
