"""Numbers as they are written in digits, English words and Chinese characters."""

from __future__ import annotations

import re

_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
]

_VALUES = {word: n for n, word in enumerate(_ONES)}
_VALUES |= {word: n for n, word in enumerate(_ORDINALS, 1)}
_VALUES |= {word: n * 10 for n, word in enumerate(_TENS, 2)}
_VALUES |= {word[:-1] + "ieth": n * 10 for n, word in enumerate(_TENS, 2)}
_VALUES |= {"fourty": 40, "eightteen": 18, "fourtieth": 40, "twelveth": 12, "nineth": 9}


def _alternatives(words: list[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_TENS_RE = rf"(?:{_alternatives([*_TENS, 'fourty'])})"
_DIGIT_RE = rf"(?:{_alternatives(_ONES[1:10])})"
CARDINAL = rf"(?:{_TENS_RE}(?:[ -]{_DIGIT_RE})?|{_alternatives(_ONES)}|eightteen)(?![a-z])"
SMALL = _alternatives(_ONES[1:13])
ORDINAL = (
    rf"(?:(?:{_TENS_RE}[ -])?(?:{_alternatives(_ORDINALS[:9])}|nineth)"
    rf"|{_alternatives([*_ORDINALS[9:], 'twelveth', *(word[:-1] + 'ieth' for word in _TENS)])})(?![a-z])"
)


def english(words: str) -> int:
    """Return the value of a spelled number up to 99, cardinal or ordinal."""
    return sum(_VALUES[word] for word in re.split(r"[ -]+", words))


CHINESE_DIGITS = "零〇一二两三四五六七八九十廿卅百"
_DIGITS = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_ABOUT = (
    "一二",
    "一两",
    "两三",
    "二三",
    "三四",
    "四五",
    "五六",
    "六七",
    "七八",
    "八九",
)  # three or four: the lesser
_SCALES = {"十": 10, "百": 100}
_SCORES = {"廿": 20, "卅": 30}


def chinese(digits: str) -> int:
    """Return the value of a Chinese number up to 999, in digits or characters (二十九, 廿三, 二零一八)."""
    if digits.isdecimal():
        return int(digits)
    if len(digits) == 2 and digits in _ABOUT:
        return _DIGITS[digits[0]]
    if not set(digits) & (_SCALES.keys() | _SCORES.keys()):
        return int("".join(str(_DIGITS[digit]) for digit in digits))
    total, current = 0, None
    for digit in digits:
        if digit in _SCALES:
            total += (1 if current is None else current) * _SCALES[digit]
            current = None
        elif digit in _SCORES:
            total += _SCORES[digit]
        else:
            current = _DIGITS.get(digit, 0) if not digit.isdecimal() else int(digit)
    return total + (current or 0)
