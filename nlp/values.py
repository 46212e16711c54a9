"""One slot's value from the words that were said for it: the normal forms of the catalogue."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from nlp.lexicon import SYNONYMS
from nlp.names import without_place
from nlp.quantities import counted
from nlp.reading import Context, Value
from nlp.spans import phone_value
from nlp.text import clean, detect, fold, has_cjk
from nlp.time import Found
from nlp.time import find as find_times

_ME = re.compile(r"(?:me|i|myself|my|mine|我|我自己|自己|本人)")
_ARTICLE = re.compile(r"^(?:the|a|an)\s+", re.IGNORECASE)
_LIST = re.compile(r"\s*(?:,|，|、|;|\band\b|&|和|以及)\s*|\s+(?=#)", re.IGNORECASE)
_NOUN_FIRST = re.compile(
    r"^(?:the\s+)?(?:task|reminder|ticket|case|deal|order|campaign|contact|company|任务|提醒|工单|客户|联系人)\s*(?:about|to|for|of|:|#|no\.?|number)?\s*",
    re.IGNORECASE,
)
_NOUN_LAST = re.compile(
    r"(?:'s)?\s+(?:task|reminder|ticket|case|deal|opportunity|order|campaign|rule|nudge|alert)s?$|(?:的)?(?:那[个個])?(?:任[务務]|提醒|工[单單]|[单單]子|商[机機]|案子|[订訂][单單]|活[动動])$|(?<=.)那?(?:[个個单單案笔筆条條])$",
    re.IGNORECASE,
)
_THAT_ZH = re.compile(r"^[那这這](?:[个個笔筆条條单單件张張])(?=[\u4e00-\u9fff]{2})")
_CURRENCY = {
    "dollar": "USD",
    "dollars": "USD",
    "euro": "EUR",
    "euros": "EUR",
    "pound": "GBP",
    "pounds": "GBP",
    "yuan": "CNY",
    "rmb": "CNY",
    "人民币": "CNY",
    "美元": "USD",
    "美金": "USD",
    "欧元": "EUR",
    "台币": "TWD",
    "新台币": "TWD",
    "港币": "HKD",
    "日元": "JPY",
    "英镑": "GBP",
    "yen": "JPY",
}
_CLOCK_RANGE = re.compile(
    r"(\d{1,2})(?::?(\d{2}))?\s*(am|pm)?\s*(?:-|to|until|till|到|至|–)\s*(\d{1,2})(?::?(\d{2}))?\s*(am|pm)?点?"
)


def iso(found: Found, context: Context, *, past: bool = False) -> str | None:
    """A moment or date in ISO 8601; None where only a period was said."""
    when = found.when(context.clock, past=past)
    return when.isoformat() if when is not None else None


def period(found: Found, context: Context, *, past: bool = True) -> str | None:
    """ "START/END", END excluded; a month named alone is the latest one, or the next where it is not `past`."""
    span = found.period(context.clock, past=past)
    return f"{span[0].isoformat()}/{span[1].isoformat()}" if span else None


def reference(said: str) -> str:
    """The words that identify a thing: no article, no noun of its kind."""
    if number := _NUMBERED.fullmatch(fold(said.strip())):
        return number[1]
    bare = _NOUN_LAST.sub("", _NOUN_FIRST.sub("", _THAT_ZH.sub("", said.strip()))) or said
    return _ARTICLE.sub("", bare).strip(" \"'“”") or said.strip()


def tags(said: str) -> list[str]:
    """Several tags from one phrase."""
    return [t.strip(" #\"'“”") for t in _LIST.split(said.strip()) if t.strip(" #\"'“”")]


def lookup(kind: str, said: str) -> str | None:
    """The standard value that a word stands for: "waiting" is pending, 紧急 is urgent."""
    return SYNONYMS.get(kind, {}).get(fold(said).strip(" .!?,\"'"))


def value(kind: str, said: str, context: Context, choices: Sequence[str] = ()) -> Value | None:  # noqa: PLR0911 - one line a kind
    """The normal form of an answer for a slot of this kind; None when it makes no sense as one."""
    said = clean(said)
    if not said:
        return None
    if kind in ("moment", "delay", "due", "period", "repeat", "close_date"):
        return _time(kind, said, context)
    if kind in SYNONYMS or choices:
        return _closed(kind, said, context, choices)
    match kind:
        case "member":
            return "me" if _ME.fullmatch(fold(said)) else _plain(said)
        case "email":
            found_at = re.search(r"[^\s,;<>()]+@[^\s,;<>()]+", said)
            return found_at[0] if found_at else said
        case "phone":
            return phone_value(said, context.country)
        case "tags":
            return tags(said)
        case "tag":
            return said.strip(" #\"'")
        case "amount" | "quantity" | "items":
            return counted(kind, said, context.currency)
        case "task" | "reminder" | "ticket" | "deal" | "order" | "activity" | "campaign" | "rule":
            return reference(said)
        case "contact" | "company" | "name":
            return without_place(_plain(said))
    return quoted[1] if (quoted := _QUOTED.fullmatch(said)) else said


def _closed(kind: str, said: str, context: Context, choices: Sequence[str]) -> str | None:
    """A value of a closed list."""
    found = lookup(kind, said) or (_named_in(kind, said) if kind in ("timezone", "language") else None)
    if (
        kind == "language"
        and found == "zh-Hans"
        and "简" not in fold(said)
        and detect(said, context.lang) == "zh-Hant"
    ):
        found = "zh-Hant"
    if kind in OPEN and (kind == "lost_reason" or not choices):
        return found or said
    return found if found or not choices else (fold(said) if fold(said) in choices else None)


def _named_in(kind: str, said: str) -> str | None:
    """The value of the longest word for one that is somewhere in what was said: a town with words around it."""
    folded = fold(said)
    spaced = f" {_SIGNS.sub(' ', folded)} "
    words = [
        w
        for w in SYNONYMS[kind]
        if (has_cjk(w) and w in folded) or (len(w) >= SHORTEST and f" {w} " in spaced)
    ]
    return SYNONYMS[kind][max(words, key=len)] if words else None


def _plain(said: str) -> str:
    bare = said.strip(" !?,，。！？\"'“”「」")
    return bare if re.search(r"\b[A-Z]\.$", bare) else bare.rstrip(". ")


def _time(kind: str, said: str, context: Context) -> str | None:
    if kind == "due" and fold(said) in ("overdue", "late", "逾期", "过期", "超期"):
        return "overdue"
    found = find_times(said, whole=True) or find_times(said)
    if not found:
        return None
    if kind == "repeat":
        return found[0].rule(context.clock)
    if kind == "close_date":
        day = found[0].closing(context.clock)
        return day.isoformat()[:10] if day else None
    if kind in ("period", "due"):
        return period(found[0], context) if kind == "period" else _due(found[0], context)
    return iso(found[0], context)


def _due(found: Found, context: Context) -> str | None:
    if found.kind == "period":
        return period(found, context)
    when = iso(found, context)
    return when[:10] if when else None


TIME_KINDS = ("moment", "delay", "due", "period", "close_date")
CJK_LETTERS = 4  # what a Chinese character counts beside a letter
SLACK = 6  # letters that may stand around a time in an answer that is one
OPEN = ("stage", "lost_reason", "deal_role")  # what is none of the standard values stays as it was said
CLOSED = ("language",)
SHORTEST = 4  # letters of a word that is looked for among others
_QUOTED = re.compile(r"[\"“「]([^\"“”「」]+)[\"”」]")  # words that are in quotes and nothing else
_NUMBERED = re.compile(
    r"(?:the\s+)?(?:task|ticket|reminder|order|任务|工单|订单|提醒|第)?\s*(?:no\.?|number|#)?\s*(\d{1,9})(?:号(?:工单|单)?)?"
)
_SIGNS = re.compile(r"[^\w/]+")
PAST_EDITS = ("activity.edit", "order.edit")  # what is told of has happened
_OF_RECORD = {
    ("ticket.edit", "status"): "ticket_status",
    ("ticket.edit", "type"): "ticket_type",
    ("activity.edit", "type"): "activity_type",
    ("order.edit", "status"): "order_status",
}


def closed_kind(command: str, field: str) -> str | None:
    """The kind of an edit's value where it is one of a closed list."""
    kind = _OF_RECORD.get((command, field), field)
    return kind if kind in ("priority", "status", "language", *_OF_RECORD.values()) else None


