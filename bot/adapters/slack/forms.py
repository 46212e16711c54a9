"""What Slack asks and wants at once: forms, pickers, the App Home, suggested prompts."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, TypeVar

from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.views import closed, form, home, option, typed_in
from bot.adapters.slack.wording import cut, plain
from bot.asking import ask
from bot.engine import Engine
from bot.forms import filled, inputs, offered
from bot.incoming import Incoming
from handlers.context import Context
from handlers.day import my_day
from handlers.turn import Call, Turn

T = TypeVar("T")
Body = dict[str, Any]
SHORTCUTS = {
    "log_activity": ("activity.log", "text"),
    "open_ticket": ("ticket.open", "title"),
    "create_task": ("task.add", "title"),
    "remind_me": ("reminder.add", "text"),
}
NOTED = {"ticket.open": ("ticket.note", "ticket")}  # where the message goes that a title cannot hold
DAY = ("overdue", "today", "reminders_today", "tickets", "deals")
SHOWN = 5
TITLE = 120
LANGUAGES = ("en", "zh-Hans", "zh-Hant")


class Forms:
    """Answers by the short road: read-only, and with the sight of whoever asks."""

    def __init__(self, client: AsyncWebClient, engine: Engine, home_url: str) -> None:
        self.client, self.engine, self.home_url = client, engine, home_url
        self._looking: set[str] = set()

    async def open(self, asker: Incoming, name: str, trigger: str) -> None:
        """Show the form of a command."""
        view = await self._ask(asker, lambda ctx: form(ctx, name, inputs(ctx, name), {}))
        if view:
            await self.client.views_open(trigger_id=trigger, view=view)

    async def open_about(self, asker: Incoming, body: Body) -> None:
        """Show the form of a shortcut, with the message and its link in it."""
        name, slot = SHORTCUTS[body["callback_id"]]
        message = body["message"]
        text = plain(message.get("text", ""))
        link = self._link(body["channel"]["id"], message)
        kept = f"{text}\n{link}".strip()
        first = cut(text.split("\n")[0], TITLE)
        start = {slot: kept if slot == "text" or name not in NOTED else first}
        if name == "task.add":
            start = {slot: f"{first} {link}".strip()}
        view = await self._ask(asker, lambda ctx: form(ctx, name, inputs(ctx, name), start, kept))
        if view:
            await self.client.views_open(trigger_id=body["trigger_id"], view=view)

    def _link(self, channel: str, message: Body) -> str:
        link = f"{self.home_url}archives/{channel}/p{message['ts'].replace('.', '')}"
        thread = message.get("thread_ts")
        return f"{link}?thread_ts={thread}&cid={channel}" if thread and thread != message["ts"] else link

    async def suggest(self, asker: Incoming, body: Body) -> Body:
        """Records to pick from."""
        kind = body["action_id"].split(":")[1]
        typed = body.get("value") or ""
        found = await self._ask(asker, lambda ctx: offered(ctx, kind, typed))
        return {"options": [option(label, value) for label, value in found or ()]}

    async def read(self, asker: Incoming, view: Body) -> tuple[Turn | None, dict[str, str]]:
        """What a filled-in form says, or what is wrong with it by field."""
        carried = json.loads(view["private_metadata"])
        name, given = carried["command"], typed_in(view)
        parts = self.engine.parts
        found = await self._ask(asker, lambda ctx: filled(ctx, parts, name, given))
        if found is None:
            return None, {next(iter(given)): "–"}
        call, wrong = found
        if wrong:
            return None, wrong
        return Turn(calls=(call, *_noted(call, carried.get("keep", "")))), {}

    async def show_home(self, asker: Incoming) -> None:
        """Publish somebody's App Home as it is now."""
        user = asker.sender.external_id
        self._looking.add(user)
        view = await self._ask(asker, lambda ctx: home(ctx, my_day(ctx, DAY, SHOWN)))
        if view is None:
            view = closed(self._words(asker, "answer", "home.hello" if asker.sender.joins else "stranger"))
        await self.client.views_publish(user_id=user, view=view)

    def looks_at_home(self, said: Incoming) -> bool:
        """Whether somebody has opened their App Home."""
        return said.sender.external_id in self._looking

    async def prompt(self, asker: Incoming, channel: str) -> None:
        """Suggest what can be said."""
        if asker.sender.barred:
            return
        words = [self._words(asker, "label", f"prompt.{n}") for n in range(1, 5)]
        prompts = [{"title": cut(w, 50), "message": w} for w in words]
        await self.client.assistant_threads_setSuggestedPrompts(channel_id=channel, prompts=prompts)

    def working(self, said: Incoming) -> str:
        """What is shown while something takes longer."""
        return self._words(said, "label", "working")

    def _words(self, said: Incoming, section: str, key: str) -> str:
        language = said.sender.language if said.sender.language in LANGUAGES else "en"
        return str(self.engine.parts.book.get(str(language), section, key))

    async def _ask(self, asker: Incoming, do: Callable[[Context], T]) -> T | None:
        return await asyncio.to_thread(ask, self.engine, asker, do)


def _noted(call: Call, keep: str) -> tuple[Call, ...]:
    """The whole message beside a record whose title is only its beginning."""
    if not keep or call.name not in NOTED:
        return ()
    name, slot = NOTED[call.name]
    return (Call(name=name, slots={slot: "it", "text": keep}),)
