"""The slots of a clause: the words that were marked, brought into the catalogue's form."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from nlp.learned.decode import Clause, Marked
from nlp.learned.examples import ABSENT
from nlp.learned.tokens import Token
from nlp.names import looks_like_company, looks_like_person, looks_named, whole_name
from nlp.phrases import TYPED
from nlp.reading import Context, Known, Said, Value
from nlp.shapes import Shape, catalogue
from nlp.slots import TOLD_AS_PAST, begins_towards, time_value
from nlp.spans import Span
from nlp.text import has_cjk
from nlp.values import closed_kind, field_value, lookup, value

TIMES = ("moment", "delay", "due", "period", "repeat", "close_date")
REFERENCES = ("deal", "order", "ticket", "task", "reminder", "campaign", "rule")
_QUOTED = re.compile('"[^"\\n]{2,60}"|“[^”\\n]{2,60}”|「[^」\\n]{1,60}」')
PEOPLE = ("contact", "company", "member", "name")
BUYS = ("order.add", "payment.add", "deal.add", "order.list")
SHORT_NAME = 4
LISTS = (".list", "report.show")
FREE = ("text", "title", "items", "topic")
TOLD = (("activity.log", "text"), ("rule.add", "text"), ("ticket.note", "text"), ("ticket.reply", "text"))
_COURTESY = re.compile(
    r"[\s,，。.!！]*(?:\b(?:please|pls|plz|thanks|thank you|thx|ty|cheers)|谢谢|謝謝|谢啦|谢了|多谢|拜托|麻烦了|辛苦了?)[\s.!。！~]*$",
    re.IGNORECASE,
)
# What leads to what is told, and is no part of it.
LED = {
    "activity.log": re.compile(r"^(?:said|says|told (?:me|us)|说|說|讲|講)\s*(?:that\s+)?", re.IGNORECASE),
    "rule.add": re.compile(
        r"^(?:(?:please|pls|new|add|make|set|a|up) )*(?:rule(?: please)?|from now on|以后|以後|从现在起|加个规则|规则)\s*[:,，：]?\s*(?:that\s+)?",
        re.IGNORECASE,
    ),
}
_SAYS = re.compile(r"(?:\b(?:said|says|told (?:me|us))(?: that)?|[说說讲講])[\s:：,，]*$", re.IGNORECASE)
# What stands around the words of a slot, and is not of them.
AROUND = {
    "filter": re.compile(
        r"^(?:all|所有|全部)\s*(?:the )?|\s+as$|(?:单独|單獨|另外)?(?:存|保存|建|开|開|凑|湊|设|設|归|歸)(?:成|为|為|到|个|個|一个|一個)*(?:分|群)?[组組群]?$",
        re.IGNORECASE,
    ),
    "segment": re.compile(r"^(?:all|every|所有|全部|全体|全體)(?:的|\s+the)?\s*", re.IGNORECASE),
}
SURE_VALUE = float(np.log(0.5))
_EDGE = " \n\t,;:，；：、。!！?？\"“”「」'-–—~"
_SOFT = re.compile(r"^(?:(?:to|that|about|please|pls)\s+|(?:下|一下)(?=[\u4e00-\u9fff]))", re.IGNORECASE)


@dataclass
class Filling:
    """A clause's slots as they are filled, each with the words it came from."""

    text: str
    tokens: Sequence[Token]
    clause: Clause
    context: Context
    slots: dict[str, Value] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)

    @property
    def shape(self) -> Shape:
        """What the command takes."""
        return catalogue()[self.clause.command]

    def put(self, slot: str, found: Value | None, source: str) -> None:
        """Fill a slot that is still empty."""
        if found and slot in self.shape.kinds and slot not in self.slots:
            self.slots[slot], self.sources[slot] = found, source

    def words(self, mark: Marked) -> str:
        """What was said there; what is in quotes is not taken apart."""
        start, end = self.tokens[mark.start].start, self.tokens[mark.end - 1].end
        quoted = next((m for m in _QUOTED.finditer(self.text) if m.start() <= start < m.end()), None)
        if quoted and self.shape.kinds.get(mark.slot) not in TIMES:
            return quoted[0].strip(_EDGE)
        if self.shape.kinds.get(mark.slot) in REFERENCES:
            start, end = whole_name(self.text, start, end)
        return self.text[start:end].strip(_EDGE)

    def spans(self, mark: Marked) -> Iterator[Span]:
        """The typed pieces there."""
        return (t.span for t in self.tokens[mark.start : mark.end] if t.span)


