"""What repeats keeps its wall time, whatever the clocks do, and falls where the rule says."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import DAILY, MONTHLY, WEEKLY, YEARLY, rrule, weekday
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.errors import Invalid
from handlers.recurrence import DAYS, describe, first_wall, next_wall, wall_to_utc
from handlers.registry import phrasebook
from handlers.voice import Voice

BERLIN, LONDON, NEW_YORK, SHANGHAI = "Europe/Berlin", "Europe/London", "America/New_York", "Asia/Shanghai"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def occurrences(rule: str, starts: str, zone: str, count: int) -> list[str]:
    """The moments of a reminder as it goes from one to the next, in UTC."""
    wall: datetime | None = first_wall(rule, at(starts))
    found = []
    while wall is not None and len(found) < count:
        found.append(f"{wall_to_utc(wall, zone):%m-%d %H:%M}")
        wall = next_wall(rule, at(starts), wall)
    return found


DAILY_CASES = [
    # spring forward: 09:00 stays 09:00 on the wall
    (BERLIN, "2026-03-28T09:00", ["03-28 08:00", "03-29 07:00", "03-30 07:00"]),
    (LONDON, "2026-03-28T09:00", ["03-28 09:00", "03-29 08:00", "03-30 08:00"]),
    (NEW_YORK, "2026-03-07T09:00", ["03-07 14:00", "03-08 13:00", "03-09 13:00"]),
    (SHANGHAI, "2026-03-28T09:00", ["03-28 01:00", "03-29 01:00", "03-30 01:00"]),
    # and back
    (BERLIN, "2026-10-24T09:00", ["10-24 07:00", "10-25 08:00", "10-26 08:00"]),
    (NEW_YORK, "2026-10-31T09:00", ["10-31 13:00", "11-01 14:00", "11-02 14:00"]),
    # in the gap it shifts forward for that day alone
    (BERLIN, "2026-03-28T02:30", ["03-28 01:30", "03-29 01:30", "03-30 00:30"]),
    (LONDON, "2026-03-28T01:30", ["03-28 01:30", "03-29 01:30", "03-30 00:30"]),
    (NEW_YORK, "2026-03-07T02:30", ["03-07 07:30", "03-08 07:30", "03-09 06:30"]),
    # of two equal times the first, and once
    (BERLIN, "2026-10-24T02:30", ["10-24 00:30", "10-25 00:30", "10-26 01:30"]),
    (NEW_YORK, "2026-10-31T01:30", ["10-31 05:30", "11-01 05:30", "11-02 06:30"]),
]


@pytest.mark.parametrize(("zone", "starts", "expected"), DAILY_CASES)
def test_daily_across_the_change_of_clocks(zone: str, starts: str, expected: list[str]) -> None:
    assert occurrences("FREQ=DAILY", starts, zone, 3) == expected


@pytest.mark.parametrize("zone", [BERLIN, LONDON, NEW_YORK, SHANGHAI])
def test_the_wall_time_is_kept_all_year(zone: str) -> None:
    wall = at("2026-01-05T09:00")
    for _ in range(60):
        following = next_wall("FREQ=WEEKLY;BYDAY=MO", at("2026-01-05T09:00"), wall)
        assert following
        assert following - wall == timedelta(days=7)
        assert wall_to_utc(following, zone).astimezone(ZoneInfo(zone)).strftime("%a %H:%M") == "Mon 09:00"
        wall = following


@pytest.mark.parametrize(
    ("wall", "zone", "moment"),
    [
        ("2026-03-29T02:30", BERLIN, "2026-03-29T01:30"),
        ("2026-03-29T01:59", BERLIN, "2026-03-29T00:59"),
        ("2026-03-29T03:00", BERLIN, "2026-03-29T01:00"),
        ("2026-10-25T02:30", BERLIN, "2026-10-25T00:30"),
        ("2026-10-25T03:00", BERLIN, "2026-10-25T02:00"),
        ("2026-07-01T09:00", SHANGHAI, "2026-07-01T01:00"),
    ],
)
def test_a_wall_time_as_a_moment(wall: str, zone: str, moment: str) -> None:
    assert wall_to_utc(at(wall), zone) == at(moment).replace(tzinfo=UTC)


RULES = [
    ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2026-03-01T09:00", ["2028-02-29", "2032-02-29", "2036-02-29"]),
    ("FREQ=YEARLY", "2028-02-29T09:00", ["2028-02-29", "2032-02-29", "2036-02-29"]),
    ("FREQ=MONTHLY;BYMONTHDAY=31", "2026-01-31T09:00", ["2026-01-31", "2026-03-31", "2026-05-31"]),
    ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-01-31T09:00", ["2026-01-31", "2026-02-28", "2026-03-31"]),
    ("FREQ=MONTHLY;BYDAY=-1FR", "2026-03-02T16:00", ["2026-03-27", "2026-04-24", "2026-05-29"]),
    ("FREQ=WEEKLY;BYDAY=FR", "2026-03-02T16:00", ["2026-03-06", "2026-03-13", "2026-03-20"]),
    ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "2026-03-02T09:00", ["2026-03-02", "2026-03-16", "2026-03-30"]),
    ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2026-03-06T09:00", ["2026-03-06", "2026-03-09", "2026-03-10"]),
    ("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1", "2026-01-01T09:00", ["2026-01-01", "2026-04-01", "2026-07-01"]),
]


@pytest.mark.parametrize(("rule", "starts", "expected"), RULES)
def test_the_days_of_a_rule(rule: str, starts: str, expected: list[str]) -> None:
    wall: datetime | None = first_wall(rule, at(starts))
    found = []
    while wall and len(found) < 3:
        assert wall.time() == at(starts).time()
        found.append(wall.date().isoformat())
        wall = next_wall(rule, at(starts), wall)
    assert found == expected


def test_the_interval_is_counted_from_the_first_occurrence() -> None:
    """A reminder made on a Monday for every other Friday: what counts is its first Friday."""
    first = first_wall("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", at("2026-03-02T09:00"))
    following = next_wall("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", first, first)
    assert (first, following) == (at("2026-03-06T09:00"), at("2026-03-20T09:00"))


def test_missed_occurrences_are_passed_over() -> None:
    assert next_wall("FREQ=DAILY", at("2026-03-01T09:00"), at("2026-03-09T12:00")) == at("2026-03-10T09:00")
    assert next_wall("FREQ=DAILY", at("2026-03-01T09:00"), at("2026-03-09T09:00")) == at("2026-03-10T09:00")


@pytest.mark.parametrize("rule", ["FREQ=DAILY;COUNT=2", "FREQ=DAILY;UNTIL=20260302T090000"])
def test_a_rule_that_ends(rule: str) -> None:
    starts = at("2026-03-01T09:00")
    assert next_wall(rule, starts, starts) == at("2026-03-02T09:00")
    assert next_wall(rule, starts, at("2026-03-02T09:00")) is None


@pytest.mark.parametrize(
    "rule",
    ["", "daily", "FREQ=", "FREQ=OFTEN", "FREQ=DAILY;BYDAY=XX", "FREQ=DAILY;INTERVAL=x", "FREQ=DAILY;X=1"],
)
def test_a_bad_rule_is_told_so(rule: str) -> None:
    with pytest.raises(Invalid) as caught:
        next_wall(rule, at("2026-03-01T09:00"), at("2026-03-01T09:00"))
    assert caught.value.key == "invalid.repeat"


@pytest.mark.parametrize("rule", ["FREQ=DAILY;INTERVAL=0", "FREQ=WEEKLY;INTERVAL=0;BYDAY=MO"])
def test_an_interval_of_nothing_is_told_so(rule: str) -> None:
    """In a process of its own, which can be ended."""
    code = f"""
