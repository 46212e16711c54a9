"""What Telegram delivers: kept before it is confirmed."""

import asyncio
import logging
from collections import deque
from collections.abc import Coroutine
from functools import partial
from typing import Any

from telegram import Bot, CallbackQuery, Chat, Message, Update, User
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.adapters.telegram.files import Files
from bot.adapters.telegram.menu import PLATFORM, Menus
from bot.adapters.telegram.origins import event_of, origin_of, quoted_in
from bot.adapters.telegram.rooms import Rooms
from bot.adapters.telegram.shared import Shared
from bot.adapters.telegram.wording import addressed, typed
from bot.incoming import Incoming, Sender
from bot.reception import Reception
from storage.queries.rooms import move_room

_LANGUAGES = {"zh-hant": "zh-Hant", "zh-tw": "zh-Hant", "zh-hk": "zh-Hant", "zh": "zh-Hans", "en": "en"}
ALBUMS = 100  # that are remembered while their parts come in
log = logging.getLogger(__name__)


class Desk:
    """Takes updates; what need not be waited for goes on in the background."""

    def __init__(self, reception: Reception, bot: Bot) -> None:
        self.reception, self.bot = reception, bot
        self.rooms = Rooms(bot, reception.engine, PLATFORM)
        self.menus = Menus(bot, reception.engine)
        self.files = Files(bot, reception.engine)
        self.shared = Shared(self.files, reception.engine)
        self._set_up = False
        self._albums: deque[str] = deque(maxlen=ALBUMS)  # said to us, though only one part says so
        self._background: set[asyncio.Task[None]] = set()

    async def take(self, update: Update) -> None:
        """Keep an update. Raises `Unavailable`: then it must not be confirmed."""
        if update.callback_query:
            await self._pressed(update.callback_query)
        elif update.message:
            await self._said(update.message)
        elif update.edited_message:
            message = update.edited_message
            await self._said(message, edit=f"{event_of(message)}/edit/{update.update_id}")

    def begin(self) -> None:
        """What is set up once, beside the receiving."""
        if not self._set_up:
            self._set_up = True
            self._later(self.menus.begin())

    def answered(self, place: str) -> None:
        """Something was said in a private chat: its menu is looked at."""
        self._later(self.menus.show(place))

    def moved(self, old: int, new: int) -> None:
        """A group has become a supergroup, under another number."""
        self.reception.engine.work(lambda uow: move_room(uow, PLATFORM, "", str(old), str(new)))

    async def close(self) -> None:
        """Finish what goes on in the background."""
        await asyncio.gather(*self._background, return_exceptions=True)

    async def _said(self, message: Message, edit: str | None = None) -> None:
        user = message.from_user
        if await self._is_of_service(message) or user is None or user.is_bot:
            return
        album = message.media_group_id or ""
        if not (addressed(message, self.bot) or album in self._albums):
            return
        said = self._words(message)
        if edit:
            said["edits"] = event_of(message)
        elif album:
            said["album"] = album
            self._albums.append(album)
        incoming = await self._incoming(
            edit or event_of(message), user, message.chat, thread_of(message), said
        )
        with self.reception.albums.bringing(album):
            whole = await self.shared.read(message, incoming)
            await self.reception.take(whole, partial(_typing, message))

    def _words(self, message: Message) -> dict[str, Any]:
        """What a message says, or brings; only to name us in reply to somebody is to bring us their message."""
        text, quoted = typed(message, self.bot.username), quoted_in(message, self.bot.id)
        if message.text and not text and quoted and quoted.text and quoted.origin:
            return {"text": quoted.text, "origin": quoted.origin}
        return {"text": text, "origin": origin_of(message), "quotes": quoted}

    async def _is_of_service(self, message: Message) -> bool:
        """Whether a message only tells what happened to a group."""
        chat = message.chat.id
        if message.migrate_to_chat_id:
            await asyncio.to_thread(self.moved, chat, message.migrate_to_chat_id)
        elif message.new_chat_members or message.left_chat_member:
            self.rooms.forget(chat)
        else:
            return bool(message.migrate_from_chat_id)
        return True

    async def _pressed(self, query: CallbackQuery) -> None:
        message = query.message
        if message is not None and query.data:
            thread = thread_of(message) if isinstance(message, Message) else ""
            said = {"press": query.data}
            incoming = await self._incoming(f"press/{query.id}", query.from_user, message.chat, thread, said)
            await self.reception.take(incoming)
        self._later(_acknowledged(query))

    async def _incoming(
        self, event_id: str, user: User, chat: Chat, thread: str, said: dict[str, Any]
    ) -> Incoming:
        private = chat.type == Chat.PRIVATE
        if not private:
            room = await self.rooms.look(chat.id)
            said = {**said, "present": room.present, "strangers": room.strangers}
        sender = sender_of(user)
        return Incoming(PLATFORM, event_id, sender, str(chat.id), private=private, thread=thread, **said)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._background.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.warning("something beside a message failed: %s", type(error).__name__)


async def _typing(message: Message, at_work: bool = True) -> None:
    if at_work:
        await message.reply_chat_action(ChatAction.TYPING)


async def _acknowledged(query: CallbackQuery) -> None:
    """Let the button stop glowing."""
    try:
        await query.answer()
    except TelegramError as error:
        log.info("a press was not acknowledged: %s", type(error).__name__)


def thread_of(message: Message) -> str:
    """The topic of a forum."""
    return str(message.message_thread_id) if message.is_topic_message else ""


def sender_of(user: User) -> Sender:
    """Somebody, as Telegram knows them."""
    return Sender(str(user.id), user.full_name, language=language_of(user.language_code))


def language_of(code: str | None) -> str | None:
    """Ours for theirs ("zh-hant", "en-GB"), where we speak it."""
    known = (code or "").lower()
    return _LANGUAGES.get(known) or _LANGUAGES.get(known.split("-")[0])