def field_value(field: str, said: str, context: Context, command: str = "") -> Value | None:
    """The value of an edit, in the form of its field; a status and a type are those of the command's record."""
    kinds = {
        "due": "moment",
        "when": "moment",
        "close_date": "close_date",
        "amount": "amount",
        "quantity": "quantity",
        "items": "items",
        "stage": "stage",
        "birthday": "moment",
        "assignee": "member",
        "owner": "member",
        "email": "email",
        "phone": "phone",
        "company": "company",
        "contact": "contact",
        "priority": "priority",
        "status": "status",
        "timezone": "timezone",
        "language": "language",
        "quiet_hours": "hours",
        "digest": "hour",
        "default_role": "role",
    }
    kind = _OF_RECORD.get((command, field)) or kinds.get(field)
    if field == "job_title":
        return _TITLE.sub("", said.strip(" .。\"'“”"))
    if kind is None:
        return _currency(said) if field == "currency" else said.strip(" .。\"'“”")
    if kind == "hours":
        return _hours(said, context)
    if kind == "hour":
        return _hour_alone(said, context)
    if command in PAST_EDITS and kind == "moment":
        times = find_times(said, whole=True) or find_times(said)
        return (iso(times[0], context, past=True) if times else None) or said
    found = value(kind, said, context)
    return found if found is not None or kind in CLOSED else said


