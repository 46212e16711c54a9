"""A Slack of our own: a local server that the real libraries talk to, and people in it to speak as."""

from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.world import Failure

__all__ = ["Failure", "FakeSlack"]
