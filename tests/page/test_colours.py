"""Text can be read on what it stands on, by day and by night (WCAG 2.2 AA)."""

import re

import pytest

from bot.adapters.page.words import STATIC

PAIRS = [
    ("ink", "ground"),
    ("ink", "surface"),
    ("ink", "side"),
    ("ink", "mine"),
    ("quiet", "ground"),
    ("quiet", "surface"),
    ("quiet", "side"),
    ("accent", "ground"),
    ("accent", "surface"),
    ("accent", "tint"),
    ("on-accent", "accent"),
    ("alarm", "side"),
    ("alarm", "ground"),
]


def colours(dark: bool) -> dict[str, str]:
    blocks = re.findall(r":root \{(.+?)\}", (STATIC / "page.css").read_text("utf-8"), re.DOTALL)
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", blocks[1 if dark else 0]))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(p * w for p, w in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_contrast(text: str, ground: str, dark: bool) -> None:
    found = colours(dark)
    light, deep = sorted((luminance(found[text]), luminance(found[ground])), reverse=True)
    assert (light + 0.05) / (deep + 0.05) >= 4.5
