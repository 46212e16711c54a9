"""A fake Slack and a fake Telegram with the same people in them, and the Parley that is in both."""

from collections.abc import Iterator
from typing import Any

from pydantic import SecretStr

from bot.app import App
from bot.settings import Settings
from storage.queries.codes import issue
from storage.tables import CodeKind, Member
from storage.unit_of_work import UnitOfWork
from tests.fakes.slack import FakeSlack
from tests.fakes.slack.world import APP_TOKEN, BOT_TOKEN, BOT_USER
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.people import buttons_of
from tests.fakes.telegram.world import BOT_ID, BOT_NAME, TOKEN

ROOM = "team"
Shown = dict[str, Any]


class Both:
    """Two platforms; people are given by their names, and speak in private or in the room of the team."""

    def __init__(self) -> None:
        self.slack, self.telegram = FakeSlack(), FakeTelegram()
        self._slack: dict[str, str] = {}
        self._telegram: dict[str, int] = {}
        self._channel, self._group = "", 0

    def start(self) -> "Both":
        """Listen on free ports of this machine."""
        self.slack.start()
        self.telegram.start()
        return self

    def stop(self) -> None:
        """Stop listening."""
        self.telegram.stop()
        self.slack.stop()

    def settings(self, settings: Settings) -> Settings:
        """The same settings, with both platforms in them."""
        tokens = {
            "slack_bot_token": BOT_TOKEN,
            "slack_app_token": APP_TOKEN,
            "telegram_bot_token": TOKEN,
        }
        secrets = {k: SecretStr(v) for k, v in tokens.items()}
        return settings.model_copy(
            update={**secrets, "slack_api_url": self.slack.api_url, "telegram_api_url": self.telegram.api_url}
        )

    @property
    def people(self) -> list[str]:
        """Who is there."""
        return list(self._slack)

    def bring(self, app: App) -> None:
        """Let the members of the workspace come in on both sides, once Parley listens; the room has all of them."""
        codes = app.engine.work(_codes)
        for name, (for_slack, for_telegram) in codes.items():
            self._slack[name] = self.slack.add_user(name)
            self._telegram[name] = self.telegram.add_user(name, language=None)
            self.slack.say(self._slack[name], None, f"link {for_slack}")
            self.telegram.say(self._telegram[name], f"/start {for_telegram}")
        self._channel = self.slack.add_channel(ROOM, *self._slack.values())
        self._group = self.telegram.add_group(ROOM, *self._telegram.values())

    def say(self, platform: str, person: str, text: str, *, room: bool) -> None:
        """Say something to Parley; in the room it is named."""
        if platform == "slack" and room:
            self.slack.mention(self._slack[person], self._channel, text)
        elif platform == "slack":
            self.slack.say(self._slack[person], None, text)
        elif room and not text.startswith("/"):
            self.telegram.say(self._telegram[person], f"@{BOT_NAME} {text}", self._group)
        else:
            self.telegram.say(self._telegram[person], text, self._group if room else None)

    def press(self, platform: str, person: str, label: str, message: str) -> None:
        """Press a button of a message."""
        if platform == "slack":
            self.slack.press(self._slack[person], label, message)
            return
        chats = self.telegram.world.chats.values()
        found = next(m for c in chats for m in c.said() if f"{c.id}/{m['message_id']}" == message)
        self.telegram.press(self._telegram[person], label, message=found)

    def seen(self, platform: str, person: str, *, room: bool) -> list[Shown]:
        """The messages before somebody."""
        return list(self._in_slack(person, room) if platform == "slack" else self._in_telegram(person, room))

    def _in_slack(self, person: str, room: bool) -> Iterator[Shown]:
        for message in self.slack.messages(self._slack[person], self._channel if room else None):
            who = self._name(self._slack, message["user"], BOT_USER)
            shown = {k: message[k] for k in ("text", "blocks") if k in message}
            text = message["text"].replace(f"<@{BOT_USER}>", "@Parley")
            yield {**shown, "id": message["ts"], "who": who, "text": text, "mine": who == person}

    def _in_telegram(self, person: str, room: bool) -> Iterator[Shown]:
        chat = self.telegram.world.chats.get(self._group if room else self._telegram[person])
        for message in chat.said() if chat else ():
            who = self._name(self._telegram, message["from"]["id"], BOT_ID)
            shown = {k: message[k] for k in ("text", "html", "reply_markup", "caption") if k in message}
            yield {
                **shown,
                "id": f"{message['chat']['id']}/{message['message_id']}",
                "who": who,
                "mine": who == person,
                "buttons": [b["text"] for b in buttons_of(message)],
            }

    @staticmethod
    def _name(people: dict[str, Any], account: Any, bot: Any) -> str:
        return "Parley" if account == bot else next((n for n, a in people.items() if a == account), "?")


def _codes(uow: UnitOfWork) -> dict[str, tuple[str, str]]:
    """For each member, a code for each side."""
    return {
        m.name: (
            issue(uow, CodeKind.LINK, member_id=m.id, made_by=m.id),
            issue(uow, CodeKind.LINK, member_id=m.id, made_by=m.id),
        )
        for m in uow.list(Member)
    }
