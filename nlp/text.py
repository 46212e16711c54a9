"""Text as people type it: cleaned, folded without changing its length, and its language."""

import re
import unicodedata
from functools import cache

from opencc import OpenCC

CJK = r"\u3400-\u4dbf\u4e00-\u9fff"
_CJK = re.compile(f"[{CJK}]")
_LATIN = re.compile(r"[A-Za-z]{2,}")
_KEPT_CONTROLS = "\n\t"
_QUOTES = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "「": '"',
        "」": '"',
        "『": '"',
        "』": '"',
        "，": ",",
        "；": ";",
        "：": ":",
        "？": "?",
        "！": "!",
        "（": "(",
        "）": ")",
        "　": " ",
        "。": ".",
        "\t": " ",
    }
)


def clean(text: str) -> str:
    """Without control, bidirectional and invisible characters, and in composed form; line breaks stay."""
    composed = unicodedata.normalize("NFC", text)
    if composed.isascii() and composed.isprintable():
        return composed.strip()
    kept = (
        c
        for c in composed
        if c in _KEPT_CONTROLS or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    return "".join(kept).strip()


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


@cache
def _traditionalist() -> OpenCC:
    return OpenCC("s2t")


@cache
def _fold_character(character: str) -> str:
    half = unicodedata.normalize("NFKC", character)
    low = (half if len(half) == 1 else character).lower()
    low = low if len(low) == 1 else character
    return _simplifier().convert(low) if _CJK.match(low) else low


def fold(text: str) -> str:
    """Lower case, simplified characters, plain quotes and half-width punctuation; as long as `text`."""
    plain = text.translate(_QUOTES)
    return plain.lower() if plain.isascii() else "".join(map(_fold_character, plain))


def has_cjk(text: str) -> bool:
    """Whether there is a Chinese character."""
    return bool(_CJK.search(text))


def detect(text: str, default: str | None = None) -> str:
    """The language of a text: en, zh-Hans or zh-Hant; `default` where it could be either of two."""
    if not has_cjk(text):
        return "en" if default is None or _LATIN.search(text) else default
    chinese = "".join(_CJK.findall(text))
    simplified, traditional = (
        _simplifier().convert(chinese) == chinese,
        _traditionalist().convert(chinese) == chinese,
    )
    if simplified and traditional:
        return default if default in ("zh-Hans", "zh-Hant") else "zh-Hans"
    return "zh-Hans" if simplified else "zh-Hant"
