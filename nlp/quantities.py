"""What is counted: how much money, how many, and of what."""

import re
from decimal import Decimal

from nlp.money import read
from nlp.text import fold

_CLASSIFIER = re.compile(r"^[把个個台套件张張只隻支条條块塊本部辆輛瓶双雙颗顆]的?(?=[\u4e00-\u9fffA-Za-z])")
_DOZENS = re.compile(r"(half a |\d+ |an? |two |three )?dozens?|(\d+|半|[一两二三])?打")
_SMALL = {
    "half a": Decimal("0.5"),
    "半": Decimal("0.5"),
    "a": Decimal(1),
    "an": Decimal(1),
    "two": Decimal(2),
    "three": Decimal(3),
}
_WORDS = {
    w: str(i)
    for i, w in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
}


def _quantity(said: str) -> str | None:
    """A number alone; dozens are multiplied out."""
    folded = fold(said)
    if dozens := _DOZENS.search(folded):
        count = (dozens[1] or dozens[2] or "a").strip()
        small = _SMALL.get(count)
        if small is None:
            money = read(count)
            small = money.number if money else Decimal(1)
        return f"{(small * 12).normalize():f}"
    if folded in _WORDS or folded in ("a", "an"):
        return _WORDS.get(folded, "1")
    found = read(folded)
    return f"{found.number.normalize():f}" if found else None


def counted(kind: str, said: str, currency: str) -> str | None:
    """An amount, a quantity, or items without their classifier; None where no number was said."""
    if kind == "items":
        return _CLASSIFIER.sub("", said).strip()
    if kind == "quantity":
        return _quantity(said)
    money = read(fold(said))
    return money.value(currency) if money else None
