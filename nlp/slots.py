"""Filling a command's slots from the words at their places and the typed pieces around."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from nlp.lexicon import fields_of
from nlp.names import (
    guess,
    is_industry,
    is_job,
    is_noun,
    is_place,
    looks_like_company,
    looks_named,
    name_like,
)
from nlp.phrases import TYPED
from nlp.pronouns import is_pronoun, ordinal, person_pronoun, pronoun_kind
from nlp.reading import Context, Known, Value
from nlp.spans import Span
from nlp.text import fold, has_cjk
from nlp.values import field_value, iso, lookup, period, tags, value

_TIMES = ("moment", "delay", "due", "period", "repeat")
_ME = ("me", "i", "myself", "my", "我", "自己", "我自己")
_CLOSES = r"\s*(?:之?前)?(?:能|要|会|可以)?(?:签|签约|签单|签合同|成交|定|下单)?"  # what may be said of it behind the day
_DANGLING = re.compile(
    r"\s+(?:at|for|@|of)$", re.IGNORECASE
)  # where an amount or a time was taken out behind it
_SAID = re.compile(r"^(?:(?:said|says) (?:that )?|[说說](?=[\u4e00-\u9fff]))", re.IGNORECASE)
_FILLERS = frozenset(
    "再 请 也 就 要 那 加 一下 了 吧 什么 些什么 哪些 啥 what the a it to and again please".split()
)
_ASKED = re.compile(r"谁|什么|多少|哪|怎么|不是")  # a question, not the value of an edit
# Fields whose value says a time, be it one that does not exist.
_MOMENTS = ("due", "when", "close_date", "birthday")
_THINGS = ("it", "this", "that", "它")  # which nobody is called
# What is a ticket's and no task's, how many people rather than where, and what points or asks rather than names.
_TROUBLE = re.compile(r"\b(?:complaint|issue|problem|ticket|bug|outage)s?$|投诉|报修|工单$")
_MEASURED = re.compile(r"\d|以[上下]|[一二三四五六七八九十百千万]人")
_TOWARDS = re.compile(
    r"(?:刚+|刚才|方才|已经|今天|昨天|早上|上午|下午|中午|又|再|先|去|要|也|都)*(?:[给跟把让约请帮对向找和]|打给|联系)?"
)  # what is done to somebody named after it
_FROM = re.compile(r"^(?:from|for|with|by|at)\s+", re.IGNORECASE)
_POINTING = re.compile(r"以[上下]|^(?:these|those|this|that|the|all|my|our|your|their|any|some|which)$")
_NOT_NAMES = ("最近", "今天", "现在", "目前", "这边", "那边", "大家")
_SHOWN = ("company.show",)
_VALUES = (
    "field",
    "value",
    "moment",
    "dialled",
    "handle",
)  # places of an edit; a value's form follows from its field
_REFERENCES = ("task", "ticket", "deal", "reminder")
_OPEN = re.compile(r"\b(?:as|to|is|was|with|for|of|the|a|an)$")  # more must follow, so it is no whole name
_FROM_SOMEWHERE = re.compile(
    r"\s(?:from|at|of|with)\s", re.IGNORECASE
)  # in what is no name, but a name and a company
_WHO = re.compile(r"(?:what|who|which|when|where|how|why)\b")
_WHOSE = re.compile(r"(?:his|her|their|your|its|the)\s", re.IGNORECASE)
_ARTICLE = re.compile(r"(?:the|a|an|my|our|this|that)\s", re.IGNORECASE)
TOLD_AS_PAST = ("activity.log", "payment.add", "order.add")
Done = tuple[dict[str, Value], dict[str, str], float]


class Filling:
    """The slots of one candidate as they are filled; `doubt` grows with every guess."""

    def __init__(self, command: str, kinds: Mapping[str, str], context: Context) -> None:
        self.command, self.kinds, self.context = command, kinds, context
        self.slots: dict[str, Value] = {}
        self.sources: dict[str, str] = {}
        self.doubt = 0.0

    def put(self, slot: str, found: Value | None, source: str) -> None:
        """Fill a slot that is still empty."""
        if found and slot in self.kinds and slot not in self.slots:
            self.slots[slot] = found
            self.sources[slot] = source


def complete(
    kinds: Mapping[str, str],
    choices: Mapping[str, Sequence[str]],
    implied: Mapping[str, str],
    said: Mapping[str, str],
    inside: Sequence[Span],
    context: Context,
    command: str,
) -> Done | None:
    """The slots in their normal form, the words each came from, and the doubt in it; None when a place cannot be right."""
    filling = Filling(command, kinds, context)
    for slot, words in said.items():
        if not _place(filling, slot, words, choices, implied):
            return None
    for slot, fixed in implied.items():
        filling.put(slot, tags(fixed) if filling.kinds.get(slot) == "tags" else fixed, "")
    _float(filling, inside)
    _edit(filling, said, choices, implied)
    _named_in_text(filling, said)
    _closing_in_title(filling, inside)
    if not _editable(filling, said) or ("act" in said and not _lies_ahead(filling)):
        return None
    return filling.slots, filling.sources, filling.doubt


def _place(
    filling: Filling, slot: str, words: str, choices: Mapping[str, Sequence[str]], implied: Mapping[str, str]
) -> bool:
    """Fill one slot from its place; False when the words cannot be one."""
    slot, kind = _aliased(filling, slot, words)
    if not _admissible(filling, slot, kind, words):
        return False
    if kind == "nth":
        filling.put(slot, words, words)
        return True
    if kind in _VALUES or kind in _TIMES:
        return bool(words)  # an edit's value follows from its field, a time from its span, below
    kind = "member" if kind in ("colleague", "mate") else kind
    if kind in ("text", "title"):
        words = _DANGLING.sub("", words)
        words = (_SAID.sub("", words) or words) if filling.command == "activity.log" else words
    found = value(kind, words, filling.context, choices.get(slot, ()))
    if not found or (choices.get(slot) and slot in implied):
        return False
    filling.put(slot, found, words)
    return True


def _admissible(filling: Filling, slot: str, kind: str, words: str) -> bool:
    """Whether words can be of a kind at all; what is unlikely is doubted."""
    match kind:
        case "nth":
            return ordinal(words) is not None and slot in filling.kinds
        case "mate":
            return "member" in _known(words, filling.context)
        case "colleague":
            return words.lower() not in _ME and _person(filling, "member", words)
        case "contact" | "company" | "member":
            return _person(filling, kind, words)
        case "name":
            filling.doubt += 0 if looks_named(words) else 0.1
            return not is_noun(words) and name_like(words) and not _FROM_SOMEWHERE.search(words)
        case "task" | "ticket" | "deal" | "reminder" | "activity" | "text" | "title":
            several = filling.command == "deal.add" and has_cjk(words) and "," in fold(words)
            trouble = kind in ("task", "deal") and _TROUBLE.search(fold(words))
            said = fold(words)
            filler = said in _FILLERS and not (kind in _REFERENCES and is_pronoun(said))
            open_or_asked = kind in (*_REFERENCES, "activity") and (_OPEN.search(said) or _WHO.match(said))
            return not (filler or several or trouble or open_or_asked)
        case "job_title":
            filling.doubt += 0 if is_job(words) else 0.15
        case "tag" | "place":
            filling.doubt += 0.05 if kind == "tag" and is_industry(words) else 0
            said = fold(words)
            unlike = (_ASKED, _POINTING) if kind == "tag" else (_MEASURED,)
            return not any(pattern.search(said) for pattern in unlike)
        case "lost_reason":
            filling.doubt += 0 if lookup("lost_reason", words) else 0.1
        case "tags":
            filling.doubt += 0.05 if lookup("role", words) else 0  # 把小王设为经理 rather makes him one
        case "industry":
            filling.doubt += 0 if is_industry(words) else 0.1
    return True


def _aliased(filling: Filling, slot: str, words: str) -> tuple[str, str]:
    """The slot and kind behind a place that templates name for what may stand there."""
    match slot:
        case "customer":
            kind = _customer_kind(words, filling.context)
            return kind, kind
        case "whose":
            return ("contact" if "contact" in filling.kinds else "company"), "contact"
        case "aside" | "verbal":
            return "text", "text"
        case "goods" | "act":
            return "title", "title"
        case "nth":
            return filling.context.listed or "", "nth"
        case "mate":
            return "assignee", "mate"
        case "colleague":
            return "assignee", "colleague"
    return slot, filling.kinds.get(slot, slot)


def _person(filling: Filling, kind: str, words: str) -> bool:
    """Whether words can be a person or company; a lower-case stranger is doubted."""
    if is_pronoun(words) or ordinal(words) is not None or (kind == "member" and words.lower() in _ME):
        return pronoun_kind(words) in (kind, None) and (kind == "company" or fold(words) not in _THINGS)
    known = _known(words, filling.context)
    if not name_like(words) or ((_ARTICLE.match(words) or _WHOSE.match(words)) and not known):
        return False
    if filling.command in _SHOWN:  # whatever is not known may as well be no name at all
        return kind in known if known else looks_named(words) and not is_noun(words) and "'s " not in words
    if known:
        filling.doubt += 0 if kind in known else 0.12
        return kind in known or kind == "contact" or (kind == "company" and known != {"member"})
    return _stranger(filling, kind, words)


def begins_towards(words: str) -> bool:
    """Whether nothing stands before a name but what is done to whoever it names: 给, 去找."""
    return bool(_TOWARDS.fullmatch(fold(words)))


def _stranger(filling: Filling, kind: str, words: str) -> bool:
    """Whether words that name nobody known can be a name; a known name that goes on is none: 李敏手上."""
    if kind == "company" and (is_place(words) or "的" in words or _MEASURED.search(fold(words))):
        return False
    inside = filling.context.lookup(words) if has_cjk(words) else []
    if any(k.start and begins_towards(words[: k.start]) for k in inside):
        return False
    heads = [k.end for k in inside if k.start == 0]
    if any(words[end : end + 1] != "的" for end in heads):
        return False
    if has_cjk(words) and (is_noun(words) or fold(words) in _NOT_NAMES):
        return False
    named = looks_named(words)
    if kind == "member" and filling.command.endswith(".list") and not named:
        return False
    filling.doubt += 0.05 if kind == "contact" and looks_like_company(words) else 0
    if not named:
        filling.doubt += 0.1 if len(words.split()) <= 2 else 0.3
    return True


def _known(words: str, context: Context) -> set[str]:
    slack = 0 if has_cjk(words) else 2  # a possessive may hang on
    return {k.kind for k in context.lookup(words) if k.end - k.start >= len(words) - slack}


def _customer_kind(words: str, context: Context) -> str:
    kinds = _known(words, context)
    if "contact" in kinds:
        return "contact"
    return "company" if "company" in kinds or looks_like_company(words) else "contact"


def _float(filling: Filling, inside: Sequence[Span]) -> None:
    """Give the typed pieces of the clause to the slots of their kinds."""
    past = filling.command in TOLD_AS_PAST
    ahead = filling.slots.get("metric") == "forecast"
    for span in inside:
        for slot, kind in filling.kinds.items():
            if kind == "period" and span.kind == "time" and ahead:
                filling.put(slot, period(span.value, filling.context, past=False), span.value.text)
            elif kind in _TIMES and span.kind in TYPED[kind]:
                filling.put(slot, time_value(kind, span.value, filling.context, past=past), span.value.text)
            elif kind == "amount" and span.kind == "money":
                filling.put(slot, span.value.value(filling.context.currency), "")
            elif kind == span.kind:
                filling.put(slot, span.value, str(span.value))


def time_value(kind: str, found: Any, context: Context, *, past: bool) -> str | None:
    """An expression of time in the form of the slot's kind; None where it says nothing for it."""
    if kind == "close_date":
        day = found.closing(context.clock)
        return day.isoformat()[:10] if day else None
    if kind == "repeat":
        return found.rule(context.clock)  # type: ignore[no-any-return]
    if kind == "period":
        return period(found, context)
    if kind == "due":
        return period(found, context) if found.kind == "period" else (iso(found, context) or "")[:10] or None
    return iso(found, context, past=past)


