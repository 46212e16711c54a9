"""What rules in words are about."""

import pytest

from nlp.nudges import Nudge, read_nudge

DAY = 24


@pytest.mark.parametrize(
    ("text", "nudge"),
    [
        ("VIPs I haven't talked to for 7 days", Nudge("contacts_quiet", 7 * DAY, "vip")),
        ("customers I have not called in two weeks", Nudge("contacts_quiet", 14 * DAY)),
        ("重点客户7天没跟进", Nudge("contacts_quiet", 7 * DAY, "重点")),
        ("重要客戶三天沒聯絡", Nudge("contacts_quiet", 3 * DAY, "重要")),
        ("客户30天没联系", Nudge("contacts_quiet", 30 * DAY)),
        ("a deal has had no activity for 2 weeks", Nudge("deals_quiet", 14 * DAY)),
        ("商机两周没动静", Nudge("deals_quiet", 14 * DAY)),
        ("deals stuck in negotiation for a month", Nudge("deals_stuck", 30 * DAY)),
        ("案子卡在报价十天", Nudge("deals_stuck", 10 * DAY)),
        ("deals past their close date", Nudge("deals_closing")),
        ("商机过了预计成交日", Nudge("deals_closing")),
        ("overdue tasks", Nudge("tasks_overdue")),
        ("任务逾期", Nudge("tasks_overdue")),
        ("tasks due today", Nudge("tasks_due")),
        ("birthdays a week ahead", Nudge("birthdays", 7 * DAY)),
        ("客户生日提前3天", Nudge("birthdays", 3 * DAY)),
        ("tickets waiting more than 4 hours", Nudge("tickets_waiting", 4)),
        ("工单等了两天", Nudge("tickets_waiting", 2 * DAY)),
    ],
)
def test_a_rule_is_read(text: str, nudge: Nudge) -> None:
    assert read_nudge(text) == nudge


@pytest.mark.parametrize("text", ["the weather", "天气", "", "when it rains"])
def test_what_is_not_watched_is_nothing(text: str) -> None:
    assert read_nudge(text) is None
