"""The conventions: direction, periods, closing dates, spans, doubts, zones."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from nlp.time import Clock, DayParts, Found, day_first, find, when


def clock(now: str, zone: str = "Europe/Berlin") -> Clock:
    return Clock(datetime.fromisoformat(now).replace(tzinfo=ZoneInfo(zone)), day_first(zone))


MONDAY = clock("2026-03-02T10:00")


def one(text: str) -> Found:
    (found,) = find(text)
    return found


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("met on Tuesday", date(2026, 2, 24)),
        ("met on Monday", date(2026, 2, 23)),
        ("周二见了", date(2026, 2, 24)),
        ("met last Friday", date(2026, 2, 27)),
        ("paid on 28 February", date(2026, 2, 28)),
        ("paid on the 28th", date(2026, 2, 28)),
        ("at Christmas", date(2025, 12, 25)),
        ("yesterday", date(2026, 3, 1)),
    ],
)
def test_what_is_told_as_past_is_the_latest(text: str, day: date) -> None:
    assert one(text).when(MONDAY, past=True) == day


def test_a_past_time_of_day_is_the_latest() -> None:
    at = one("called at 4pm").when(MONDAY, past=True)
    assert at == datetime(2026, 3, 1, 16, tzinfo=ZoneInfo("Europe/Berlin"))
    assert one("this morning").when(MONDAY, past=True) == datetime(
        2026, 3, 2, 9, tzinfo=ZoneInfo("Europe/Berlin")
    )


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("closing in June", date(2026, 6, 30)),
        ("closing in February", date(2027, 2, 28)),
        ("六月签", date(2026, 6, 30)),
        ("in Q1", date(2026, 3, 31)),
        ("第四季度", date(2026, 12, 31)),
        ("上半年", date(2026, 6, 30)),
        ("next month", date(2026, 4, 30)),
        ("this week", date(2026, 3, 6)),
        ("this year", date(2026, 12, 31)),
        ("by 15 June", date(2026, 6, 15)),
        ("Friday 3pm", date(2026, 3, 6)),
    ],
)
def test_closing_dates(text: str, day: date) -> None:
    assert one(text).closing(MONDAY) == day


@pytest.mark.parametrize(
    ("text", "past", "first", "end"),
    [
        ("in June", True, "2025-06-01", "2025-07-01"),
        ("in June", False, "2026-06-01", "2026-07-01"),
        ("in March", True, "2026-03-01", "2026-04-01"),
        ("last 30 days", True, "2026-02-01", "2026-03-03"),
        ("最近30天", True, "2026-02-01", "2026-03-03"),
        ("this year", True, "2026-01-01", "2027-01-01"),
        ("today", True, "2026-03-02", "2026-03-03"),
        ("on Tuesday", True, "2026-02-24", "2026-02-25"),
        ("this weekend", True, "2026-03-07", "2026-03-09"),
        ("下半年", True, "2026-07-01", "2027-01-01"),
        ("since 1 February", True, "2026-02-01", "2026-03-03"),
        ("2月1日以来", True, "2026-02-01", "2026-03-03"),
    ],
)
def test_periods(text: str, past: bool, first: str, end: str) -> None:
    assert one(text).period(MONDAY, past=past) == (date.fromisoformat(first), date.fromisoformat(end))


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("remind me to call her Tuesday 3pm", "Tuesday 3pm"),
        ("send it by Friday", "by Friday"),
        ("see you on Tuesday at 4", "on Tuesday at 4"),
        ("周五前把报价发给Acme", "周五前"),
        ("他在周五来", "在周五"),
        ("请每周一早上九点发我报表", "每周一早上九点"),
        ("明天下午三点提醒我给张伟打电话", "明天下午三点"),
        ("明天3pm call Dana", "明天3pm"),
        ("三天后来取", "三天后"),
        ("周五前提交报告", "周五前"),
        ("下周到货", "下周"),
        ("Friday is her last day", "Friday"),
        ("call me at 10am Beijing time", "at 10am Beijing time"),
        ("北京时间下午三点开会", "北京时间下午三点"),
        ("remind me 下周二 at 3pm", "下周二 at 3pm"),
        ("send me the pipeline every Monday at 9", "every Monday at 9"),
        ("会议改到３月５号下午３点", "到３月５号下午３点"),
    ],
)
def test_an_expression_has_its_particles_and_all_its_pieces(message: str, text: str) -> None:
    found = one(message)
    assert found.text == text == message[found.start : found.end]


def test_two_expressions_stay_two() -> None:
    found = find("met Dana yesterday, remind me to call her Tuesday 3pm")
    assert [time.text for time in found] == ["yesterday", "Tuesday 3pm"]


@pytest.mark.parametrize(
    "text",
    [
        "30 February",
        "31 April",
        "31/4/2026",
        "29 Feb 2027",
        "25:00",
        "13:75",
        "二月三十号",
        "4月31日",
        "25点",
        "13月5日",
    ],
)
def test_what_does_not_exist_is_impossible(text: str) -> None:
    found = one(text)
    assert (found.kind, found.when(MONDAY), found.period(MONDAY), found.closing(MONDAY)) == (
        "impossible",
        None,
        None,
        None,
    )


def test_a_numeric_date_in_doubt_has_two_readings() -> None:
    found = one("on 3/4")
    assert [reading.when(MONDAY) for reading in found.ambiguous] == [date(2026, 4, 3), date(2026, 3, 4)]
    assert found.when(MONDAY) == date(2026, 4, 3)
    assert not one("on 13/4").ambiguous
    assert not one("on 4/4").ambiguous
    assert not find("3/4", "zh-Hans")[0].ambiguous


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("America/New_York", False), ("America/Indiana/Knox", False), ("UTC", False), ("Asia/Shanghai", False),
        ("Europe/Berlin", True), ("Europe/London", True), ("Asia/Kolkata", True), ("America/Toronto", True),
    ],
)  # fmt: skip
def test_the_order_of_numeric_dates_goes_by_the_country(zone: str, first: bool) -> None:
    assert day_first(zone) is first


def test_kinds() -> None:
    kinds = {"3pm": "moment", "in an hour": "moment", "Friday": "date", "in 3 days": "date", "last month": "period",
             "every Monday": "repeat", "for two days": "duration", "半小时": "duration"}  # fmt: skip
    assert {text: one(text).kind for text in kinds} == kinds


def test_the_workspace_may_set_the_parts_of_the_day() -> None:
    early = Clock(MONDAY.now, day_parts=DayParts(morning=time(8, 30), end_of_day=time(17)))
    assert when("tomorrow morning", early)["when"] == "2026-03-03T08:30:00+01:00"
    assert when("by eod", early)["when"] == "2026-03-02T17:00:00+01:00"


@pytest.mark.parametrize(
    ("zone", "now", "text", "moment"),
    [
        # The clocks go forward: the hour does not exist and shifts by the gap.
        ("America/New_York", "2026-03-07T12:00", "tomorrow at 2:30am", "2026-03-08T03:30:00-04:00"),
        ("Europe/Berlin", "2026-03-28T12:00", "tomorrow at 2:30am", "2026-03-29T03:30:00+02:00"),
        ("Europe/London", "2026-03-28T12:00", "tomorrow at 1:30am", "2026-03-29T02:30:00+01:00"),
        # They go back: of the two it is the first.
        ("America/New_York", "2026-10-31T12:00", "tomorrow at 1:30am", "2026-11-01T01:30:00-04:00"),
        ("Europe/Berlin", "2026-10-24T12:00", "明天凌晨两点半", "2026-10-25T02:30:00+02:00"),
        ("Europe/London", "2026-10-24T12:00", "tomorrow at 1:30am", "2026-10-25T01:30:00+01:00"),
        # Hours are elapsed time, days are wall-clock days.
        ("Europe/Berlin", "2026-03-29T01:30", "in 2 hours", "2026-03-29T04:30:00+02:00"),
        ("America/New_York", "2026-11-01T00:30", "in 2 hours", "2026-11-01T01:30:00-05:00"),
        ("Europe/Berlin", "2026-03-28T09:00", "tomorrow at 9", "2026-03-29T09:00:00+02:00"),
        ("Europe/Berlin", "2026-10-24T09:00", "every day at 8am", "2026-10-25T08:00:00+01:00"),
        # No change of clocks at all.
        ("Asia/Shanghai", "2026-03-28T12:00", "明天凌晨两点半", "2026-03-29T02:30:00+08:00"),
        ("Asia/Taipei", "2026-03-28T12:00", "兩小時後", "2026-03-28T14:00:00+08:00"),
    ],
)
def test_wall_clocks(zone: str, now: str, text: str, moment: str) -> None:
    assert when(text, clock(now, zone))["when"] == moment


@pytest.mark.parametrize(
    ("now", "text", "day"),
    [
        ("2026-03-02T10:00", "29 February", "2028-02-29"),
        ("2028-02-29T10:00", "in a year", "2029-02-28"),
        ("2028-02-29T10:00", "a year ago", "2027-02-28"),
        ("2026-01-31T10:00", "in a month", "2026-02-28"),
        ("2026-03-31T10:00", "a month ago", "2026-02-28"),
        ("2026-02-01T10:00", "the 31st", "2026-03-31"),
        ("2026-02-01T10:00", "30号", "2026-03-30"),
        ("2026-12-31T10:00", "tomorrow", "2027-01-01"),
        ("2026-12-31T10:00", "end of month", "2026-12-31"),
        ("2026-12-31T10:00", "next month", "2027-01-01"),
        ("2026-03-04T10:00", "Wednesday", "2026-03-11"),
        ("2026-03-04T10:00", "this Friday", "2026-03-06"),
        ("2026-03-08T10:00", "next Monday", "2026-03-09"),
        ("2026-03-08T10:00", "next Tuesday", "2026-03-10"),
        ("2026-03-08T10:00", "下周二", "2026-03-10"),
    ],
)
def test_edges_of_the_calendar(now: str, text: str, day: str) -> None:
    assert when(text, clock(now))["when"] == day


def test_a_repeat_begins_at_or_after_now() -> None:
    friday = clock("2026-03-06T15:00")
    assert when("every Friday at 4", friday)["when"] == "2026-03-06T16:00:00+01:00"
    assert when("every Friday at 2", friday)["when"] == "2026-03-13T14:00:00+01:00"
    assert when("every month on the 31st", clock("2026-04-01T09:00"))["when"] == "2026-05-31"
    assert when("every other Monday", friday)["when"] == "2026-03-09"


def test_the_end_of_a_repeat_depends_on_today() -> None:
    found = one("every Monday until 30 June")
    assert found.repeat == "FREQ=WEEKLY;BYDAY=MO"
    assert found.rule(MONDAY) == "FREQ=WEEKLY;BYDAY=MO;UNTIL=20260630"


def test_a_text_that_is_wholly_an_answer_may_be_bare() -> None:
    expected = {
        "seven": "2026-03-03T07:00:00+01:00", "3": "2026-03-02T15:00:00+01:00", "the second": "2026-03-02", "15": "2026-03-15",
        "9点": "2026-03-03T09:00:00+01:00", "may": None, "sat": "2026-03-07", "一点": "2026-03-02T13:00:00+01:00",
    }  # fmt: skip
    assert {text: when(text, MONDAY)["when"] for text in expected} == expected
    assert not any(find(text) for text in ("seven", "3", "15", "may", "sat", "一点"))


def test_nothing_said() -> None:
    assert when("hello", MONDAY) == {
        "text": "hello",
        "when": None,
        "period": None,
        "repeat": None,
        "span": None,
    }


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("call Dana by thursday about the christmas mailing", ["by thursday", "about the christmas"]),
        ("call Bo friday about the monday meeting", ["friday", "about the monday"]),
        ("call Dana on friday around noon", ["on friday around noon"]),
    ],
)
def test_what_something_is_about_is_no_part_of_when(text: str, times: list[str]) -> None:
    assert [found.text for found in find(text)] == times
