"""The time that the domain goes by: the system's, or one that stands still."""

from datetime import UTC, datetime


class Clock:
    """Moments in UTC. Once `set`, the clock stands still at that moment."""

    def __init__(self) -> None:
        self._fixed: datetime | None = None

    def now(self) -> datetime:
        """The present moment."""
        return self._fixed or datetime.now(UTC)

    def set(self, moment: datetime) -> None:
        """Stop the clock at `moment`."""
        self._fixed = moment.astimezone(UTC)

    def go_on(self) -> None:
        """Go by the system's time again."""
        self._fixed = None

    @property
    def stands_still(self) -> bool:
        """Whether the clock was set."""
        return self._fixed is not None
