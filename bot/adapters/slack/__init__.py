"""Slack: the same conversation in direct messages, channels, threads, forms and the App Home."""

from bot.adapters.slack.door import SlackDoor

__all__ = ["SlackDoor"]
