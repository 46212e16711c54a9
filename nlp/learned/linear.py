"""A linear model over the letters of a segment, which tells its command; the network has its say beside it.

It is learned by scikit-learn from the n-grams of folded words, and kept as bytes; to read with it takes numpy alone.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Linear:
    """Weights (n-grams by commands) as bytes with a scale for each command; `keys` are the n-grams' hashes in order."""

    keys: Any
    rarity: Any
    weights: Any
    scale: Any
    bias: Any

    def scores(self, words: str) -> Any:
        """How much speaks for each command; above zero is for, below against."""
        counted = Counter(key(n) for n in ngrams(words))
        hashes = np.fromiter(counted, dtype=np.uint64)
        at = np.minimum(np.searchsorted(self.keys, hashes), len(self.keys) - 1)
        known = self.keys[at] == hashes
        often = np.fromiter(counted.values(), dtype=np.float32)[known]
        at = at[known]
        values = (1 + np.log(often)) * self.rarity[at]
        length = float(np.sqrt((values**2).sum())) or 1.0
        return (values / length) @ self.weights[at].astype(np.float32) * self.scale + self.bias


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
