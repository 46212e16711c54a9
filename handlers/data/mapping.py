"""Corrections of what the columns of a file hold: “the second column is the phone”, 第二列是电话."""

import re
from collections.abc import Mapping, Sequence

from handlers.data.columns import KEPT_OUT, field_of, plain
from nlp.pronouns import ordinal

Told = Mapping[int, str]
_COLUMN = r"(?:column|col\b|field|列|栏|欄位|欄)"
_IS = r"\s*(?:is|are|has|have|holds?|contains?|means?|should be|must be|=|→|->|:|：|应该是|應該是|其实是|其實是|放的是|是|为|為|当作|當作|当成|當成|设为|設為)\s*"
_LEAVE = r"(?:ignore|skip|drop|leave out|忽略|跳过|跳過|略过|略過|不要|去掉)"
_LEAD = re.compile(
    r"^(?:no|not right|wrong|actually|sorry|but|不对|不對|不是|错了|錯了)?[\s,，:：]*(?:(?:use|take|treat|read|把|將|将)\s+|[把將将])?",
    re.IGNORECASE,
)
_AGAIN = re.compile(r"\s*(?:[,;，；、。]|\band\b|\bwhile\b|而且|并且|並且)\s*", re.IGNORECASE)
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?P<column>.+?){_IS}(?:the |a |an |their |his |her )?(?P<field>.+)",
        r"(?P<column>.+?) as (?:the |a |an |their )?(?P<field>.+)",
        rf"(?:the )?(?P<field>.+?)\s*(?:is in|are in|is|are|在)\s*(?P<column>.*{_COLUMN}.*)",
        rf"{_LEAVE}\s*(?P<column>.+)",
    )
)
_NUMBER = re.compile(
    rf"(?:the )?{_COLUMN}\s*(?:number |no\.? ?|#)?(\d{{1,3}})|第?(\d{{1,3}}){_COLUMN}", re.IGNORECASE
)
_LETTER = re.compile(rf"(?:the )?(?:{_COLUMN}\s*([A-Z])|([A-Z])\s*{_COLUMN})", re.IGNORECASE)
_NAMED = re.compile(
    rf"(?:the )?(?:{_COLUMN}\s*)?[“\"「']?(.+?)[”\"」']?\s*(?:这一|這一|这|這)?{_COLUMN}?", re.IGNORECASE
)
_ONLY_COLUMN = re.compile(rf"\s*{_COLUMN}$", re.IGNORECASE)


def speaks_of_columns(text: str) -> bool:
    """Whether a message may be about columns at all, wherever it is said."""
    return bool(re.search(_COLUMN, text, re.IGNORECASE))


def corrected(text: str, headers: Sequence[str]) -> dict[int, str] | None:
    """By place, the fields of the columns that a message names; None where it is about something else.

    A word that is no field means that the column is kept as it is.
    """
    found: dict[int, str] = {}
    for clause in filter(None, _AGAIN.split(_LEAD.sub("", text.strip(" .。")))):
        read = _read(clause, headers)
        if read is None:
            return None
        found[read[0]] = read[1]
    return found or None


def _read(clause: str, headers: Sequence[str]) -> tuple[int, str] | None:
    for form in _FORMS:
        if (match := form.fullmatch(clause)) and (place := _place(match["column"], headers)) is not None:
            said = match.groupdict().get("field")
            return place, (field_of(said) if said else KEPT_OUT)
    return None


def _place(said: str, headers: Sequence[str]) -> int | None:
    """Which column is meant: by its place, its letter, or its header."""
    said = said.strip()
    places = [i for i, header in enumerate(headers) if plain(header) == plain(said)]
    if not places and (named := _NAMED.fullmatch(said)):
        places = [i for i, header in enumerate(headers) if plain(header) == plain(named[1])]
    if places:
        return places[0]
    number, letter = _NUMBER.fullmatch(said), _LETTER.fullmatch(said)
    if number:
        place: int | None = int(number[1] or number[2]) - 1
    elif letter:
        place = ord((letter[1] or letter[2]).upper()) - ord("A")
    else:
        place = ordinal(_ONLY_COLUMN.sub("", said))
    if place is not None and place < 0:
        place += len(headers)
    return place if place is not None and 0 <= place < len(headers) else None


def written(told: Told) -> str:
    """As a slot has it: "2=phone 3=email"."""
    return " ".join(f"{place + 1}={field}" for place, field in sorted(told.items()))


def read(said: str | None) -> dict[int, str]:
    """The other way round; what is not of that form is left out."""
    pairs = re.findall(r"(\d{1,3})\s*[=:]\s*([a-z_]+)", said or "")
    return {int(place) - 1: field for place, field in pairs if int(place) > 0}
