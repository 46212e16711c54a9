"""A linear model over the letters of a segment, which tells its command; the network has its say beside it.

It is learned by scikit-learn from the n-grams of folded words, and kept as bytes; to read with it takes numpy alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from nlp.learned.features import key

LONGEST = 4  # letters of an n-gram
SEEN = 2  # times an n-gram must have been, to count
KEPT = 60_000  # n-grams that say most
DOUBT = 0.3  # the inverse of how strongly weights are held small
_STEPS = 127.0  # of a weight kept as a byte


def ngrams(words: str) -> Iterator[str]:
    """The n-grams of each word, its ends marked."""
    for word in words.split():
        padded = f" {word} "
        for n in range(1, LONGEST + 1):
            yield from (padded[i : i + n] for i in range(len(padded) - n + 1))


@lru_cache(maxsize=20_000)
def _keys(word: str) -> tuple[int, ...]:
    return tuple(key(n) for n in ngrams(word))


@dataclass(frozen=True)
class Linear:
    """Weights (n-grams by commands) as bytes with a scale for each command; `keys` are the n-grams' hashes in order."""

    keys: Any
    rarity: Any
    weights: Any
    scale: Any
    bias: Any

    def scores(self, said: Sequence[str]) -> Any:
        """How much speaks for each command in each of the segments; above zero is for, below against."""
        keys = [[k for word in words.split() for k in _keys(word)] for words in said]
        owners = np.repeat(np.arange(len(keys)), [len(k) for k in keys])
        unique, at = np.unique(
            np.fromiter((k for each in keys for k in each), dtype=np.uint64), return_inverse=True
        )
        places = np.minimum(np.searchsorted(self.keys, unique), len(self.keys) - 1)
        counts = np.bincount(owners * len(unique) + at, minlength=len(keys) * len(unique))
        often = counts.reshape(len(keys), len(unique))[:, known := self.keys[places] == unique]
        places = places[known]
        values = np.where(often, 1 + np.log(np.maximum(often, 1)), 0) * self.rarity[places]
        lengths = np.sqrt((values**2).sum(axis=1, keepdims=True))
        values = (values / np.where(lengths, lengths, 1)).astype(np.float32)
        return values @ self.weights[places].astype(np.float32) * self.scale + self.bias


def learn(said: Sequence[tuple[str, str]], commands: Sequence[str], seed: int) -> Linear:
    """A model of (words, command) pairs; a command that none of them is never likely."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - only training needs it
    from sklearn.svm import LinearSVC  # noqa: PLC0415 - likewise

    vectorizer = TfidfVectorizer(analyzer=lambda words: list(ngrams(words)), sublinear_tf=True, min_df=SEEN)
    rows = vectorizer.fit_transform([words for words, _ in said])
    classifier = LinearSVC(C=DOUBT, random_state=seed).fit(rows, [command for _, command in said])
    weights = np.zeros((rows.shape[1], len(commands)), dtype=np.float32)
    bias = np.full(len(commands), -2.0, dtype=np.float32)
    for i, command in enumerate(classifier.classes_):
        weights[:, commands.index(command)] = classifier.coef_[i]
        bias[commands.index(command)] = classifier.intercept_[i]
    names, rarity = vectorizer.get_feature_names_out(), vectorizer.idf_
    said_most = np.sort(np.argsort(-np.linalg.norm(weights, axis=1))[:KEPT])
    keys = np.array([key(str(names[i])) for i in said_most], dtype=np.uint64)
    order = said_most[np.argsort(keys)]
    scale = np.maximum(np.abs(weights[order]).max(axis=0), 1e-6) / _STEPS
    steps = np.round(weights[order] / scale).astype(np.int8)
    return Linear(np.sort(keys), rarity[order].astype(np.float32), steps, scale.astype(np.float32), bias)
