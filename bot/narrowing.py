"""Which kind of activities is meant: who asks how many calls there were does not ask for the meetings."""

import re
from dataclasses import replace

from nlp.reading import Parse, Reading, Said
from nlp.text import fold

LISTED, COUNTED = "activity.list", "report.show"
TYPE = "type"
# Slots that are filled here; the catalogue, of what can be read from a sentence alone, does not have them.
FILLED = {LISTED: TYPE, COUNTED: TYPE}
_NOUNS = {
    "call": (r"(?:phone )?call", "电话|通话"),
    "meeting": ("meeting", "会议|会面|见面|面谈"),
    "email": ("e-?mail", "邮件|电邮"),
    "message": ("(?:text )?message", "短信|微信|消息|讯息|简讯"),
    "visit": ("visit", "拜访|走访"),
}
_NAMED = {kind: re.compile(rf"\b{en}s?\b|{zh}") for kind, (en, zh) in _NOUNS.items()}
# One call may be why somebody asks what happened before it; a list is of calls.
_SEVERAL = {
    kind: re.compile(rf"\b{en}s\b|(?:{zh})记录|(?:哪些|所有|全部|列出)(?:{zh})|的(?:{zh})$")
    for kind, (en, zh) in _NOUNS.items()
}


def narrowed(parse: Parse) -> Parse:
    """The readings that count or list activities, of the one kind that was named, if it was one."""
    return replace(parse, readings=tuple(_reading(r, parse.text) for r in parse.readings))


def _reading(reading: Reading, text: str) -> Reading:
    return replace(reading, commands=tuple(_command(c, text) for c in reading.commands))


def _command(said: Said, text: str) -> Said:
    counts = said.name == COUNTED and said.slots.get("metric") == "activities"
    if TYPE in said.slots or not (counts or said.name == LISTED):
        return said
    words = fold(said.sources.get("metric") or _without_names(said, text)).strip(" ?？.。!！")
    found = [kind for kind, pattern in (_NAMED if counts else _SEVERAL).items() if pattern.search(words)]
    return replace(said, slots={**said.slots, TYPE: found[0]}) if len(found) == 1 else said


def _without_names(said: Said, text: str) -> str:
    for words in filter(None, said.sources.values()):
        text = text.replace(words, " ")
    return text
