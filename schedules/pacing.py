"""How fast a platform may be spoken to: in all, and in one chat."""

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Rules = tuple[tuple[int, float], ...]  # so many messages in so many seconds
RUN = 20  # messages one after another where nothing is said
IDLE = 60.0  # seconds after which a quiet place is forgotten


@dataclass(frozen=True)
class Pace:
    """What a platform allows in all, in a private chat, and in a room."""

    total: Rules = ()
    private: Rules = ()
    room: Rules = ()


PACES: Mapping[str, Pace] = {
    "slack": Pace(private=((3, 3.0),), room=((3, 3.0),)),  # one a second, and short bursts
    "telegram": Pace(total=((30, 1.0),), private=((1, 1.0),), room=((1, 1.0), (20, 60.0))),
}


@dataclass
class _Place:
    rules: Rules
    times: deque[float] = field(default_factory=deque)
    rests_until: float = 0.0

    def ready(self) -> float:
        """From when on another message may go."""
        bounds = (self.times[-count] + seconds for count, seconds in self.rules if len(self.times) >= count)
        return max((self.rests_until, *bounds))

    def room(self, now: float) -> int:
        """How many may go now."""
        if self.rests_until > now:
            return 0
        taken = ((count, sum(t > now - seconds for t in self.times)) for count, seconds in self.rules)
        return max(min((count - used for count, used in taken), default=RUN), 0)

    def book(self, now: float) -> float:
        moment = max(now, self.ready())
        self.times.append(moment)
        while len(self.times) > max((count for count, _ in self.rules), default=0):
            self.times.popleft()
        return moment


class Pacer:
    """Remembers what went where, and says what may go now; any thread may ask."""

    def __init__(self, pace: Pace, clock: Callable[[], float] = time.monotonic) -> None:
        self.pace, self._clock = pace, clock
        self._lock = threading.Lock()
        self._total = _Place(pace.total)
        self._places: dict[str, _Place] = {}

    def room(self, most: int) -> int:
        """How many more messages, up to `most`, may go at this moment."""
        now = self._clock()
        with self._lock:
            for count, seconds in self.pace.total:
                most = min(most, count - sum(t > now - seconds for t in self._total.times))
        return max(most, 0)

    def resting(self) -> list[str]:
        """Places where none may go at this moment."""
        now = self._clock()
        with self._lock:
            for name in [n for n, p in self._places.items() if p.ready() < now - IDLE]:
                del self._places[name]
            return [name for name, place in self._places.items() if place.ready() > now]

    def rests(self, name: str) -> bool:
        """Whether its platform has asked to leave a place alone."""
        with self._lock:
            return name in self._places and self._places[name].rests_until > self._clock()

    def allows(self, name: str, *, private: bool) -> int:
        """How many may go to a place at this moment, one after another."""
        with self._lock:
            place = self._places.get(name) or _Place(self.pace.private if private else self.pace.room)
            return place.room(self._clock())

    def book(self, name: str, *, private: bool, most: float = math.inf) -> float | None:
        """Take the next turn in a place: how many seconds there are to wait for it; None, and no turn, if more than `most`."""
        now = self._clock()
        rules = self.pace.private if private else self.pace.room
        with self._lock:
            place = self._places.setdefault(name, _Place(rules))
            if max(place.ready(), self._total.ready()) - now > most:
                return None
            return place.book(self._total.book(now)) - now

    def rest(self, name: str, seconds: float) -> None:
        """Leave a place alone, since its platform asked for it."""
        with self._lock:
            place = self._places.setdefault(name, _Place(()))
            place.rests_until = self._clock() + seconds
