"""A clause with some of its typed pieces masked and others taken out, and the way back to the words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nlp.phrases import SPAN
from nlp.spans import Span

_LEAD = re.compile(
    r"[\s,;.:!?-]*(?:(?:please|pls|plz|kindly|ok|okay|so|and|then|also|just|hey|hi|well|oh|um|right|parley|could you|can you|would you|will you|can u|could u|i need you to|i want you to|i'd like you to|i'd like to|请|麻烦你?|帮忙|帮我们?|帮我一?下|能不能|可以|能否|可不可以|顺便|然后|另外|并且|还有|再|好的?|嗯|那个,|对了|哦对了|那)[\s,]*(?![a-z]))*"
)
_TAIL = re.compile(
    r"(?:[\s,;.!?~-]|(?<![a-z])(?:please|pls|plz|thanks|thank you|thx|ty|cheers|for me|will you)|谢谢|谢啦|多谢|拜托|哈|吧|啦|哦|喔|呗|呢|啊|吗|一下)*$"
)
_EDGES = re.compile(r"[\s,;.:!?~-]*(.*?)[\s,;.!?~-]*$", re.DOTALL)
_GAP = re.compile(r"\s{2,}")


@dataclass(frozen=True)
class View:
    """`text` is folded and masked, `words` the same places as they were said."""

    text: str
    words: str

    def said(self, start: int, end: int) -> str:
        """What was said at a place."""
        return self.words[start:end].strip(" \n,;:，；：、")


def views(
    words: str,
    folded: str,
    offset: int,
    spans: Sequence[Span],
    removed: frozenset[str] = frozenset(),
    masked: frozenset[str] = frozenset(),
) -> list[View]:
    """The clause at `offset` of its message, pieces of the `removed` kinds taken out, those of `masked` kinds masked.

    As it is and, where that differs, without the courtesies around it.
    """
    text, said, at = [], [], 0
    for span in spans:
        start, end = span.start - offset, span.end - offset
        if start < at or not (span.kind in removed or span.kind in masked):
            continue
        mask = "" if span.kind in removed else SPAN[span.kind] * (end - start)
        text += [folded[at:start], mask]
        said += [words[at:start], words[start:end] if mask else ""]
        at = end
    return _trimmed("".join((*text, folded[at:])), "".join((*said, words[at:])))


def _trimmed(text: str, words: str) -> list[View]:
    """Without the gaps that removed pieces leave; bare, and without courtesies."""
    while gap := _GAP.search(text):
        cut = slice(gap.start() + 1, gap.end())
        text, words = text[: cut.start] + text[cut.stop :], words[: cut.start] + words[cut.stop :]
    bare = _EDGES.search(text)
    start = _LEAD.match(text)
    begin = start.end() if start else 0
    tail = _TAIL.search(text, begin)
    end = tail.start() if tail and tail.start() > begin else len(text)
    found = [View(text[a:b], words[a:b]) for a, b in (bare.span(1) if bare else (0, len(text)), (begin, end))]
    return list(dict.fromkeys(v for v in found if v.text))
