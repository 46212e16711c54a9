"""One spelling for the many: lower case, half width, simplified characters; every code point stays in place."""

from __future__ import annotations

# Traditional (and variant) characters that occur in words about time, each above its simplified form.
_VARIANT = "點鐘時後個號兩這週禮開從結農曆節國慶聖誕勞動兒童婦女師終遲準過還當現剛馬隔雙單間內為與對約幾來處達數體續預歲臘閏"
_SIMPLE_ = "点钟时后个号两这周礼开从结农历节国庆圣诞劳动儿童妇女师终迟准过还当现刚马隔双单间内为与对约几来处达数体续预岁腊闰"
_VARIANT += "淩裡裏際萬黃金靈復蘇聯間徹夥羣週遠陽終於後頭財務學會黨軍親貳參後倆拾佰臺兩點盡儘"
_SIMPLE_ += "凌里里际万黄金灵复苏联间彻伙群周远阳终于后头财务学会党军亲二三后俩十百台两点尽尽"

_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) not in "，！？；"}
_CASE = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_WIDE_CASE = {code: code - 0xFEE0 + 32 for code in range(0xFF21, 0xFF3B)}
_MARKS = {ord(mark): ord("'") for mark in "’‘ʼ′`"} | {ord(mark): ord("-") for mark in "‐‑‒–—−－"}
_SPACES = {ord(space): ord(" ") for space in "\u00a0\u2002\u2003\u2009\u200a\u202f\u3000\t"}

_TABLE = (
    _WIDTH
    | _CASE
    | _WIDE_CASE
    | _MARKS
    | _SPACES
    | dict(zip(map(ord, _VARIANT), map(ord, _SIMPLE_), strict=True))
)


def fold(text: str) -> str:
    """Return `text` with one spelling for each character; its length and every position are kept."""
    return text.translate(_TABLE)
