"""What was typed in Telegram, and whether it was said to the bot."""

import re

from telegram import Bot, Chat, Message, MessageEntity

from bot.linking import code_in

_COMMAND = re.compile(r"/(?P<name>\w+)(?:@(?P<bot>\w+))?(?P<rest>\s.*|)", re.DOTALL)
MARKS = (MessageEntity.MENTION, MessageEntity.TEXT_MENTION, MessageEntity.BOT_COMMAND)


def addressed(message: Message, bot: Bot) -> bool:
    """Whether a message is for the bot: said in private, named, answered, or a command that names no other bot."""
    if message.chat.type == Chat.PRIVATE:
        return _command_of(message, bot.username) is not False
    command = _command_of(message, bot.username)
    if command is not None:
        return command
    replied = message.reply_to_message
    if replied and replied.from_user and replied.from_user.id == bot.id:
        return True
    return _names(message, bot)


def _command_of(message: Message, username: str) -> bool | None:
    """Whether a command is ours; None where there is none."""
    found = _COMMAND.fullmatch(message.text or message.caption or "")
    if found is None:
        return None
    return not found["bot"] or found["bot"].lower() == username.lower()


def _names(message: Message, bot: Bot) -> bool:
    marks = {**message.parse_entities(list(MARKS)), **message.parse_caption_entities(list(MARKS))}
    named = f"@{bot.username}".lower()
    return any(
        text.lower() == named or (mark.user is not None and mark.user.id == bot.id)
        for mark, text in marks.items()
    )


def typed(message: Message, username: str) -> str:
    """What was said, without the bot's name; "/task_list@bot" is "/task list"."""
    text = message.text or message.caption or ""
    if found := _COMMAND.fullmatch(text):
        return _said(found["name"], found["rest"])
    return re.sub(rf"@{re.escape(username)}\b[\s,:，：]*", "", text, flags=re.IGNORECASE).strip()


def _said(name: str, rest: str) -> str:
    """A command; how a chat is opened, with no code in it, is a call for help."""
    whole = f"/{name.replace('_', ' ')}{rest}"
    return "/help" if name.lower() == "start" and not code_in(whole) else whole
