"""Many people in Slack and Telegram who say things at once, each heard one to three times."""

import random
import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from bot.app import build
from storage.queries.people import attach
from storage.tables import Member
from storage.unit_of_work import UnitOfWork
from tests.fakes.slack import FakeSlack
from tests.fakes.slack.world import BOT_USER, TEAM
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.world import BOT_ID
from tests.plugin import settings_for

COPIES = 3
RETRIES = 60  # about as long as Slack's own last, on a machine that others keep busy
VOICES = 12  # people who speak at the same moment
ITEM = re.compile(r"polish item (\d+)")
WAYS = ("add a task: polish item {}", "/task add polish item {}")


@dataclass(frozen=True)
class Heard:
    """An answer as it stands in front of somebody; `outbox` where the platform knows it."""

    platform: str
    items: tuple[int, ...]
    outbox: str = ""


@dataclass
class Crowd:
    """Half of the people are in Slack, the others in Telegram; message n is said by person n mod `people`."""

    url: str
    people: int
    messages: int
    chance: random.Random
    slack: FakeSlack = field(default_factory=FakeSlack)
    telegram: FakeTelegram = field(default_factory=FakeTelegram)
    ahead: int = 200  # so many may wait for their answers before anybody says more

    def start(self) -> "Crowd":
        self.slack.start()
        self.telegram.start()
        self.slack.delivering.copies, self.slack.delivering.disorder = COPIES, self.chance
        self.slack.delivering.retries = RETRIES
        self._accounts: list[Any] = [self._account(number) for number in range(self.people)]
        app = build(settings_for(self.url))
        app.engine.work(self._join)
        app.close()
        self._said = self._written = 0
        return self

    def stop(self) -> None:
        self.telegram.stop()
        self.slack.stop()

    def _account(self, number: int) -> Any:
        if number % 2:
            user = self.telegram.add_user(f"P{number}")
            self.telegram.world.private(user)
            return user
        return self.slack.world.im(self.slack.add_user(f"P{number}")).id

    def _join(self, uow: UnitOfWork) -> None:
        """They are of the team already."""
        for number, account in enumerate(self._accounts):
            member = uow.add(Member(workspace_id=uow.workspace_id, name=f"P{number}", role="sales"))
            place = ("telegram", "", str(account)) if number % 2 else ("slack", TEAM, self._user(account))
            attach(uow, *place, member)
            uow.flush()

    def _user(self, im: str) -> str:
        return next(m for m in self.slack.world.channels[im].members if m != BOT_USER)

    def speak(self) -> None:
        """Say everything: each person in order, the people in any."""
        voices: list[list[int]] = [[] for _ in range(VOICES)]
        for message in range(self.messages):
            voices[message % self.people % VOICES].append(message)
        with ThreadPoolExecutor(VOICES) as pool:
            for done in [pool.submit(self._voice, self._shuffled(voice)) for voice in voices]:
                done.result()

    def _shuffled(self, voice: list[int]) -> list[int]:
        """The order of the people is any, that of one's messages is kept."""
        order = [message % self.people for message in voice]
        self.chance.shuffle(order)
        of = {person: iter([m for m in voice if m % self.people == person]) for person in set(order)}
        return [next(of[person]) for person in order]

    def _voice(self, messages: list[int]) -> None:
        for message in messages:
            while self._said - self.answered() > self.ahead:
                time.sleep(0.02)
            self._say(message)
            self._said += 1

    def _say(self, message: int) -> None:
        account = self._accounts[message % self.people]
        way = message // self.people % len(WAYS)
        words = WAYS[way].format(message)
        self._written += bool(message % 2 or not way)
        if message % 2:
            self._repeatedly(self.telegram.say(account, words))
        elif way:
            self.slack.slash(self._user(account), words)
        else:
            self.slack.say(self._user(account), None, words)

    def _repeatedly(self, message: Any) -> None:
        """Under other numbers as well: the same number comes again whenever the bot dies before it confirms."""
        for _ in range(self.chance.randint(0, COPIES - 1)):
            self.telegram.run(self.telegram.world.tell("message", message))

    def answered(self) -> int:
        """How many messages of the bot there are."""
        places = [*self.telegram.world.chats.values(), *self.slack.world.channels.values()]
        return sum(len(place.messages) for place in places) - self._written

    def heard(self) -> list[Heard]:
        """All that the bot has said."""
        slack = [m for c in self.slack.world.channels.values() for m in c.messages if m["user"] == BOT_USER]
        telegram = [
            m for c in self.telegram.world.chats.values() for m in c.said() if m["from"]["id"] == BOT_ID
        ]
        return [
            *(Heard("slack", _items(m), str(m["metadata"]["event_payload"])) for m in slack),
            *(Heard("telegram", _items(m)) for m in telegram),
        ]


def _items(message: Any) -> tuple[int, ...]:
    return tuple(int(number) for number in ITEM.findall(message["text"]))
