"""Amounts of money as people write them: "$20k", "Rs 5 lakh", 3.5万, 美金八千, "1.980,50 €"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

_NAMED = {
    "USD": r"us\$|usd|\$|dollars?|bucks?|美元|美金|美刀|刀",
    "EUR": r"€|eur|euros?|欧元|欧",
    "GBP": r"£|gbp|pounds?|quid|英镑",
    "CNY": r"¥|￥|rmb|cny|yuan|人民币|元|块钱|块",
    "TWD": r"nt\$?|ntd|twd|新台币|台币",
    "HKD": r"hk\$|hkd|港币|港元|港纸|蚊",
    "JPY": r"jpy|yen|日元|日币",
    "INR": r"₹|inr|rs\.?|rupees?|卢比",
    "SGD": r"s\$|sgd|新币|新加坡元",
    "AUD": r"a\$|aud|澳元|澳币",
    "CAD": r"c\$|cad|加元|加币",
    "CHF": r"chf|francs?|瑞郎",
    "SEK": r"sek|kronor",
    "NOK": r"nok|kroner",
    "DKK": r"dkk",
    "TRY": r"try|tl|lira|₺",
    "NGN": r"₦|ngn|naira",
    "ZAR": r"zar|rand",
    "KES": r"kes|ksh",
    "GHS": r"ghs|cedis?",
    "AED": r"aed|dirhams?",
    "BRL": r"brl|r\$|reais",
    "MXN": r"mxn|pesos?",
    "PLN": r"pln|zł",
    "KRW": r"krw|₩|won(?=$|[\s,.])",
    "MYR": r"myr|rm(?=\s?\d)|ringgit",
    "THB": r"thb|baht|泰铢",
}
_PREFIXES = r"\$|us\$|usd|€|eur|£|gbp|¥|￥|rmb|cny|人民币|nt\$?|ntd|twd|新台币|台币|hk\$|hkd|港币|jpy|₹|inr|rs\.?|s\$|sgd|a\$|aud|c\$|cad|chf|sek|nok|dkk|₺|₦|ngn|zar|kes|ksh|ghs|aed|brl|r\$|mxn|pln|₩|krw|myr|rm|thb|美金|美元|欧元|英镑|日元"
_TIMES = {
    "k": 1000, "thousand": 1000, "grand": 1000, "bin": 1000, "千": 1000, "m": 10**6, "mn": 10**6, "mio": 10**6,
    "million": 10**6, "mil": 10**6, "bn": 10**9, "billion": 10**9, "lakh": 10**5, "lakhs": 10**5, "crore": 10**7,
    "crores": 10**7, "百": 100, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "w": 10**4,
}  # fmt: skip
_UNIT = r"thousand|grand|million|mio|mil|billion|bn|mn|lakhs?|crores?|bin|百万|千万|[kmw]|千|百|万|亿"
_HAN = "零一二两三四五六七八九十百千万亿半"
_NUMBER = rf"\d{{1,3}}(?:[,.' ]\d{{3}})+(?:[.,]\d{{1,2}})?(?!\d)|\d+(?:[.,]\d+)?|[{_HAN[:-1]}]{{1,12}}"
_NAMES = "|".join(_NAMED.values())
_MONEY = re.compile(
    rf"(?<![a-z0-9])(?<!\d[.,])(?:(?P<before>{_PREFIXES})\s?)?(?P<number>{_NUMBER})\s?(?P<unit>(?:{_UNIT})(?![a-z]))?(?P<more>[\d一二三四五六七八九半](?![\d{_HAN}]))?"
    rf"\s?(?P<after>(?:{_NAMES})(?![a-z]))?(?![a-z0-9])"
)
_CODES = {code: re.compile(pattern) for code, pattern in _NAMED.items()}
_DOLLARS = ("CAD", "AUD", "SGD", "HKD", "TWD", "NZD", "MXN")
_YUAN = ("TWD", "HKD", "SGD")
_MASS = re.compile(r"[mw]")


@dataclass(frozen=True)
class Money:
    """An amount; `currency` is empty where none was said, `mark` the sign or word that named it."""

    number: Decimal
    mark: str = ""

    def value(self, currency: str) -> str:
        """The catalogue's form, "20000 USD"; `currency` is the one where none was said."""
        number = self.number.normalize()
        plain = (
            f"{number:f}" if number == number.to_integral() else f"{self.number.quantize(Decimal('0.01')):f}"
        )
        return f"{plain} {_code(self.mark, currency)}"


@dataclass(frozen=True)
class Place:
    """An amount at [start, end) of a text."""

    start: int
    end: int
    money: Money


def _code(mark: str, currency: str) -> str:
    if not mark:
        return currency
    if mark == "$" and currency in _DOLLARS:
        return currency
    if mark in ("元", "块", "块钱") and currency in _YUAN:
        return currency
    if mark in ("¥", "￥") and currency == "JPY":
        return currency
    return next((code for code, pattern in _CODES.items() if pattern.fullmatch(mark)), currency)


def find(folded: str) -> Iterator[Place]:
    """Amounts that say by a currency or a unit that they are money, in folded text."""
    for found in _MONEY.finditer(folded):
        unit = found["unit"]
        large = unit in ("k", "grand", "lakh", "lakhs", "crore", "million", "thousand") or _wan(found)
        if (found["before"] or found["after"] or large) and (money := _money(found)):
            yield Place(found.start(), found.end(), money)


def read(folded: str) -> Money | None:
    """The amount in words that are known to be one: "3,100", "$20k a year"."""
    best = max(_MONEY.finditer(folded), key=lambda m: m.end() - m.start(), default=None)
    return _money(best) if best else None


def _wan(found: re.Match[str]) -> bool:
    """万 and 亿 count money where no other unit or word follows."""
    return found["unit"] in ("万", "百万", "千万", "亿") or bool(re.search(r"[万亿]", found["number"]))


def _money(found: re.Match[str]) -> Money | None:
    number = _number(found["number"])
    if number is None:
        return None
    unit = Decimal(_TIMES[found["unit"]]) if found["unit"] else Decimal(1)
    total = number * unit
    if found["more"] and unit >= 10:
        total += unit * Decimal("0.5") if found["more"] == "半" else (_number(found["more"]) or 0) * unit / 10
    return Money(total, (found["before"] or found["after"] or "").strip())


def _number(said: str) -> Decimal | None:
    if said[0] in _HAN:
        return _chinese(said)
    plain = said.replace("'", "").replace(" ", "")
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?|\d+,\d{1,2}", plain):
        plain = plain.replace(".", "").replace(",", ".")
    try:
        return Decimal(plain.replace(",", ""))
    except InvalidOperation:
        return None


def _chinese(said: str) -> Decimal | None:
    """三十五 → 35, 两万五 → 25000: digits, the units after them, and a last digit of the next lower unit."""
    total = section = digit = 0
    last = 1
    for c in said:
        if c in "十百千":
            last = {"十": 10, "百": 100, "千": 1000}[c]
            section, digit = section + (digit or 1) * last, 0
        elif c in "万亿":
            last = 10**4 if c == "万" else 10**8
            total, section, digit = (total + section + digit) * last, 0, 0
        elif c == "零":
            last = 1
        else:
            digit = "一二三四五六七八九".find("二" if c == "两" else c) + 1
    return Decimal(total + section + digit * (last // 10 if last > 10 else 1))
