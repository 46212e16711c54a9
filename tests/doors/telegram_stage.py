"""The stage of Telegram, by polling or webhook."""

from bot.app import App
from bot.invite import invite
from tests.doors.playing import Shown, differs
from tests.doors.running import Running
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.people import labels
from tests.fakes.telegram.world import BOT_ID, BOT_NAME, Json

LANGUAGES = {None: None, "en": "en", "zh-Hans": "zh-hans", "zh-Hant": "zh-hant"}
JOINER = "\u2060"


class TelegramStage:
    """People of a conversation in a fake Telegram."""

    def __init__(self, fake: FakeTelegram, running: Running) -> None:
        self.fake, self.running = fake, running
        self.app: App = running.app
        self._users: dict[str, int] = {}
        self._rooms: dict[str, int] = {}
        self._seen: dict[tuple[int, int], list[str]] = {}

    def join(self, name: str, role: str, language: str | None, zone: str | None) -> None:
        """Bring somebody in, with a code; where they live is not told by Telegram, so they say it."""
        user = self._users.get(name) or self.fake.add_user(name, LANGUAGES[language])
        self._users[name] = user
        code = self.app.engine.work(lambda uow: invite(uow, role, name))
        self.fake.say(user, f"/start {code}")
        if zone:
            self.fake.say(user, f"/settings set timezone {zone}")

    def say(self, name: str, text: str, room: str) -> None:
        """Say something in the private chat, or in a group."""
        if not room:
            self.fake.say(self._users[name], text)
            return
        if room not in self._rooms:
            self._rooms[room] = self.fake.add_group(room, *self._users.values())
        self.fake.say(self._users[name], text.replace("@parley", f"@{BOT_NAME}"), self._rooms[room])

    def press(self, name: str, label: str) -> None:
        """Press a button, or a key under the field where one types, which says its label."""
        user = self._users[name]
        if label in _keys(self.fake.answers(user)[-1]):
            self.fake.say(user, label)
        else:
            self.fake.press(user, label)

    def settle(self) -> None:
        """Wait until all is answered."""
        self.fake.settle(self.running)

    def shown(self) -> list[Shown]:
        """New messages, and those whose words were changed."""
        names = {u: n for n, u in self._users.items()}
        found = []
        for chat in self.fake.world.chats.values():
            for message in chat.said():
                key, now = (chat.id, message["message_id"]), _lines(message)
                before = self._seen.get(key)
                self._seen[key] = now
                if message["from"]["id"] == BOT_ID and differs(before, now):
                    room = "" if chat.kind == "private" else chat.title
                    found.append((message["message_id"], Shown(names.get(chat.id), room, tuple(now))))
        return [shown for _, shown in sorted(found, key=lambda x: x[0])]


def _lines(message: Json) -> list[str]:
    """A message in the notation of the conversations."""
    text = message["text"].replace(JOINER, "")
    buttons = labels(message) + _keys(message)
    return [*text.split("\n"), *([" ".join(f"[{label}]" for label in buttons)] if buttons else [])]


def _keys(message: Json) -> list[str]:
    """What the keys say, but for the one that picks a person: no other platform has it."""
    rows = (message.get("reply_markup") or {}).get("keyboard", [])
    keys = [k if isinstance(k, dict) else {"text": k} for row in rows for k in row]
    return [k["text"] for k in keys if "request_users" not in k]
