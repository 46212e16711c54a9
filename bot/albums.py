"""Messages whose parts come one by one, as five photos under one caption do: answered as one once all are there."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from uuid import UUID

from bot.incoming import Incoming
from storage.tables import Inbox

PAUSE = 1.0  # seconds without another part after which an album is whole: nobody says how many there will be


class Albums:
    """Puts off what is kept of an album until no more of it comes.

    Only the waiting is here. The parts are in the inbox, so a process that ends meanwhile loses none, and whoever
    handles the conversation before, because something else was said in it, takes those that are there.
    """

    def __init__(self, attend: Callable[[UUID], None], pause: float = PAUSE) -> None:
        self.pause = pause
        self._attend = attend
        self._bringing: Counter[str] = Counter()
        self._waiting: dict[str, tuple[UUID, asyncio.TimerHandle]] = {}

    @property
    def conversations(self) -> list[UUID]:
        """Those in which an album waits."""
        return [conversation for conversation, _ in self._waiting.values()]

    @contextmanager
    def bringing(self, album: str) -> Iterator[None]:
        """While a part is fetched, which may take long, the others wait for it."""
        self._bringing[album] += 1
        try:
            yield
        finally:
            self._bringing[album] -= 1
            if not self._bringing[album]:
                del self._bringing[album]

    def wait(self, album: str, conversation: UUID) -> None:
        """A part is kept: its conversation is attended to when the pause has gone by without another."""
        if album in self._waiting:
            self._waiting[album][1].cancel()
        timer = asyncio.get_running_loop().call_later(self.pause, self._paused, album, conversation)
        self._waiting[album] = (conversation, timer)

    def end(self) -> None:
        """Wait no longer."""
        for album, (conversation, timer) in list(self._waiting.items()):
            timer.cancel()
            self._ended(album, conversation)

    def _paused(self, album: str, conversation: UUID) -> None:
        if self._bringing[album]:
            self.wait(album, conversation)
        else:
            self._ended(album, conversation)

    def _ended(self, album: str, conversation: UUID) -> None:
        del self._waiting[album]
        self._attend(conversation)


def as_one(rows: Collection[Inbox]) -> Inbox:
    """The parts of an album as one message: the part with the words, with the files of all."""
    parts = [(row, Incoming.from_json(row.payload)) for row in rows]
    row, said = next(((r, p) for r, p in parts if p.text.strip()), parts[0])
    row.payload = _whole(said, [p for _, p in parts]).to_json()
    return row


def _whole(said: Incoming, parts: Sequence[Incoming]) -> Incoming:
    return replace(
        said,
        text="\n".join(p.text for p in parts if p.text.strip()),
        files=tuple(f for p in parts for f in p.files),
        lost=tuple(name for p in parts for name in p.lost),
    )
