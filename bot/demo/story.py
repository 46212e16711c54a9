"""The months behind a company, as messages that its people would have sent: the same for the same day."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import product
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from nlp.data import read_yaml
from storage.folding import spelled

HERE = Path(__file__).parent
COMPANIES = ("kestrel", "hongtu", "meridian")
DAYS = 150  # how far back the story goes
WAY = ("prospecting", "qualification", "proposal", "negotiation")
SOON = timedelta(minutes=20)
REASONS = ("pricing", "competition", "budget", "timing", "unresponsive")
ROLES_IN_DEALS = ("decision_maker", "champion", "buyer")
SELLERS, HELPERS = ("sales", "manager", "owner"), ("support", "manager")


@dataclass(frozen=True, order=True)
class Said:
    """One message: when, who, and a slash command."""

    at: datetime
    order: int
    who: str = field(compare=False)
    text: str = field(compare=False)


def told(name: str) -> dict[str, Any]:
    """What is written down of a company."""
    return read_yaml(HERE / f"{name}.yaml")  # type: ignore[no-any-return]


class Story:
    """The messages of one company in one language, up to now."""

    def __init__(self, company: dict[str, Any], language: str, now: datetime) -> None:
        self.company, self.language = company, language
        self.zone = ZoneInfo(company["zone"])
        self.now = now.astimezone(self.zone)
        self.chance = random.Random(company["workspace"])  # noqa: S311 - the same story each time, no secrets
        self._said: list[Said] = []

    def messages(self) -> list[Said]:
        """All that was said, in order."""
        self._customers()
        wanted = list(product(self.company["customers"], self.company["things"]))
        for (company, _, *people), thing in self.chance.sample(wanted, self.company["deals"]):
            self._deal(company, self.chance.choice(people)[0], thing[self.language])
        for _ in range(self.company["activities"]):
            self._activity()
        self._reminders()
        for number, at in enumerate(self._moments(self.company["tickets"]), 1):
            self._ticket(number, at)
        for number, at in enumerate(self._moments(self.company["tasks"]), 1):
            self._task(number, at)
        return sorted(self._said)

    # Who and when

    def _one_of(self, roles: Sequence[str]) -> str:
        return str(self.chance.choice([name for name, role, *_ in self.company["team"] if role in roles]))

    def _moment(self, days: float) -> datetime:
        """A moment of a working day so many days ago, in working hours, before now."""
        day = (self.now - timedelta(days=days)).date()
        day -= timedelta(days=max(0, day.weekday() - 4))
        at = datetime.combine(day, time(9), self.zone) + timedelta(minutes=self.chance.randrange(8 * 60))
        return min(at, self.now - timedelta(hours=3))

    def _days_since(self, at: datetime) -> int:
        return (self.now - at).days

    def _say(self, at: datetime, who: str, text: str) -> None:
        self._said.append(Said(at, len(self._said), who, text))

    def _words(self, choices: Sequence[dict[str, str]]) -> str:
        return self.chance.choice(choices)[self.language]

    def _customer(self) -> tuple[str, str]:
        """A company and one of its people."""
        name, _, *people = self.chance.choice(self.company["customers"])
        return name, self.chance.choice(people)[0]

    # What was said

    def _customers(self) -> None:
        number = 0
        for place, (name, industry, *people) in enumerate(self.company["customers"]):
            at = self._moment(DAYS + 40 - place * 2)
            who = self._one_of(SELLERS)
            self._say(at, who, f'/company add "{name}" industry:"{industry}" domain:{self._domain(name)}')
            for person, job in people:
                number += 1
                phone = self.company["phone"].format(n=number * 7 % 1000)
                address = f"{spelled(person.removeprefix('Dr '))}@{self._domain(name)}"
                source = self.chance.choice(self.company["sources"])
                details = (
                    f'company:"{name}" job_title:"{job}" email:{address} phone:"{phone}" source:{source}'
                )
                self._say(at + timedelta(minutes=number), who, f'/contact add "{person}" {details}')
                if self.chance.random() < 0.4:
                    tag = self._words(self.company["tags"])
                    self._say(at + timedelta(minutes=number + 1), who, f'/contact tag "{person}" "{tag}"')

    def _domain(self, name: str) -> str:
        return f"{spelled(name)[:20]}.example"

    def _deal(self, company: str, person: str, thing: str) -> None:
        """A deal from its first stage to where it stands."""
        who, amount = self._one_of(SELLERS), self.chance.choice(self.company["amounts"])
        title = f"{company}, {thing}"
        days, reaches = float(self.chance.randrange(4, DAYS)), self.chance.randrange(1, 7)
        closing = (self.now + timedelta(days=self.chance.randrange(5, 120))).date()
        details = f'company:"{company}" contact:"{person}" amount:"{amount} {self.company["currency"]}"'
        at = self._moment(days)
        self._say(at, who, f'/deal add "{title}" {details} stage:prospecting close_date:{closing}')
        if self.chance.random() < 0.4:
            role = self.chance.choice(ROLES_IN_DEALS)
            self._say(at + SOON, who, f'/deal involve "{title}" "{person}" role:{role}')
        for stage in WAY[1 : min(reaches, len(WAY))]:
            days, at = self._later(days, at)
            self._say(at, who, f'/deal move "{title}" {stage}')
        if reaches > len(WAY):
            self._end(title, who, self._later(days, at)[1])

    def _later(self, days: float, at: datetime) -> tuple[float, datetime]:
        """Some days on, but for what would be after now."""
        days = max(0.5, days - self.chance.randrange(3, 16))
        return days, max(self._moment(days), at + SOON)

    def _end(self, title: str, who: str, at: datetime) -> None:
        won = self.chance.random() < 0.6
        reason = self.chance.choice(REASONS)
        text = f'/deal won "{title}"' if won else f'/deal lost "{title}" reason:{reason}'
        self._say(at, who, text)

    def _activity(self) -> None:
        kind = self.chance.choice(list(self.company["said"]))
        _, person = self._customer()
        words = self._words(self.company["said"][kind])
        at = self._moment(self.chance.random() * DAYS)
        self._say(at, self._one_of(SELLERS), f'/activity log {kind} contact:"{person}" text:"{words}"')

    def _reminders(self) -> None:
        for _ in range(6):
            _, person = self._customer()
            when = self._ahead(self.chance.randrange(1, 20))
            text = f'/reminder add "{self._words(self.company["remind"])}" {when:%Y-%m-%dT%H:%M} contact:"{person}"'
            self._say(self._moment(self.chance.random() * 5), self._one_of(SELLERS), text)

    def _ahead(self, days: int) -> datetime:
        return datetime.combine(
            (self.now + timedelta(days=days)).date(), time(self.chance.randrange(9, 17)), self.zone
        )

    # What has a number is made in the order of its numbers, so that it can be spoken of by it

    def _moments(self, count: int) -> list[datetime]:
        return sorted(self._moment(self.chance.random() ** 2 * DAYS * 0.8) for _ in range(count))

    def _ticket(self, number: int, at: datetime) -> None:
        company, person = self._customer()
        helper, priority = (
            self._one_of(HELPERS),
            self.chance.choice(("low", "normal", "normal", "high", "urgent")),
        )
        title = self._words(self.company["troubles"])
        details = f'contact:"{person}" company:"{company}" priority:{priority} assignee:"{helper}"'
        self._say(at, self._one_of(HELPERS), f'/ticket open "{title}" {details}')
        self._say(
            at + timedelta(hours=1),
            helper,
            f'/ticket note {number} text:"{self._words(self.company["found"])}"',
        )
        if self.chance.random() < (0.9 if self._days_since(at) > 6 else 0.3):
            end = min(at + timedelta(hours=self.chance.randrange(3, 60)), self.now - timedelta(minutes=4))
            self._say(end, helper, f'/ticket resolve {number} text:"{self._words(self.company["fixed"])}"')

    def _task(self, number: int, at: datetime) -> None:
        _, person = self._customer()
        giver, doer = self._one_of(("owner", "manager")), self._one_of(SELLERS)
        due = (at + timedelta(days=self.chance.randrange(1, 9))).date()
        details = f'contact:"{person}" assignee:"{doer}" due:{due}'
        self._say(at, giver, f'/task add "{self._words(self.company["todo"])}" {details}')
        if self.chance.random() < (0.9 if self._days_since(at) > 12 else 0.3):
            done = min(at + timedelta(days=self.chance.randrange(1, 6)), self.now - timedelta(minutes=3))
            self._say(done, doer, f"/task done {number}")