def fill(
    text: str,
    tokens: Sequence[Token],
    clause: Clause,
    marked: Sequence[Marked],
    values: Mapping[str, Sequence[str]],
    context: Context,
) -> Said:
    """The command of a clause with its slots; `values` are the closed lists in the order the network knows them."""
    filling = Filling(text, tokens, clause, context)
    marked = _unquoted([_widened(filling, m, marked) for m in marked], filling)
    if clause.command == "rule.add":
        marked = [Marked("text", clause.start, clause.end)]
    for mark in sorted(marked, key=lambda m: m.inner):
        if mark.slot not in ("field", "value"):
            _slot(filling, mark)
    _implied(filling, values)
    _edit(filling, marked, values)
    _times(filling, marked)
    _narrowed(filling)
    for mark in marked:
        if filling.shape.kinds.get(mark.slot) == "lost_reason":
            filling.put(mark.slot, filling.words(mark), filling.words(mark))
    return Said(clause.command, filling.slots, filling.sources, "learned")


def _narrowed(filling: Filling) -> None:
    """A list is of whoever is named beside it: 李敏手上有几个工单."""
    if not filling.clause.command.endswith(LISTS):
        return
    start, end = filling.tokens[filling.clause.start].start, filling.tokens[filling.clause.end - 1].end
    for known in filling.context.lookup(filling.text):
        slots = (
            s for s, kind in filling.shape.kinds.items() if kind == known.kind and s not in filling.slots
        )
        if start <= known.start < end and (slot := next(slots, None)):
            filling.put(slot, known.name, filling.text[known.start : known.end])


def _widened(filling: Filling, mark: Marked, marked: Sequence[Marked]) -> Marked:
    """Free text goes on to the next mark, time, or break: what is told goes on to the end of its clause."""
    kind = filling.shape.kinds.get(mark.slot)
    if kind not in ("text", "title") or mark.inner:
        return mark
    told = (filling.clause.command, mark.slot) in TOLD
    stop = min((m.start for m in marked if m.start >= mark.end and not m.inner), default=filling.clause.end)
    breaks = ".!?。！？\n" if told else ".,;!?()。，；！？（）\n"
    end = mark.end
    while end < stop and filling.tokens[end].word not in breaks and (told or not filling.tokens[end].span):
        end += 1
    return replace(mark, start=_quoted_from(filling, mark) if told else mark.start, end=end)


def _quoted_from(filling: Filling, mark: Marked) -> int:
    """Where what somebody said begins: with its time, if one comes first ("Wang says | next week she comes by")."""
    begin = mark.start
    while begin > filling.clause.start and filling.tokens[begin - 1].span:
        begin -= 1
    said = _SAYS.search(filling.text, filling.tokens[filling.clause.start].start, filling.tokens[begin].start)
    return begin if said else mark.start


def _unquoted(marked: Sequence[Marked], filling: Filling) -> list[Marked]:
    """Without the times of what somebody only spoke of."""
    told = [m for m in marked if (filling.clause.command, m.slot) in TOLD]
    return [
        m
        for m in marked
        if filling.shape.kinds.get(m.slot) not in TIMES
        or not any(t.start <= m.start and m.end <= t.end for t in told)
    ]


def _slot(filling: Filling, mark: Marked) -> None:
    kind = filling.shape.kinds[mark.slot]
    words = filling.words(mark)
    if kind in TIMES:
        for span in filling.spans(mark):
            if span.kind in TYPED.get(kind, ("time",)):
                filling.put(mark.slot, _time(filling, kind, span), words)
    if mark.slot in filling.shape.choices:
        filling.put(mark.slot, lookup(kind, words), words)
        return
    if kind in PEOPLE:
        _person(filling, mark, kind)
        return
    words = AROUND[mark.slot].sub("", words) if mark.slot in AROUND else words
    filling.put(mark.slot, _worded(filling, kind, words), words)


def _person(filling: Filling, mark: Marked, kind: str) -> None:
    """A name as far as it goes, in the slot that its looks speak for."""
    start, end = filling.tokens[mark.start].start, filling.tokens[mark.end - 1].end
    begin, end = whole_name(filling.text, start, end)
    known = _known_at(filling, start, end)
    if known:
        begin, end = known.start, known.end
    words = filling.text[begin:end].strip(_EDGE)
    if kind == "member" and filling.clause.command.endswith(".list") and not _somebody(filling, words):
        return
    slot = mark.slot
    if known and kind not in (known.kind, "name"):
        slot = next((s for s, k in filling.shape.kinds.items() if k == known.kind), slot)
        kind = filling.shape.kinds[slot]
    if slot == "contact" and "company" in filling.shape.kinds and _of_company(filling, words):
        slot, kind = "company", "company"
    filling.put(slot, value(kind, words, filling.context), words)


