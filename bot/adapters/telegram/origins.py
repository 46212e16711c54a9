"""Where a forwarded message comes from."""

from telegram import (
    Message,
    MessageOriginChannel,
    MessageOriginChat,
    MessageOriginHiddenUser,
    MessageOriginUser,
)

from bot.incoming import Origin


def origin_of(message: Message) -> Origin | None:
    """Whose words a message brings; None where it was not forwarded."""
    match message.forward_origin:
        case MessageOriginUser(sender_user=user, date=at):
            return Origin(user.full_name, at.isoformat(), person=not user.is_bot)
        case MessageOriginHiddenUser(sender_user_name=name, date=at):
            return Origin(name, at.isoformat())
        case MessageOriginChat(sender_chat=chat, date=at) | MessageOriginChannel(chat=chat, date=at):
            return Origin(chat.effective_name or "", at.isoformat(), person=False)
        case _:
            return None
