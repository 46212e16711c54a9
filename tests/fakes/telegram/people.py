"""The people of the fake Telegram: they speak, press, share and see."""

import re
from typing import Any

from tests.fakes.serving import Serving
from tests.fakes.telegram.check import length
from tests.fakes.telegram.world import BOT_ID, BOT_NAME, Chat, Json, World

_MARKS = re.compile(r"(?P<bot_command>(?<!\S)/\w+(?:@\w+)?)|(?P<mention>(?<!\w)@\w+)")


def entities(text: str) -> list[Json]:
    """What a Telegram client marks in a typed text."""
    return [
        {
            "type": str(found.lastgroup),
            "offset": length(text[: found.start()]),
            "length": length(found[0]),
        }
        for found in _MARKS.finditer(text)
    ]


class People(Serving):
    """What somebody can do in Telegram. People and groups are given by their ids."""

    world: World

    def add_user(self, name: str, language: str | None = "en", **more: Any) -> int:
        """Somebody new; their id."""
        first, _, last = name.partition(" ")
        number = 5_000_000_000 + self.world.number()  # more than 32 bits, as the newer ones
        user = {"id": number, "is_bot": False, "first_name": first, **({"last_name": last} if last else {})}
        self.world.users[number] = user | ({"language_code": language} if language else {}) | more
        return number

    def add_group(self, title: str, *members: int, kind: str = "supergroup") -> int:
        """A new group with the bot in it; its id."""
        number = -1_001_000_000_000 - self.world.number()
        people = {m: "creator" if m == members[0] else "member" for m in members} | {BOT_ID: "member"}
        self.world.chats[number] = Chat(number, kind, title, people)
        return number

    # Doing

    def say(self, user: int, text: str, chat: int | None = None, **more: Any) -> Json:
        """Type something; `reply_to` is a message of the chat."""
        marks = entities(text)
        return self.send(user, chat, text=text, **({"entities": marks} if marks else {}), **more)

    def send(
        self, user: int, chat: int | None = None, *, reply_to: Json | None = None, **content: Any
    ) -> Json:
        """Send a message of any kind."""
        return self._sent(user, chat, [{**content, **_replying(reply_to)}])[0]

    def _sent(self, user: int, chat: int | None, contents: list[Json]) -> list[Json]:
        """Messages that are sent at once; those that are meant for the bot are told together."""
        where = self.world.private(user) if chat is None else self.world.chats[chat]
        where.blocked = False if chat is None else where.blocked
        messages = [self.world.message(where, user, **content) for content in contents]
        self.run(self.world.tell("message", *(m for m in messages if chat is None or self._meant(m))))
        return messages

    def _meant(self, message: Json) -> bool:
        """Whether a bot with privacy gets to see a message of a group."""
        if not self.world.privacy:
            return True
        text, replied = message.get("text") or message.get("caption") or "", message.get("reply_to_message")
        marks = message.get("entities") or message.get("caption_entities") or []
        command = any(m["type"] == "bot_command" and m["offset"] == 0 for m in marks)
        return command or f"@{BOT_NAME}" in text or bool(replied and replied["from"]["id"] == BOT_ID)

    def press(self, user: int, label: str, chat: int | None = None, message: Json | None = None) -> str:
        """Press the newest button with that label that this person sees; the id of the press."""
        found = message or next(
            m for m in reversed(self.seen(user, chat)) if label in [b["text"] for b in buttons_of(m)]
        )
        button = next(b for b in buttons_of(found) if b["text"] == label)
        number = f"press{self.world.number()}"
        self.world.presses[number] = None
        shown = {k: v for k, v in found.items() if k != "html"}
        query = {
            "id": number,
            "from": self.world.users[user],
            "chat_instance": "1",
            "message": shown,
            "data": button["callback_data"],
        }
        self.run(self.world.tell("callback_query", query))
        return number

    def edit(self, message: Json, text: str) -> Json:
        """Change a message that was sent."""
        marks = {"entities": entities(text)} if entities(text) else {}
        message.update(
            {"text" if "text" in message else "caption": text}, edit_date=self.world.now(), **marks
        )
        self.run(self.world.tell("edited_message", dict(message)))
        return message

    def forward(self, user: int, text: str, origin: Json, **more: Any) -> Json:
        """Forward a message; `origin` is a MessageOrigin."""
        dated = {"date": self.world.now(), **origin}
        return self.send(user, text=text, forward_origin=dated, **more)

    def share_contact(self, user: int, name: str, phone: str, **more: Any) -> Json:
        """Send a contact card."""
        first, _, last = name.partition(" ")
        card = {"phone_number": phone, "first_name": first, **({"last_name": last} if last else {}), **more}
        return self.send(user, contact=card)

    def photo(self, user: int, content: bytes, caption: str = "", chat: int | None = None) -> Json:
        """Send a photo, as a small and a large one."""
        return self.send(user, chat, photo=self._photo(content), **_captioned(caption))

    def _photo(self, content: bytes) -> list[Json]:
        sizes = [self._file("photo.jpg", content[: len(content) // 2 or 1]), self._file("photo.jpg", content)]
        return [{**s, "width": 90 * i, "height": 90 * i} for i, s in enumerate(sizes, 1)]

    def album(
        self, user: int, photos: list[bytes], caption: str = "", chat: int | None = None, **more: Any
    ) -> list[Json]:
        """Send several photos as one message: its parts are messages that come together, the first with the words."""
        group = {"media_group_id": f"1{self.world.number():016}", **more}
        parts = [{**group, "photo": self._photo(content)} for content in photos]
        parts[0] |= _captioned(caption)
        return self._sent(user, chat, parts)

    def voice(self, user: int, content: bytes) -> Json:
        """Send a voice message."""
        about = {**self._file("voice.oga", content), "duration": 7, "mime_type": "audio/ogg"}
        return self.send(user, voice=about)

    def document(
        self, user: int, name: str, content: bytes, media_type: str = "application/pdf", caption: str = ""
    ) -> Json:
        """Send a file."""
        about = {**self._file(name, content), "file_name": name, "mime_type": media_type}
        return self.send(user, document=about, **_captioned(caption))

    def _file(self, name: str, content: bytes) -> Json:
        number = f"file{self.world.number()}"
        self.world.files[number] = (name, content)
        return {"file_id": number, "file_unique_id": number, "file_size": len(content)}

    def join(self, user: int, chat: int) -> None:
        """Come into a group."""
        self.world.chats[chat].members[user] = "member"
        self._service(user, chat, new_chat_members=[self.world.users[user]])

    def leave(self, user: int, chat: int) -> None:
        """Leave a group."""
        self.world.chats[chat].members[user] = "left"
        self._service(user, chat, left_chat_member=self.world.users[user])

    def _service(self, user: int, chat: int, **content: Any) -> None:
        self.run(self.world.tell("message", self.world.message(self.world.chats[chat], user, **content)))

    def block(self, user: int) -> None:
        """Block the bot."""
        self.world.private(user).blocked = True

    def migrate(self, chat: int, *, told: bool = True) -> int:
        """A group becomes a supergroup; its new id."""
        old = self.world.chats[chat]
        number = -1_002_000_000_000 - self.world.number()
        self.world.chats[number] = Chat(number, "supergroup", old.title, dict(old.members))
        old.migrated_to = number
        message = self.world.message(old, next(iter(old.members)), migrate_to_chat_id=number)
        if told:
            self.run(self.world.tell("message", message))
        return number

    # Seeing

    def seen(self, user: int, chat: int | None = None) -> list[Json]:
        """The messages that somebody sees in their chat with the bot, or in a group."""
        where = self.world.chats.get(user if chat is None else chat)
        return where.said() if where else []

    def answers(self, user: int, chat: int | None = None) -> list[Json]:
        """Of these, what the bot has said."""
        return [m for m in self.seen(user, chat) if m["from"]["id"] == BOT_ID]

    def told(self, user: int, chat: int | None = None) -> str:
        """The last words of the bot."""
        return str(self.answers(user, chat)[-1]["text"])


def _replying(to: Json | None) -> Json:
    """A message does not tell what the one that it replies to replied to."""
    return {"reply_to_message": {k: v for k, v in to.items() if k != "reply_to_message"}} if to else {}


def _captioned(caption: str) -> Json:
    return {"caption": caption, "caption_entities": entities(caption)} if caption else {}


def buttons_of(message: Json) -> list[Json]:
    """The inline buttons of a message."""
    return [b for row in (message.get("reply_markup") or {}).get("inline_keyboard", []) for b in row]


def labels(message: Json) -> list[str]:
    """What the inline buttons of a message say."""
    return [b["text"] for b in buttons_of(message)]