def _edit(
    filling: Filling,
    said: Mapping[str, str],
    choices: Mapping[str, Sequence[str]],
    implied: Mapping[str, str],
) -> None:
    """A field and its value: the value's form follows from the field."""
    if "field" not in filling.kinds:
        return
    named = said.get("field")
    chosen = implied.get("field") or (
        fields_of(fold(named), tuple(choices.get("field", ()))) if named else None
    )
    if chosen is None:
        return
    filling.slots["field"] = chosen
    filling.sources["field"] = named or chosen
    words = next((said[s] for s in _VALUES if s != "field" and s in said), None)
    if (
        words
        and not _ASKED.match(fold(words))
        and "value" not in implied
        and (found := field_value(chosen, words, filling.context, filling.command))
        and (chosen not in _MOMENTS or found != words or any(c.isdigit() for c in words))
    ):
        filling.put("value", found, words)


def _closing_in_title(filling: Filling, inside: Sequence[Span]) -> None:
    """A time at the end of what a deal is called says when it closes: "20箱机油 12月底签"."""
    title = str(filling.slots.get("title", ""))
    times = [s for s in inside if s.kind == "time"]
    if "close_date" not in filling.kinds or "close_date" in filling.slots or not title or not times:
        return
    words = times[-1].value.text
    found = re.search(rf"[\s,，]*{re.escape(words)}{_CLOSES}$", title)
    if (
        found
        and found.start()
        and (day := time_value("close_date", times[-1].value, filling.context, past=False))
    ):
        filling.slots["title"], filling.slots["close_date"] = title[: found.start()], day
        filling.sources["close_date"] = words


