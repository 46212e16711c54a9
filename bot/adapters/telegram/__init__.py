"""Telegram: the same conversation in private chats and groups, by polling or webhook."""

from bot.adapters.telegram.door import TelegramDoor

__all__ = ["TelegramDoor"]
