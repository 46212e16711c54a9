"""Parley served on loopback for a test, and people who sit at its page by HTTP."""

import json
import socket
import threading
import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
from sqlmodel import col

from bot.adapters.page.session import PLATFORM
from bot.adapters.web import Server, web
from bot.app import App
from bot.invite import invite
from bot.reception import Reception
from storage.queries.page import newest
from storage.tables import Conversation, Inbox, InboxState, Member, Outbox, OutboxState
from storage.unit_of_work import UnitOfWork

PATIENCE = 60  # seconds; only what is broken takes so long


class Serving:
    """A server in a thread of its own; `stop` ends it as a signal would."""

    def __init__(self, app: App, port: int | None = None) -> None:
        self.app, self.port = app, port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        api = web(app, Reception(app.engine), tick=False, port=self.port)
        self.clients: list[httpx.Client] = []
        self.server = Server(api, "127.0.0.1", self.port, "error")
        self._thread = threading.Thread(target=self.server.run)
        self._thread.start()
        while not self.server.started:
            self._thread.join(0.01)
            assert self._thread.is_alive(), "the server did not start"

    def stop(self) -> None:
        """End the server; what is open must not hold it up."""
        for client in self.clients:
            client.close()
        self.server.should_exit = True
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "the server does not stop"

    def quiet(self) -> dict[str, int]:
        """Wait until all is answered and delivered; the newest place on each member's page."""
        while self.app.engine.read(_open):
            time.sleep(0.01)
        return self.app.engine.read(_newest)

    def client(self) -> httpx.Client:
        """A browser, closed with the server."""
        self.clients.append(httpx.Client(base_url=self.url, headers={"Origin": self.url}, timeout=PATIENCE))
        return self.clients[-1]

    def code(self, name: str, role: str = "owner") -> str:
        """An invitation."""
        return self.app.engine.work(lambda uow: invite(uow, role, name))

    def person(self, name: str, role: str = "owner") -> "Person":
        """Somebody who has signed in."""
        client = self.client()
        answer = client.post("/join", data={"code": self.code(name, role), "zone": "Europe/Berlin"})
        assert answer.status_code == 303, answer.text
        person = Person(client)
        person.welcome = headline(person.hear(1)[0])
        return person


@dataclass
class Person:
    """A browser of one person, as far as HTTP goes."""

    client: httpx.Client
    place: int = 0
    welcome: str = ""

    def say(self, text: str = "", **said: Any) -> httpx.Response:
        return self.client.post("/say", json={"id": uuid4().hex, "text": text, **said})

    def stream(self, **options: Any) -> Generator[dict[str, Any]]:
        """Messages as they come, with the number that a browser would come back with."""
        with self.client.stream("GET", "/stream", **options) as answer:
            assert answer.status_code == 200, answer.read()
            name, number = "", 0
            for line in answer.iter_lines():
                if line.startswith("event: "):
                    name = line[7:]
                elif line.startswith("id: "):
                    number = int(line[4:])
                elif line.startswith("data: ") and name == "message":
                    yield json.loads(line[6:]) | {"number": number}
                elif name == "out":
                    return

    def hear(self, count: int) -> list[dict[str, Any]]:
        """The next messages, over a connection that comes back where the last one ended."""
        heard = []
        with closing(self.stream(headers={"Last-Event-ID": str(self.place)})) as stream:
            for message in stream:
                heard.append(message)
                self.place = message["number"]
                if len(heard) == count:
                    break
        return heard

    def ask(self, text: str = "", **said: Any) -> dict[str, Any]:
        """Say something and hear the answer."""
        assert self.say(text, **said).status_code == 202
        return self.hear(2)[-1]

    def messages(self, **query: Any) -> list[dict[str, Any]]:
        return self.client.get("/messages", params=query).json()


def _open(uow: UnitOfWork) -> int:
    inbox = uow.count(Inbox, Inbox.state == InboxState.PENDING)
    return inbox + uow.count(Outbox, col(Outbox.state).in_((OutboxState.PENDING, OutboxState.SENDING)))


def _newest(uow: UnitOfWork) -> dict[str, int]:
    pages = uow.list(Conversation, Conversation.platform == PLATFORM)
    people = {p.id: uow.get(Member, p.member_id) for p in pages}
    return {person.name: newest(uow.session, page) for page in pages if (person := people[page.id])}


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def headline(message: dict[str, Any]) -> str:
    """The first line of an answer."""
    return "".join(span[0] for span in message["headline"])
