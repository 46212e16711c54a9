"""Calls are calls: which kind of activities a reading is about."""

import pytest

from bot.narrowing import narrowed
from nlp.reading import Parse, Reading, Said

FIGURE, LIST = ("report.show", {"metric": "activities"}), ("activity.list", {})


@pytest.mark.parametrize(
    ("text", "command", "sources", "kind"),
    [
        ("how many calls this week", FIGURE, {"metric": "calls"}, "call"),
        ("how many emails did Bo send", FIGURE, {"metric": "emails", "owner": "Bo"}, "email"),
        ("上个月拜访量", FIGURE, {"metric": "拜访量"}, "visit"),
        ("本月通話數", FIGURE, {"metric": ""}, "call"),
        ("list my meetings", LIST, {}, "meeting"),
        ("which calls and meetings did we have", LIST, {}, None),
        ("what happened last week", LIST, {"period": "last week"}, None),
        ("what happened with Visit Berlin", LIST, {"company": "Visit Berlin"}, None),
        ("I have a call with Dana now, what happened lately", LIST, {"contact": "Dana"}, None),
        ("我马上要和张伟开会，之前聊了什么", LIST, {"contact": "张伟"}, None),
        ("上周的会议？", LIST, {"period": "上周"}, "meeting"),
        ("張偉的通話記錄", LIST, {"contact": "張偉"}, "call"),
        ("上个月有哪些拜访", LIST, {"period": "上个月"}, "visit"),
        ("how many deals did we win", ("report.show", {"metric": "won"}), {}, None),
        ("call Dana tomorrow", ("task.add", {"title": "call Dana"}), {}, None),
    ],
)
def test_the_kind_that_was_named(
    text: str, command: tuple[str, dict[str, str]], sources: dict[str, str], kind: str | None
) -> None:
    name, slots = command
    parse = Parse(text, "en", "run", (Reading((Said(name, slots, sources),), 0.9),))
    assert narrowed(parse).readings[0].commands[0].slots.get("type") == kind
