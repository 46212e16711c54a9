"""Word vectors of common English words, so that a word the corpus lacks stands near those it has.

The first 36,000 words of GloVe 6B (50 dimensions; Pennington, Socher, Manning 2014, public domain under PDDL 1.0),
centred, of length one, as bytes.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

PATH = Path(__file__).parent / "vectors.npz"
WIDTH = 50
_SCALE = 200


@cache
def _file() -> tuple[Mapping[str, int], Any]:
    with np.load(PATH) as data:
        words, table = str(data["words"]).split("\n"), data["vectors"]
    full = np.vstack([np.zeros((1, WIDTH)), table]).astype(np.float32) / _SCALE
    return {word: i for i, word in enumerate(words, 1)}, full


def vector_of(word: str) -> int:
    """The row of a folded word's vector; 0 where it has none."""
    return _file()[0].get(word, 0)


def vectors() -> Any:
    """The table of vectors; row 0 is zero."""
    return _file()[1]
