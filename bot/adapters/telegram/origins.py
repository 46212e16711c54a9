"""Where a forwarded message comes from, and what a message replies to."""

from telegram import (
    Message,
    MessageOrigin,
    MessageOriginChannel,
    MessageOriginChat,
    MessageOriginHiddenUser,
    MessageOriginUser,
)

from bot.incoming import Origin, Quoted


def origin_of(message: Message) -> Origin | None:
    """Whose words a message brings; None where it was not forwarded."""
    return _origin(message.forward_origin)


def _origin(source: MessageOrigin | None) -> Origin | None:
    match source:
        case MessageOriginUser(sender_user=user, date=at):
            return Origin(user.full_name, at.isoformat(), person=not user.is_bot)
        case MessageOriginHiddenUser(sender_user_name=name, date=at):
            return Origin(name, at.isoformat())
        case MessageOriginChat(sender_chat=chat, date=at) | MessageOriginChannel(chat=chat, date=at):
            return Origin(chat.effective_name or "", at.isoformat(), person=False)
        case _:
            return None


def quoted_in(message: Message, bot: int) -> Quoted | None:
    """What a message replies to, here or in another chat; the part of it that was picked out, where one was."""
    part = message.quote if message.quote and message.quote.is_manual else None
    if other := message.external_reply:
        words = message.quote.text if message.quote else ""
        return Quoted("", words, _origin(other.origin), part=True)
    replied = message.reply_to_message
    if replied is None or replied.forum_topic_created:
        return None
    author = replied.from_user
    if author is not None and author.id == bot:
        return Quoted(event_of(replied), part.text if part else "", part=part is not None)
    by = Origin(author.full_name, replied.date.isoformat(), person=not author.is_bot) if author else None
    text = part.text if part else replied.text or replied.caption or ""
    return Quoted(event_of(replied), text, origin_of(replied) or by, part=part is not None)


def event_of(message: Message) -> str:
    """The id under which a message is kept."""
    return f"{message.chat.id}/{message.message_id}"