def _lies_ahead(filling: Filling) -> bool:
    """Whether it is due yet: "call Dana tomorrow" tells what is to be done, 昨天给张伟打电话 what was."""
    return str(filling.slots.get("due", "")) >= filling.context.clock.now.isoformat()[:10]


def _editable(filling: Filling, said: Mapping[str, str]) -> bool:
    """An edit names a field that there is and, where it names a value, one that the field can have."""
    if "field" not in filling.kinds:
        return True
    return ("field" in filling.slots or "field" not in said) and (
        "value" in filling.slots or "value" not in said
    )


def _without_head(filling: Filling, text: str, known: Sequence[Known]) -> None:
    """A customer before a colon is whose it is, and no part of what it is called: "from Globex: it leaks"."""
    head, colon, rest = text.partition(":")
    whose = _FROM.sub("", head).strip()
    if colon and rest.strip() and filling.slots.get("title") == text and any(k.name == whose for k in known):
        filling.slots["title"] = rest.strip()


def _named_in_text(filling: Filling, said: Mapping[str, str]) -> None:
    """A customer named inside free text fills the slot too, known ones first."""
    text = next((w for s, w in said.items() if s == "act" or filling.kinds.get(s) in ("text", "title")), "")
    if not text or filling.command == "find":
        return
    known = filling.context.lookup(text)
    for name in known:
        filling.put(name.kind, text[name.start : name.end], name.name)
    _without_head(filling, text, known)
    for found in guess(text):
        if not any(k.start < found.end and found.start < k.end for k in known):
            filling.put(found.kind, text[found.start : found.end], text[found.start : found.end])
    if (
        "contact" not in filling.slots
        and "company" not in filling.slots
        and (pronoun := person_pronoun(text))
    ):
        filling.put("contact", pronoun, pronoun)
