"""The stage of Slack, by Socket Mode or signed HTTP."""

from bot.app import App
from bot.invite import invite
from tests.doors.playing import Shown, differs
from tests.doors.running import Running
from tests.fakes.slack import FakeSlack
from tests.fakes.slack.reading import lines
from tests.fakes.slack.world import BOT_USER

LOCALES = {None: "en-US", "en": "en-US", "zh-Hans": "zh-CN", "zh-Hant": "zh-TW"}


class SlackStage:
    """People of a conversation in a fake Slack."""

    def __init__(self, fake: FakeSlack, running: Running) -> None:
        self.fake, self.running = fake, running
        self.app: App = running.app
        self._users: dict[str, str] = {}
        self._rooms: dict[str, str] = {}
        self._seen: dict[tuple[str, str], list[str]] = {}

    def join(self, name: str, role: str, language: str | None, zone: str | None) -> None:
        """Bring somebody in, with a code."""
        user = self._users.get(name) or self.fake.add_user(
            name, locale=LOCALES[language], tz=zone or "Europe/Berlin"
        )
        self._users[name] = user
        for channel in self._rooms.values():
            self.fake.world.channels[channel].members.add(user)
        code = self.app.engine.work(lambda uow: invite(uow, role, name))
        self.fake.say(user, None, f"link {code}")

    def say(self, name: str, text: str, room: str) -> None:
        """Say something in the direct messages, or in a channel."""
        if not room:
            self.fake.say(self._users[name], None, text)
            return
        channel = self._rooms.get(room) or self.fake.add_channel(room, *self._users.values())
        self._rooms[room] = channel
        mention = f"<@{BOT_USER}>"
        self.fake.say(self._users[name], channel, text.replace("@parley", mention))

    def press(self, name: str, label: str) -> None:
        """Press a button."""
        self.fake.press(self._users[name], label)

    def settle(self) -> None:
        """Wait until all is answered."""
        self.running.settle()

    def shown(self) -> list[Shown]:
        """New messages, and those whose words were changed."""
        names = {u: n for n, u in self._users.items()}
        found = []
        for channel in self.fake.world.channels.values():
            to = (
                next((names[u] for u in channel.members if u in names), None)
                if channel.kind == "im"
                else None
            )
            for message in channel.messages:
                key, now = (channel.id, message["ts"]), lines(message)
                before = self._seen.get(key)
                self._seen[key] = now
                if message["user"] == BOT_USER and differs(before, now):
                    room = "" if channel.kind == "im" else channel.name
                    found.append((message["ts"], Shown(to, room, tuple(now))))
        return [shown for _, shown in sorted(found, key=lambda x: x[0])]
