"""Spans of time in reports: what they are called, and how they are cut into days, weeks, months and quarters."""

from datetime import date, timedelta

from handlers.voice import Voice

MOST_BUCKETS = 62
DEFAULT_BUCKETS = {"day": 14, "week": 8, "month": 6, "quarter": 4}


def start_of(day: date, by: str) -> date:
    """The first day of the bucket that a day is in."""
    match by:
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case _:
            return day


def following(day: date, by: str) -> date:
    """The first day of the bucket after the one that starts on a day."""
    match by:
        case "week":
            return day + timedelta(days=7)
        case "month" | "quarter":
            months = 1 if by == "month" else 3
            return (day + timedelta(days=31 * months)).replace(day=1)
        case _:
            return day + timedelta(days=1)


def usual(today: date, by: str, *, ahead: bool) -> tuple[date, date]:
    """The span that a report over time covers where none was said: up to the present bucket, or ahead from it."""
    first = start_of(today, by)
    if ahead:
        last = first
        for _ in range(DEFAULT_BUCKETS[by]):
            last = following(last, by)
        return first, last
    for _ in range(DEFAULT_BUCKETS[by] - 1):
        first = start_of(first - timedelta(days=1), by)
    return first, following(start_of(today, by), by)


def buckets(span: tuple[date, date], by: str) -> list[date]:
    """The ends of the buckets of a span, at most so many; the last end is that of the span."""
    ends = [following(start_of(span[0], by), by)]
    while ends[-1] < span[1] and len(ends) < MOST_BUCKETS:
        ends.append(following(ends[-1], by))
    return ends


def called(span: tuple[date, date], voice: Voice) -> str:
    """ "May 2026", "Q2 2026", "2026", or the first and the last day."""
    first, last = span[0], span[1] - timedelta(days=1)
    if first == last:
        return voice.day(first)
    if first.day == 1:
        for months, name in ((1, voice.month), (3, voice.quarter), (12, voice.year)):
            aligned = (first.month - 1) % months == 0
            if aligned and _months_on(first, months) == span[1]:
                return name(first)
    return f"{voice.calendar_day(first)} – {voice.calendar_day(last)}"


def _months_on(day: date, months: int) -> date:
    month = day.month - 1 + months
    return day.replace(year=day.year + month // 12, month=month % 12 + 1)


def bucket_name(end: date, by: str, voice: Voice) -> str:
    """What the bucket that ends before a day is called."""
    first = start_of(end - timedelta(days=1), by)
    match by:
        case "month":
            return voice.month(first)
        case "quarter":
            return voice.quarter(first)
        case "week":
            return voice.say("report.week", day=voice.calendar_day(first)).text
        case _:
            return voice.calendar_day(first)
