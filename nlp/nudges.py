"""What a rule in words is about: "nudge me about VIPs I haven't talked to for 7 days"."""

import re
from dataclasses import dataclass

from nlp.text import fold
from nlp.time.numbers import chinese, english

KINDS = (
    "birthdays",
    "tickets_waiting",
    "deals_closing",
    "deals_stuck",
    "deals_quiet",
    "tasks_overdue",
    "tasks_due",
    "contacts_quiet",
)
# In the order in which they are tried, over folded text (Chinese in simplified characters).
_ABOUT = (
    ("birthdays", r"birthday|bday|生日"),
    ("tickets_waiting", r"\b(?:ticket|case)s?\b|工单|客诉"),
    (
        "deals_closing",
        r"clos(?:e|ing) dates?|past (?:its|their) clos|(?:过了?|超过|到了?).{0,4}(?:成交|签约|预计)",
    ),
    (
        "deals_stuck",
        r"(?:deal|opportunit).*(?:stuck|too long|same stage|in (?:a|one|the) stage)|(?:商机|单子|案子|客户).*(?:卡在|停在|停留)",
    ),
    ("deals_quiet", r"\bdeals?\b|opportunit|商机|单子|案子|项目"),
    ("tasks_overdue", r"overdue|late tasks?|逾期|过期|超期|延误"),
    ("tasks_due", r"\btasks?\b|\btodos?\b|任务|待办"),
    (
        "contacts_quiet",
        r"talked|spoken|contacted|called|heard|touch|visited|seen|quiet|silent|联系|联络|跟进|聊|拜访|没消息|没动静",
    ),
)
_NUMBER = r"(?P<n>\d+|an?|\b[a-z]+|[一二三四五六七八九十百两]+)"
_SPAN = re.compile(
    rf"{_NUMBER}\s*(?:-\s*)?(?P<unit>hours?|days?|weeks?|months?|个?小时|个?钟头|天|日|个?星期|周|个?礼拜|个?月)"
)
_HOURS = {
    "hour": 1,
    "day": 24,
    "week": 7 * 24,
    "month": 30 * 24,
    "时": 1,
    "头": 1,
    "天": 24,
    "日": 24,
    "期": 7 * 24,
    "周": 7 * 24,
    "拜": 7 * 24,
    "月": 30 * 24,
}


_GROUP = re.compile(
    r"(?:about|of|when|if|^)\s*(?:an?|my|our|the|any|all)?\s*(?P<en>[\w-]+?)s?\s+(?:(?:contact|customer|client|people|account)s?\s+)?"
    r"(?:that |who |whom |which )?(?:i|we|nobody|has|have|hasn't|haven't)\b"
    r"|(?:^|[,，、 ])(?:我的|我们的|所有)?(?P<zh>[^\W\d一二三四五六七八九十两]{1,6}?)(?:客户|联系人|的人)"
)
_EVERYBODY = {
    "contact",
    "customer",
    "client",
    "people",
    "person",
    "one",
    "someone",
    "anyone",
    "account",
    "我",
    "所有",
    "的",
}


@dataclass(frozen=True)
class Nudge:
    """A sort of nudge (one of `KINDS`), its span of time in hours, and the group of contacts, where they were said."""

    kind: str
    hours: int | None = None
    group: str | None = None


def read_nudge(text: str) -> Nudge | None:
    """What a rule is about; None where it is about nothing that is watched."""
    folded = fold(text)
    kind = next((kind for kind, pattern in _ABOUT if re.search(pattern, folded)), None)
    if kind is None:
        return None
    return Nudge(kind, _hours(folded), _group(folded) if kind == "contacts_quiet" else None)


def _group(folded: str) -> str | None:
    found = _GROUP.search(folded)
    name = (found["en"] or found["zh"]) if found else None
    return None if name in _EVERYBODY else name


def _hours(folded: str) -> int | None:
    for found in _SPAN.finditer(folded):
        count = _count(found["n"])
        unit = found["unit"].rstrip("s")
        if count:
            return count * _HOURS[unit if unit in _HOURS else unit[-1]]
    return None


def _count(said: str) -> int | None:
    if said.isdigit():
        return int(said)
    if said in ("a", "an"):
        return 1
    try:
        return english(said) if said.isascii() else chinese(said)
    except (KeyError, ValueError):
        return None
