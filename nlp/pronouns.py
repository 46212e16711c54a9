"""Words that point at what was just spoken of."""

import re

_PRONOUN = re.compile(
    r"(?:her|his|its|their|him|it|them|she|he|they|this|that|these|those"
    r"|(?:this|that|the same|the last|the) (?:one|person|contact|customer|client|company|guy|lady|woman|man|task|reminder|ticket|deal|order|call|meeting|note|lead)"
    r"|[她他它]|这个|那个|這個|那個|这|那|這|此人|对方|對方|这家|那家|這家|刚才那个|剛才那個|剛剛那個|刚刚那个"
    r"|[这那這](?:个|個|位|家|条|條|项|項)?(?:人|客户|客戶|联系人|聯絡人|公司|任务|任務|提醒|工单|工單|单子|單子|商机|商機|订单|訂單|电话|電話)"
    r"|刚才的|剛才的|上一个|上一個|那条|那條|这条|這條)",
    re.IGNORECASE,
)
_WORDS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ORDINAL_EN = re.compile(
    rf"(?:the )?(?P<place>{'|'.join(_WORDS)}|last|\d{{1,2}}(?:st|nd|rd|th))(?: (?:one|contact|task|company|reminder|person))?",
    re.IGNORECASE,
)
_ORDINAL_ZH = re.compile(
    r"(?:第(?P<place>[一二三四五六七八九十两]|\d{1,2})|(?P<last>最后一))[个個条條项項位家]?(?:任务|任務|提醒|联系人|公司)?"
)
_DIGITS = {c: i for i, c in enumerate("一二三四五六七八九十")} | {"两": 1}


def is_pronoun(said: str) -> bool:
    """Whether the words name nothing themselves: "her", "that one", 那个客户."""
    return bool(_PRONOUN.fullmatch(said.strip()))


def ordinal(said: str) -> int | None:
    """The zero-based place meant by "the second one" or 第二个; -1 for the last; None when it is no such thing."""
    said = said.strip()
    if found := _ORDINAL_EN.fullmatch(said):
        place = found["place"].lower()
        if place == "last":
            return -1
        return _WORDS.index(place) if place in _WORDS else int(place[:-2]) - 1
    if found := _ORDINAL_ZH.fullmatch(said):
        if found["last"]:
            return -1
        return _DIGITS[found["place"]] if found["place"] in _DIGITS else int(found["place"]) - 1
    return None


_PERSON = re.compile(r"\b(?:her|him)\b|[她他](?!们)", re.IGNORECASE)


def person_pronoun(text: str) -> str | None:
    """The first word in a text that stands for a person: "call her", 给他打电话."""
    found = _PERSON.search(text)
    return found[0] if found else None


_KINDS = (
    (
        "contact",
        re.compile(
            r"person|contact|customer|client|guy|lady|woman|man|lead|\b(?:her|his|him|she|he)\b|[她他]|客户|客戶|联系人|聯絡人|此人|对方|對方|[这那這](?:个|個|位)人",
            re.IGNORECASE,
        ),
    ),
    ("company", re.compile(r"company|公司|[这那這]家", re.IGNORECASE)),
    ("task", re.compile(r"task|任务|任務", re.IGNORECASE)),
    ("reminder", re.compile(r"reminder|提醒", re.IGNORECASE)),
    ("ticket", re.compile(r"ticket|工单|工單", re.IGNORECASE)),
    ("deal", re.compile(r"deal|单子|單子|商机|商機", re.IGNORECASE)),
    ("order", re.compile(r"order|订单|訂單", re.IGNORECASE)),
    ("activity", re.compile(r"call|meeting|note|电话|電話", re.IGNORECASE)),
)


def pronoun_kind(said: str) -> str | None:
    """The kind of record that pointing words name ("that note" is an activity); None where they name none."""
    if not is_pronoun(said):
        return None
    return next((kind for kind, words in _KINDS if words.search(said)), None)
