"""Reminders that repeat speak when the wall clock says so, whatever happens to the clock and to those who answer."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from handlers.recurrence import wall_to_utc
from handlers.reminders import series
from storage.tables import Reminder, ReminderStatus

ZONES = (
    "America/New_York",
    "Europe/Berlin",
    "Europe/London",
    "Asia/Shanghai",
    "Asia/Taipei",
    "Australia/Lord_Howe",
)


def reminder(rule: str | None, starts: str, zone: str, *, after_done: bool = False) -> Reminder:
    wall = datetime.fromisoformat(starts)
    return Reminder(
        workspace_id=uuid4(),
        text="stretch",
        due_at=wall_to_utc(wall, zone),
        wall=wall.isoformat(),
        starts=wall.isoformat(),
        zone=zone,
        repeat=rule,
        after_done=after_done,
    )


def spoken(row: Reminder, count: int, late: timedelta = timedelta(0)) -> list[str]:
    """The local times of the next occurrences, each told `late`."""
    times = []
    while len(times) < count and row.status in (ReminderStatus.SCHEDULED, ReminderStatus.SNOOZED):
        times.append(f"{row.due_at.astimezone(ZoneInfo(row.zone)):%m-%d %H:%M}")
        series.fired(row, row.due_at + late, told=True)
    return times


@pytest.mark.parametrize(
    ("zone", "starts", "times"),
    [
        ("America/New_York", "2026-03-07T09:00", ["03-07 09:00", "03-08 09:00", "03-09 09:00"]),
        ("America/New_York", "2026-10-31T09:00", ["10-31 09:00", "11-01 09:00", "11-02 09:00"]),
        ("America/New_York", "2026-03-07T02:30", ["03-07 02:30", "03-08 03:30", "03-09 02:30"]),
        ("America/New_York", "2026-10-31T01:30", ["10-31 01:30", "11-01 01:30", "11-02 01:30"]),
        ("Europe/Berlin", "2026-03-28T09:00", ["03-28 09:00", "03-29 09:00", "03-30 09:00"]),
        ("Europe/Berlin", "2026-10-24T09:00", ["10-24 09:00", "10-25 09:00", "10-26 09:00"]),
        ("Europe/Berlin", "2026-03-28T02:30", ["03-28 02:30", "03-29 03:30", "03-30 02:30"]),
        ("Europe/Berlin", "2026-10-24T02:30", ["10-24 02:30", "10-25 02:30", "10-26 02:30"]),
        ("Europe/London", "2026-03-28T01:15", ["03-28 01:15", "03-29 02:15", "03-30 01:15"]),
        ("Europe/London", "2026-10-24T01:15", ["10-24 01:15", "10-25 01:15", "10-26 01:15"]),
        ("Asia/Shanghai", "2026-03-28T02:30", ["03-28 02:30", "03-29 02:30", "03-30 02:30"]),
        ("Asia/Taipei", "2026-10-24T02:30", ["10-24 02:30", "10-25 02:30", "10-26 02:30"]),
    ],
)
def test_daily_over_the_change_of_clocks(zone: str, starts: str, times: list[str]) -> None:
    """In the gap it comes an hour later that day; of two equal times the first counts, and it comes once."""
    assert spoken(reminder("FREQ=DAILY", starts, zone), 3) == times


@pytest.mark.parametrize(
    ("rule", "starts", "times"),
    [
        ("FREQ=MONTHLY;BYMONTHDAY=31", "2026-01-31T09:00", ["01-31", "03-31", "05-31", "07-31", "08-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-01-31T09:00", ["01-31", "02-28", "03-31", "04-30"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2024-02-29T09:00", ["02-29", "02-29", "02-29"]),
        ("FREQ=DAILY", "2026-12-30T09:00", ["12-30", "12-31", "01-01", "01-02"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "2026-12-21T09:00", ["12-21", "01-04", "01-18"]),
        ("FREQ=WEEKLY;BYDAY=MO;COUNT=2", "2026-03-02T09:00", ["03-02", "03-09"]),
        ("FREQ=WEEKLY;BYDAY=MO;UNTIL=20260316", "2026-03-02T09:00", ["03-02", "03-09", "03-16"]),
    ],
)
def test_months_years_and_ends(rule: str, starts: str, times: list[str]) -> None:
    found = spoken(
        reminder(rule, starts, "Europe/Berlin"), len(times) + (1 if "=2026" in rule or "COUNT" in rule else 0)
    )
    assert [t[:5] for t in found] == times


RULES = st.one_of(
    st.builds("FREQ=DAILY;INTERVAL={}".format, st.integers(1, 40)),
    st.builds(
        "FREQ=WEEKLY;INTERVAL={};BYDAY={}".format,
        st.integers(1, 5),
        st.sampled_from(("MO", "TU,TH", "SA,SU", "MO,TU,WE,TH,FR")),
    ),
    st.builds("FREQ=MONTHLY;BYMONTHDAY={}".format, st.sampled_from((1, 15, 28, 29, 30, 31, -1))),
    st.builds("FREQ=MONTHLY;BYDAY={}".format, st.sampled_from(("1MO", "-1FR", "3WE"))),
    st.just("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"),
)
STARTS = st.datetimes(datetime(2025, 1, 1), datetime(2028, 12, 31))  # noqa: DTZ001 - wall times
ENDS = st.sampled_from(("", ";COUNT=3", ";COUNT=10"))


def begun(rule: str, wall: datetime, zone: str) -> Reminder | None:
    first = rrulestr(rule, dtstart=wall.replace(microsecond=0)).after(wall - timedelta(days=1), inc=True)
    return reminder(rule, first.isoformat(), zone) if first else None


@given(rule=RULES, end=ENDS, wall=STARTS, zone=st.sampled_from(ZONES))
def test_it_speaks_at_the_occurrences_of_the_rule_and_at_no_others(
    rule: str, end: str, wall: datetime, zone: str
) -> None:
    row = begun(rule + end, wall, zone)
    if row is None:
        return
    expected = list(
        rrulestr(rule + end, dtstart=datetime.fromisoformat(row.starts)).xafter(wall - timedelta(days=2), 8)
    )
    for occurrence in expected:
        assert row.status == ReminderStatus.SCHEDULED
        assert row.due_at == wall_to_utc(occurrence, zone)
        series.fired(row, row.due_at, told=True)
    assert (row.status == ReminderStatus.SENT) == (end == ";COUNT=3" or len(expected) < 8)


@given(
    rule=RULES, wall=STARTS, zone=st.sampled_from(ZONES), late=st.timedeltas(timedelta(0), timedelta(days=90))
)
def test_after_a_sleep_it_goes_on_with_the_first_occurrence_that_is_still_to_come(
    rule: str, wall: datetime, zone: str, late: timedelta
) -> None:
    row = begun(rule, wall, zone)
    assert row
    now = row.due_at + late
    series.fired(row, now, told=True)
    assert row.due_at > now
    here = max(now.astimezone(ZoneInfo(zone)).replace(tzinfo=None), datetime.fromisoformat(row.starts))
    coming = rrulestr(rule, dtstart=datetime.fromisoformat(row.starts)).after(here)
    assert datetime.fromisoformat(row.wall) in (coming, rrulestr(rule, dtstart=coming).after(coming))


@given(
    rule=RULES,
    wall=STARTS,
    zone=st.sampled_from(ZONES),
    put_off=st.lists(st.timedeltas(timedelta(minutes=1), timedelta(days=20)), max_size=4),
)
def test_putting_it_off_never_moves_a_later_occurrence(
    rule: str, wall: datetime, zone: str, put_off: list[timedelta]
) -> None:
    row, plain = begun(rule, wall, zone), begun(rule, wall, zone)
    assert row
    assert plain
    told: set[datetime] = set()
    for delay in put_off:
        told.add(row.due_at)
        series.fired(row, row.due_at, told=True)
        series.snooze(row, max(told) + delay, zone)
    for _ in range(12):
        told.add(row.due_at)
        series.fired(row, row.due_at, told=True)
    last, expected = max(told), set()
    while plain.due_at <= last:
        expected.add(plain.due_at)
        series.fired(plain, plain.due_at, told=True)
    assert expected <= told


def test_a_clock_that_jumps_forward_and_back_doubles_nothing() -> None:
    row = reminder("FREQ=DAILY", "2026-03-02T09:00", "Europe/Berlin")
    jumped = row.due_at + timedelta(minutes=30)  # it is half past eight in truth
    series.fired(row, jumped, told=True)
    assert row.due_at - jumped > timedelta(hours=23)
    back = jumped - timedelta(hours=1)
    assert row.due_at > back  # nothing is due when nine o'clock comes again


@pytest.mark.parametrize(
    ("rule", "done_at", "following"),
    [
        ("FREQ=DAILY;INTERVAL=3", "2026-03-05T17:40", "03-08 09:00"),
        ("FREQ=WEEKLY", "2026-03-05T17:40", "03-12 09:00"),
        ("FREQ=WEEKLY;BYDAY=MO", "2026-03-05T17:40", "03-09 09:00"),
        ("FREQ=MONTHLY", "2026-03-31T08:00", "05-31 09:00"),
        ("FREQ=DAILY;INTERVAL=3", "2026-03-27T23:59", "03-30 09:00"),
        ("FREQ=DAILY;COUNT=2", "2026-03-05T17:40", "03-06 09:00"),
    ],
)
def test_counted_from_when_it_was_done(rule: str, done_at: str, following: str) -> None:
    row = reminder(rule, "2026-03-02T09:00", "Europe/Berlin", after_done=True)
    series.fired(row, row.due_at, told=True)
    assert row.status == ReminderStatus.SENT
    series.done(row, datetime.fromisoformat(done_at).replace(tzinfo=ZoneInfo("Europe/Berlin")))
    assert row.status == ReminderStatus.SCHEDULED
    assert spoken(row, 1) == [following]


def test_counted_from_completion_it_ends_after_its_count() -> None:
    row = reminder("FREQ=DAILY;COUNT=2", "2026-03-02T09:00", "UTC", after_done=True)
    ends = []
    for _ in range(2):
        series.fired(row, row.due_at, told=True)
        series.done(row, row.due_at + timedelta(hours=1))
        ends.append(row.status)
    assert ends == [ReminderStatus.SCHEDULED, ReminderStatus.DONE]


def test_in_another_zone_it_keeps_its_time_of_day() -> None:
    row = reminder("FREQ=DAILY", "2026-03-02T09:00", "Europe/Berlin")
    series.rezone(row, "America/New_York")
    assert row.due_at == datetime(2026, 3, 2, 14, tzinfo=UTC)
    assert spoken(row, 2) == ["03-02 09:00", "03-03 09:00"]
