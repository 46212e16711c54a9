"""The slash grammar: `/task add "Send quote" due:friday assignee:bob`, forgiving about order and quotes."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from rapidfuzz import process

from handlers.capability import SlotSpec, Spec, usage
from handlers.errors import Invalid
from handlers.turn import Call, Turn, Value
from nlp.values import TIME_KINDS, wholly_time

_TOKEN = re.compile(
    r"""(?:(?P<key>[A-Za-z_]+)\s*[:=\uff1a]\s*)?(?:"(?P<double>[^"]*)"?|“(?P<curly>[^”]*)”?|'(?P<single>[^']*)'(?=\s|$)|(?P<bare>\S+))"""
)
_SHORT = {
    "who": "assignee",
    "to": "assignee",
    "at": "when",
    "on": "when",
    "by": "due",
    "for": "contact",
    "date": "due",
    "tag": "tags",
    "title": "title",
    "job": "job_title",
    "prio": "priority",
    "with": "contact",
}
_PREFIXES = ("crm", "parley")
_FREE = ("text", "title", "name", "value", "topic")
Normalise = Callable[[SlotSpec, str, Call], Value | None]


def parse(text: str, specs: Mapping[str, Spec], normalise: Normalise) -> Turn:
    """The command and slots of a slash line. Raises `Invalid`, with the usage, for what is not one."""
    words = text.strip().lstrip("/\uff0f").split()
    if words and words[0].lower().split("@")[0] in _PREFIXES:
        words = words[1:] or ["help"]
    name, rest = _name(words, specs)
    return Turn(calls=(_fill(specs[name], _after(text, len(rest)), normalise),))


def is_command(text: str, specs: Mapping[str, Spec]) -> bool:
    """Whether a line begins with a command of the grammar; else it is words."""
    try:
        _name(text.split(), specs)
    except Invalid:
        return False
    return True


def _after(text: str, count: int) -> str:
    """The last `count` words as they were typed, line breaks included."""
    starts = [m.start() for m in re.finditer(r"\S+", text)]
    return text[starts[-count] :].strip() if count else ""


def _name(words: list[str], specs: Mapping[str, Spec]) -> tuple[str, list[str]]:
    first = words[0].lower().split("@")[0] if words else "help"
    if "." in first and first in specs:
        return first, words[1:]
    second = words[1].lower() if len(words) > 1 else ""
    if f"{first}.{second}" in specs:
        return f"{first}.{second}", words[2:]
    if first in specs:
        return first, words[1:]
    group = first[:-3] + "y" if first.endswith("ies") else first.rstrip("s")
    if f"{group}.list" in specs and (first.endswith("s") or not second):
        return f"{group}.list", words[1:]
    verbs = [n.split(".")[1] for n in specs if n.startswith(f"{group}.")]
    if verbs and len(words) == 2 and process.extractOne(second, verbs, score_cutoff=66):
        _unknown(f"{first} {second}", specs)
    if f"{group}.show" in specs and second:
        return f"{group}.show", words[1:]
    if f"{group}.add" in specs and second:
        return f"{group}.add", words[1:]
    _unknown(f"{first} {second}".strip(), specs)
    raise AssertionError("unreachable")


def _unknown(said: str, specs: Mapping[str, Spec]) -> None:
    near = process.extract(said.replace(" ", "."), list(specs), limit=2, score_cutoff=60)
    shown = ", ".join("/" + n.replace(".", " ") for n, *_ in near)
    if shown:
        raise Invalid("invalid.command", command=f"/{said}", near=shown)
    raise Invalid("invalid.command.none", command=f"/{said}")


@dataclass(frozen=True)
class Word:
    """A word or quotation of a slash line, with its key where it has one."""

    key: str | None
    said: str
    quoted: bool
    whole: str


def _fill(spec: Spec, rest: str, normalise: Normalise) -> Call:
    call = Call(name=spec.name)
    loose: list[str] = []
    for word in _joined(spec, [_word(t) for t in _TOKEN.finditer(rest)]):
        slot = _slot(spec, word.key) if word.key else None
        if slot:
            call = put(spec, call, slot, word.said, normalise)
        elif word.key and not word.quoted:
            if _is_word(spec, word.key):
                _wrong_slot(spec, word.key)
            loose.append(word.whole)
        else:
            loose.append(f"\0{word.said}\0" if word.quoted else word.said)
    return _loose(spec, call, loose, normalise)


def _word(token: re.Match[str]) -> Word:
    said = next(v for v in token.group("double", "curly", "single", "bare") if v is not None)
    return Word(token["key"], said, token["bare"] is None, token[0])


def _joined(spec: Spec, given: list[Word]) -> Iterator[Word]:
    """A time after its key goes on as long as the words are one: `due:next friday`."""
    at = 0
    while at < len(given):
        word, at = given[at], at + 1
        slot = _slot(spec, word.key) if word.key else None
        while slot and spec.slots[slot].kind in TIME_KINDS and at < len(given) and not given[at].key:
            longer = f"{word.said} {given[at].said}"
            if given[at].quoted or not wholly_time(longer, slack=0):
                break
            word, at = replace(word, said=longer), at + 1
        yield word


def _is_word(spec: Spec, key: str) -> bool:
    """A key that is meant as a slot (due:…), not a word with a colon in running text (note: …, http://…)."""
    near = process.extractOne(key.lower(), list(spec.slots), score_cutoff=60)
    return near is not None or not any(s.kind in _FREE for s in spec.slots.values())


def _wrong_slot(spec: Spec, key: str) -> None:
    raise Invalid("invalid.slot", command="/" + spec.name.replace(".", " "), slot=key, usage=usage(spec))


def _slot(spec: Spec, key: str) -> str | None:
    key = key.lower()
    if key in spec.slots:
        return key
    key = _SHORT.get(key, key)
    if key in spec.slots:
        return key
    starts = [name for name in spec.slots if name.startswith(key) and len(key) >= 3]
    return starts[0] if len(starts) == 1 else None


def put(spec: Spec, call: Call, slot: str, said: str, normalise: Normalise) -> Call:
    """The call with one slot filled. Raises `Invalid` for what does not fit it."""
    if not said:
        return call
    value = normalise(spec.slots[slot], said, call)
    if value is None:
        key = (
            "invalid.when"
            if spec.slots[slot].kind in ("moment", "delay", "due", "period")
            else "invalid.value"
        )
        if spec.slots[slot].choices:
            raise Invalid("invalid.choice", slot=slot, value=said, choices=spec.slots[slot].choices)
        raise Invalid(key, slot=slot, value=said)
    return call.fill(slot, value)


def _loose(spec: Spec, call: Call, loose: list[str], normalise: Normalise) -> Call:
    """Words without a key: they fill the empty slots in order, the last of them taking all that remains."""
    empty = [
        s for s in spec.slots.values() if s.name not in call.slots and (s.required or not _any_required(spec))
    ]
    while loose and empty:
        slot, *empty = empty
        greedy = not empty or (slot.kind in _FREE and not _has_quotes(loose))
        taken = loose if greedy else loose[:1]
        loose = loose[len(taken) :]
        call = put(spec, call, slot.name, " ".join(taken).replace("\0", ""), normalise)
    return call


def _any_required(spec: Spec) -> bool:
    return any(s.required for s in spec.slots.values())


def _has_quotes(loose: list[str]) -> bool:
    return any(w.startswith("\0") for w in loose)