from datetime import datetime
from handlers.errors import Invalid
from handlers.recurrence import first_wall, next_wall
try:
    first = first_wall({rule!r}, datetime.fromisoformat("2026-03-02T09:00"))
    next_wall({rule!r}, first, first)
except Invalid:
    print("told")
"""
    try:
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=3, check=True)
    except subprocess.TimeoutExpired:
        pytest.fail("never came back")
    assert done.stdout == b"told\n"


# Against dateutil, rule built from its own classes and not from text

FREQUENCIES = {"DAILY": DAILY, "WEEKLY": WEEKLY, "MONTHLY": MONTHLY, "YEARLY": YEARLY}
moments = st.datetimes(at("2024-01-01"), at("2031-01-01")).map(lambda d: d.replace(second=0, microsecond=0))


@st.composite
def rules(draw: st.DrawFn) -> tuple[str, dict[str, object]]:
    """A rule as text, and the same as arguments of `rrule`."""
    name = draw(st.sampled_from(sorted(FREQUENCIES)))
    interval = draw(st.integers(1, 4))
    text, options = f"FREQ={name};INTERVAL={interval}", {"freq": FREQUENCIES[name], "interval": interval}
    if name == "WEEKLY" and (days := draw(st.lists(st.integers(0, 6), unique=True, max_size=3))):
        text += ";BYDAY=" + ",".join(DAYS[d] for d in days)
        options["byweekday"] = [weekday(d) for d in days]  # type: ignore[assignment]
    if name == "MONTHLY":
        day = draw(st.sampled_from([1, 15, 28, 29, 30, 31, -1]))
        text, options["bymonthday"] = f"{text};BYMONTHDAY={day}", day
    return text, options


@settings(max_examples=100, deadline=None)
@given(rules(), moments, st.integers(0, 400))
def test_as_dateutil_has_it(rule: tuple[str, dict[str, object]], starts: datetime, days: int) -> None:
    text, options = rule
    expected = rrule(**options, dtstart=starts)  # type: ignore[arg-type]
    first = first_wall(text, starts)
    assert first == expected[0]
    after = first + timedelta(days=days)
    assert next_wall(text, starts, after) == expected.after(after)


@settings(max_examples=60, deadline=None)
@given(rules(), moments, st.sampled_from([BERLIN, LONDON, NEW_YORK, SHANGHAI]))
def test_each_occurrence_is_later_than_the_one_before(
    rule: tuple[str, dict[str, object]], starts: datetime, zone: str
) -> None:
    wall = first_wall(rule[0], starts)
    for _ in range(8):
        following = next_wall(rule[0], starts, wall)
        assert following
        assert following > wall
        assert wall_to_utc(following, zone) > wall_to_utc(wall, zone)
        wall = following


BOOK = phrasebook()
WORDS = [
    ("FREQ=DAILY", "every day", "每天"),
    ("FREQ=DAILY;INTERVAL=3", "every 3 days", "每3天"),
    ("FREQ=WEEKLY;BYDAY=MO", "every Monday", "每周一"),
    ("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "every 2 weeks on Friday", None),
    ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every working day", None),
]


@pytest.mark.parametrize(("rule", "english", "chinese"), WORDS)
def test_in_words(rule: str, english: str, chinese: str | None) -> None:
    now = datetime(2026, 3, 2, 10, tzinfo=ZoneInfo(BERLIN))
    assert describe(rule, Voice(BOOK, "en", now)) == english
    if chinese:
        assert describe(rule, Voice(BOOK, "zh-Hans", now)).replace(" ", "") == chinese
