"""Folding words so that what people type finds what people wrote: case, accents, script, pinyin, typing errors."""

import os
import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

from opencc import OpenCC

os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")  # 60 MB of phrases that names do not need
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "true")

CJK = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORDS = re.compile(rf"[{CJK}]+|[^\W_{CJK}]+")
_CJK = re.compile(rf"[{CJK}]")
_LEGAL = re.compile(
    r"[\s,.]+(inc|incorporated|ltd|limited|llc|corp|corporation|co|company|gmbh|ag|sa|plc|bv|oy|ab|kg|srl|pty)\.?$",
    re.IGNORECASE,
)
_LEGAL_ZH = re.compile(r"(股份|有限|责任|集团|控股|总)*公司$|集团$")
_TRADE_ZH = re.compile(
    r"(制造|科技|贸易|医疗|电子|网络|信息|实业|工业|机械|物流|食品|服饰|建材|化工|能源|文化|传媒|教育|咨询|技术|国际|商贸|软件|数码|生物|制药|药业|餐饮|酒店|地产|置业|设计|印刷|包装|家具|电器|材料)$"
)
# Letters whose stroke is part of them, not an accent that could be taken off.
_STROKES = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
# Surnames whose usual reading as a character is another one.
_SURNAMES = {
    "曾": "zeng",
    "单": "shan",
    "解": "xie",
    "仇": "qiu",
    "查": "zha",
    "盖": "ge",
    "区": "ou",
    "任": "ren",
}


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


@cache
def _pinyin_module() -> "object":
    import pypinyin  # noqa: PLC0415 - takes 30 ms and 12 MB; only where Chinese names are met

    return pypinyin


@lru_cache(4096)
def fold(text: str) -> str:
    """Lower case, without accents, full-width as half-width, traditional as simplified."""
    text = unicodedata.normalize("NFKC", text).casefold()
    if text.isascii():
        return text
    text = text.translate(_STROKES)
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    plain = unicodedata.normalize("NFC", plain)
    return _simplifier().convert(plain) if _CJK.search(plain) else plain


def is_cjk(text: str) -> bool:
    """Whether there is a Chinese character in it."""
    return bool(_CJK.search(text))


def words(text: str) -> list[str]:
    """Folded words; a run of Chinese characters is one word."""
    return _WORDS.findall(fold(text))


@lru_cache(4096)
def syllables(word: str) -> tuple[str, ...]:
    """The pinyin of a folded run of Chinese characters, one syllable a character."""
    read = list(_pinyin_module().lazy_pinyin(word))  # type: ignore[attr-defined]
    if word[0] in _SURNAMES and len(word) <= 3:
        read[0] = _SURNAMES[word[0]]
    return tuple(read)


def spelled(text: str) -> str:
    """A name as one run of Latin letters: 张伟, "Zhang Wei" and "zhangwei" are the same."""
    return "".join("".join(syllables(w)) if is_cjk(w) else w for w in words(text))


def deletes(word: str) -> Iterator[str]:
    """The word and each form with one letter left out: two words within one edit share one (SymSpell's idea)."""
    yield word
    for i in range(len(word)):
        yield word[:i] + word[i + 1 :]


def short_company(name: str) -> str:
    """A company's name without its legal form: "Acme Inc." is Acme, 鸿图制造有限公司 is 鸿图制造."""
    stripped = _LEGAL_ZH.sub("", _LEGAL.sub("", name.strip()).strip(" ,."))
    return stripped or name


def trade_name(name: str) -> str:
    """What people call a Chinese company: 鸿图制造 is 鸿图."""
    short = fold(short_company(name))
    bare = _TRADE_ZH.sub("", short)
    return bare if len(bare) >= 2 else short