def _known_at(filling: Filling, start: int, end: int) -> Known | None:
    """The known name that words are a part of or, in Chinese, begin with; a word like 给 may stand before it."""
    longer = has_cjk(filling.text[start:end])
    return next(
        (
            k
            for k in filling.context.lookup(filling.text)
            if (k.start <= start and k.end >= end)
            or (longer and start <= k.start < k.end <= end and begins_towards(filling.text[start : k.start]))
        ),
        None,
    )


def _somebody(filling: Filling, words: str) -> bool:
    """Whether words name a person at all: "big" of "big deals" does not."""
    return (
        value("member", words, filling.context) == "me"
        or looks_named(words)
        or bool(filling.context.lookup(words))
    )


def _of_company(filling: Filling, words: str) -> bool:
    """Whether a name is rather a company's: by its looks, or as a Chinese buyer's that is no person's."""
    buys = filling.clause.command in BUYS and has_cjk(words) and 2 <= len(words) <= SHORT_NAME
    return looks_like_company(words) or (buys and not looks_like_person(words))


def _worded(filling: Filling, kind: str, words: str) -> Value | None:
    if kind in FREE:
        words = _COURTESY.sub("", words)
        if filling.clause.command in LED:
            words = LED[filling.clause.command].sub("", words) or words
        while (bare := _SOFT.sub("", words)) != words:
            words = bare
    if kind == "tags" and has_cjk(words):
        words = words.removesuffix("标签").removesuffix("標籤")
    return value(kind, words, filling.context)


def _time(filling: Filling, kind: str, span: Span) -> str | None:
    return time_value(kind, span.value, filling.context, past=filling.clause.command in TOLD_AS_PAST)


def _implied(filling: Filling, values: Mapping[str, Sequence[str]]) -> None:
    """Closed slots that no words were marked for: what the whole clause says, where that is likely."""
    for slot, choices in filling.shape.choices.items():
        kind = filling.shape.kinds[slot]
        logs = filling.clause.judged.values(kind)
        if slot in filling.slots or logs is None:
            continue
        must = slot in filling.shape.required
        order = [
            values[kind][i]
            for i in np.argsort(-logs)
            if values[kind][i] in choices or (values[kind][i] == ABSENT and not must)
        ]
        best = order[0]
        if best != ABSENT and (must or logs[list(values[kind]).index(best)] > SURE_VALUE):
            filling.put(slot, best, "")


def _edit(filling: Filling, marked: Sequence[Marked], values: Mapping[str, Sequence[str]]) -> None:
    """A field and its value: the value's form follows from the field."""
    if "field" not in filling.slots:
        return
    command, name = filling.clause.command, str(filling.slots["field"])
    words = next((filling.words(m) for m in marked if m.slot == "value"), "")
    kind = closed_kind(command, name)
    if kind and not (words and lookup(kind, words)):
        filling.put("value", _likeliest(filling, kind, values), words)
    if words:
        filling.put("value", field_value(name, words, filling.context, command), words)


def _likeliest(filling: Filling, kind: str, values: Mapping[str, Sequence[str]]) -> str | None:
    """The value of a closed list that the clause as a whole says, if it says one."""
    logs = filling.clause.judged.values(kind)
    if logs is None:
        return None
    best = values[kind][int(logs.argmax())]
    return best if best != ABSENT and logs.max() > SURE_VALUE else None


def _times(filling: Filling, marked: Sequence[Marked]) -> None:
    """Give times that lie in no slot's words to the slots that take one."""
    taken = {i for m in marked for i in range(m.start, m.end) if filling.shape.kinds.get(m.slot) not in TIMES}
    free = [
        t.span for i, t in enumerate(filling.tokens)
        if filling.clause.start <= i < filling.clause.end and i not in taken and t.span and t.span.kind in ("time", "duration")
    ]  # fmt: skip
    for slot, kind in filling.shape.kinds.items():
        if kind in TIMES:
            for span in free:
                if span.kind in TYPED.get(kind, ("time",)):
                    filling.put(slot, _time(filling, kind, span), span.value.text)
