"""When a reminder speaks next: once, again by a rule from its due date, or again from when it was done."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from handlers.recurrence import next_wall, wall_to_utc
from storage.tables import Reminder, ReminderStatus


def plan(reminder: Reminder, wall: datetime, zone: str) -> None:
    """Set when it is due by the wall clock of a zone."""
    reminder.wall, reminder.zone = wall.isoformat(), zone
    reminder.due_at = wall_to_utc(wall, zone)


def snooze(reminder: Reminder, until: datetime, zone: str) -> None:
    """Speak at another time as well; what a rule says for later stays as it is."""
    until = until.astimezone(UTC)
    told = reminder.status == ReminderStatus.SENT
    reminder.status = ReminderStatus.SNOOZED
    if not reminder.repeat:
        plan(reminder, until.astimezone(ZoneInfo(zone)).replace(tzinfo=None), zone)
        return
    reminder.snoozed_until = until
    reminder.due_at = until if told else min(until, _due(reminder))


def fired(reminder: Reminder, now: datetime, *, told: bool) -> None:
    """On to what comes after it spoke at `now`; occurrences that were missed count as spoken."""
    if reminder.snoozed_until and reminder.snoozed_until <= now:
        reminder.snoozed_until = None
    end = ReminderStatus.SENT if told else ReminderStatus.FAILED
    if not reminder.repeat or reminder.after_done:
        reminder.status = end
        return
    if _due(reminder) <= now:
        here = now.astimezone(ZoneInfo(reminder.zone)).replace(tzinfo=None)
        after = max(here, datetime.fromisoformat(reminder.wall))
        following = next_wall(reminder.repeat, datetime.fromisoformat(reminder.starts), after)
        if following is None:
            reminder.status = end
            return
        plan(reminder, following, reminder.zone)
    _settle(reminder)


def done(reminder: Reminder, now: datetime) -> None:
    """It is dealt with: over, or on to its next time, which may count from now."""
    reminder.snoozed_until = None
    if reminder.repeat and reminder.after_done:
        _again(reminder, now)
    elif reminder.repeat and reminder.status in (ReminderStatus.SCHEDULED, ReminderStatus.SNOOZED):
        _settle(reminder)
    else:
        reminder.status = ReminderStatus.DONE


def rezone(reminder: Reminder, zone: str) -> None:
    """The same time by the clock of another zone."""
    reminder.zone = zone
    coming, snoozed = _due(reminder), reminder.snoozed_until
    reminder.due_at = min(coming, snoozed) if snoozed else coming


def _again(reminder: Reminder, now: datetime) -> None:
    """The rule counted from the day of completion, at the time of day it always had."""
    rule = reminder.repeat or ""
    left = re.search(r"COUNT=(\d+)", rule)
    if left is not None:
        reminder.repeat = rule.replace(left[0], f"COUNT={int(left[1]) - 1}")
    today = now.astimezone(ZoneInfo(reminder.zone)).date()
    start = datetime.combine(today, datetime.fromisoformat(reminder.starts).time())
    following = next_wall(re.sub(r";?COUNT=\d+", "", rule), start, start)
    if following is None or (left is not None and int(left[1]) <= 1):
        reminder.status = ReminderStatus.DONE
        return
    plan(reminder, following, reminder.zone)
    reminder.status = ReminderStatus.SCHEDULED


def _due(reminder: Reminder) -> datetime:
    return wall_to_utc(datetime.fromisoformat(reminder.wall), reminder.zone)


def _settle(reminder: Reminder) -> None:
    coming, snoozed = _due(reminder), reminder.snoozed_until
    reminder.due_at = min(coming, snoozed) if snoozed else coming
    reminder.status = ReminderStatus.SNOOZED if snoozed else ReminderStatus.SCHEDULED
