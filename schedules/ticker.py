"""What makes time pass: APScheduler ticks, and the truth is in our tables."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler

SECONDS = 1.0


class Ticker:
    """Calls `tick` at once and then every second in a thread of its own; a late or missed tick is made up by the next."""

    def __init__(self, tick: Callable[[], object], seconds: float = SECONDS) -> None:
        self._scheduler = BackgroundScheduler(jobstores={"default": MemoryJobStore()}, timezone="UTC")
        self._scheduler.add_job(
            tick,
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
