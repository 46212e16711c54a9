"""Reading the normal forms of times: ISO moments, dates and periods."""

from datetime import date, datetime, time, timedelta

from handlers.errors import Invalid
from handlers.voice import Voice

Moment = datetime | date


def moment(value: str, voice: Voice) -> Moment:
    """A moment (aware) or a date alone; "PT1H" is an hour from now. Raises `Invalid` for anything else."""
    try:
        if value.startswith("PT") and value.endswith("H"):
            return voice.now + timedelta(hours=int(value[2:-1]))
        if len(value) <= 10:
            return date.fromisoformat(value)
        found = datetime.fromisoformat(value)
    except ValueError as error:
        raise Invalid("invalid.when", value=value) from error
    return found if found.tzinfo else found.replace(tzinfo=voice.zone)


def at(value: str, voice: Voice, default: time = time(9)) -> datetime:
    """A moment with a time of day: the morning where only a date was said."""
    when = moment(value, voice)
    return when if isinstance(when, datetime) else datetime.combine(when, default, voice.zone)


def period(value: str) -> tuple[date, date]:
    """The days "START/END", END excluded; a date alone is that day. Raises `Invalid` for anything else."""
    start, _, end = value.partition("/")
    try:
        first = date.fromisoformat(start[:10])
        return first, date.fromisoformat(end[:10]) if end else first + timedelta(days=1)
    except ValueError as error:
        raise Invalid("invalid.when", value=value) from error


def span(value: str | None, voice: Voice) -> tuple[datetime, datetime] | None:
    """A period as moments in the speaker's zone."""
    if value is None:
        return None
    first, last = period(value)
    return datetime.combine(first, time(), voice.zone), datetime.combine(last, time(), voice.zone)
