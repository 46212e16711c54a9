"""Figures for Prometheus: what this process has done, and what waits for all of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from storage.queries.queues import Depths

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 86_400.0)

registry = CollectorRegistry()
ProcessCollector(registry=registry)
attempts = Counter(
    "parley_attempts",
    "Attempts to deliver a message, by what became of them",
    ("door", "outcome"),
    registry=registry,
)
delivery = Histogram(
    "parley_delivery_seconds", "From queued to sent", ("door",), registry=registry, buckets=SECONDS
)
lateness = Histogram(
    "parley_reminder_lateness_seconds", "From due to queued", registry=registry, buckets=SECONDS
)


class Waiting(Collector):
    """What waits, read from the database when it is asked for."""

    def __init__(
        self, read: Callable[[], Depths], now: Callable[[], datetime], doors: Callable[[], Mapping[str, bool]]
    ) -> None:
        self._read, self._now, self._doors = read, now, doors

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The families, one after another."""
        found, now = self._read(), self._now()

        def age(since: datetime | None) -> float:
            return max((now - since).total_seconds(), 0.0) if since else 0.0

        queues = found.queues
        yield _family(
            "parley_outbox_waiting", "Messages to be sent", ((q.platform, q.waiting) for q in queues)
        )
        yield _family("parley_outbox_age_seconds", "The oldest", ((q.platform, age(q.since)) for q in queues))
        yield _family("parley_dead_letters", "Messages given up", ((q.platform, q.dead) for q in queues))
        yield GaugeMetricFamily("parley_inbox_waiting", "Messages to be answered", value=found.unanswered)
        yield GaugeMetricFamily("parley_inbox_age_seconds", "The oldest", value=age(found.unanswered_since))
        yield GaugeMetricFamily("parley_reminders_due", "Reminders due and not told", value=found.due)
        yield GaugeMetricFamily("parley_reminders_age_seconds", "The oldest", value=age(found.due_since))
        yield _family(
            "parley_door_up", "Doors that work", ((n, float(up)) for n, up in self._doors().items())
        )


def _family(name: str, words: str, values: Iterable[tuple[str, float]]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, words, labels=("door",))
    for door, value in values:
        family.add_metric((door,), value)
    return family


def page(waiting: Waiting) -> bytes:
    """All figures in Prometheus' text format."""
    shown = CollectorRegistry()
    shown.register(waiting)
    return generate_latest(registry) + generate_latest(shown)
