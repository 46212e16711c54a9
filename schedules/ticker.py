"""What makes time pass: APScheduler ticks, and the truth is in our tables."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler

SECONDS = 1.0
APART = timedelta(milliseconds=20)  # between the end of a tick and the next, so that they never meet


class Ticker:
    """Calls `tick` at once and then every second in a thread of its own; a late or missed tick is made up by the next.

    Where `tick` says in how long something falls due, and that is sooner, the next is then.
    """

    def __init__(self, tick: Callable[[], timedelta | None], seconds: float = SECONDS) -> None:
        self._tick, self._seconds = tick, seconds
        self._scheduler = BackgroundScheduler(jobstores={"default": MemoryJobStore()}, timezone="UTC")
        self._job = self._scheduler.add_job(
            self._run,
            "interval",
            seconds=seconds,
            next_run_time=datetime.now(UTC),
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )

        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick that takes long is no news

    def start(self) -> None:
        """Begin to tick."""
        self._scheduler.start()

    def stop(self) -> None:
        """Finish the tick under way and stop."""
        self._scheduler.shutdown(wait=True)

    def _run(self) -> None:
        wait = self._tick()
        if wait is not None and 0 < wait.total_seconds() < self._seconds:
            self._job.modify(next_run_time=datetime.now(UTC) + max(wait, APART))