MORNING = "08:00"  # when quiet hours end that nobody gave an end
_ONWARDS = re.compile(r"\b(?:after|from|past)\b|[以之]?[后後]|起$")
_TITLE = re.compile(r"^(?:(?:the|our|their|a|an|new)\s+)+|\s+(?:of|at|for|with)\s+[A-Z].*$")
_OFF = re.compile(r"(?:turn(?:ed)? |switch(?:ed)? )?off|none|no|never|关(?:闭|掉)?|不要|取消|停")


def _hour_alone(said: str, context: Context) -> str:
    """A time of day as "08:00", or "off"."""
    if _OFF.fullmatch(fold(said).strip(" .!。")):
        return "off"
    found = _time("moment", said, context)
    return found[11:16] if found and "T" in found else said.strip()


def _currency(said: str) -> str:
    return _CURRENCY.get(fold(said).strip(), said.strip().upper())


def _hours(said: str, context: Context) -> str:
    """A span of hours as "20:00-08:00", until the morning where only its beginning is said."""
    found = _CLOCK_RANGE.search(fold(said))
    if not found and _ONWARDS.search(fold(said)) and (begin := _hour_alone(said, context)) != said:
        return f"{begin}-{MORNING}"
    if not found:
        return "off" if fold(said) in ("off", "none", "关", "关闭", "不要") else said
    first = _hour(found[1], found[2], found[3])
    return f"{first}-{_hour(found[4], found[5], found[6])}"


def _hour(hour: str, minute: str | None, half: str | None) -> str:
    n = int(hour) % 12 + 12 if half == "pm" else int(hour)
    return f"{n:02d}:{minute or '00'}"


def merged(old: str, said: str, new: str, context: Context) -> str:
    """A corrected moment: a new day keeps the time of day that was said before, a new time of day its day."""
    if len(new) > 10:
        return _on_day(old[:10], new) if _time_alone(said, context) else new
    if len(old) <= 10:
        return new
    before = datetime.fromisoformat(old)
    return (
        datetime.fromisoformat(new)
        .replace(hour=before.hour, minute=before.minute, tzinfo=before.tzinfo)
        .isoformat()
    )


def _on_day(day: str, moment: str) -> str:
    when = datetime.fromisoformat(moment)
    return datetime.combine(date.fromisoformat(day), when.timetz()).isoformat()


def _time_alone(said: str, context: Context) -> bool:
    """Whether a time of day was said without a day: then it falls on another day when seen from late at night."""
    found = find_times(said, whole=True)
    if not found:
        return False
    now = context.clock.now
    early = found[0].when(replace(context.clock, now=now.replace(hour=0, minute=0, second=1)))
    late = found[0].when(replace(context.clock, now=now.replace(hour=23, minute=59, second=59)))
    return early != late and found[0].kind != "duration"


def wholly_time(said: str, slack: int = SLACK) -> bool:
    """Whether words are a time and nothing else, but for a word or two around it."""
    found = find_times(said, whole=True)
    rest = said
    for time in reversed(found):
        rest = rest[: time.start] + rest[time.end :]
    return bool(found) and sum(CJK_LETTERS if has_cjk(c) else 1 for c in rest if c.isalnum()) <= slack


def mostly_time(said: str) -> bool:
    """Whether a time is the larger part of what was said."""
    found = find_times(said, whole=True)
    return sum(f.end - f.start for f in found) * 2 >= len(said.strip())
