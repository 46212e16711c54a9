"""The network: an encoder of tokens, and four heads over it.

Whole messages are encoded once. `cuts` says for each token whether a command begins with it; `commands` and `values`
see a segment (between two cuts) pooled, and say which command it is and what values it implies; `marks` sees the
tokens of a segment together with its command and says which slot each token belongs to, and which slot inside that.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
from thinc.api import (
    HashEmbed,
    Linear,
    Maxout,
    Model,
    chain,
    clone,
    concatenate,
    expand_window,
    registry,
    residual,
    use_ops,
    with_array,
)

from nlp.learned.features import COLUMNS, VECTOR
from nlp.learned.vectors import WIDTH, vectors

Floats = Any  # arrays of 32-bit floats; numpy and thinc have types of their own for them that do not meet
PIECES = 2  # of each maxout layer
SIZES = {"word": 4000, "prefix": 1500, "suffix": 1500, "shape": 200, "class": 200, "pair": 4000}


def backend() -> AbstractContextManager[None]:
    """Layers made inside multiply by numpy, which is three to five times as fast at these sizes as thinc by itself."""
    return use_ops("numpy", use_blis=False)


@registry.layers("parley.Encoder.v1")
def encoder(width: int, depth: int, dropout: float) -> Model[Any, Any]:
    """Feature rows of each message to vectors of each token."""
    embed: Model[Any, Any] = concatenate(
        *(
            HashEmbed(
                width if name == "word" else width // 2, SIZES[name], column=i, dropout=dropout, seed=i + 1
            )
            for i, name in enumerate(COLUMNS)
        ),
        chain(pretrained(), Linear(nO=width)),
    )
    mix = Maxout(nO=width, nP=PIECES, normalize=True, dropout=dropout)
    window = residual(
        chain(expand_window(window_size=1), Maxout(nO=width, nP=PIECES, normalize=True, dropout=dropout))
    )
    return with_array(chain(embed, mix, clone(window, depth)), pad=depth)


def pretrained() -> Model[Any, Any]:
    """Feature rows to the word vectors; they are not trained further."""
    return Model("pretrained", _pretrained_forward, dims={"nO": WIDTH})


def _pretrained_forward(
    model: Model[Any, Any], rows: Any, is_train: bool
) -> tuple[Floats, Callable[[Any], Any]]:
    found = vectors()[rows[:, VECTOR].astype(np.int64)]
    return found, lambda _: np.zeros_like(rows)


@registry.layers("parley.Grams.v1")
def grams(rows: int, width: int) -> Model[Any, Any]:
    """The n-grams of each token, as a flat array of keys and their counts, to the sum of their vectors."""
    return Model(
        "grams", _grams_forward, init=_grams_init, dims={"nO": width, "nV": rows}, params={"E": None}
    )


def _grams_init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:
    model.set_param("E", model.ops.alloc2f(model.get_dim("nV"), model.get_dim("nO")))


def _grams_forward(
    model: Model[Any, Any], given: tuple[Any, Any], is_train: bool
) -> tuple[Floats, Callable[[Floats], None]]:
    keys, counts = given
    table = model.get_param("E")
    at = (keys % table.shape[0]).astype(np.int64)
    starts = np.cumsum(counts) - counts
    sums = np.add.reduceat(table[at], starts, axis=0)

    def backprop(d_sums: Floats) -> None:
        gradient: Any = np.zeros_like(table)
        np.add.at(gradient, at, np.repeat(d_sums, counts, axis=0))
        model.inc_grad("E", gradient)

    return sums, backprop


@registry.layers("parley.Classifier.v1")
def classifier(width: int, dropout: float) -> Model[Any, Any]:
    """Pooled segments to a hidden layer."""
    return Maxout(nO=width, nP=PIECES, normalize=True, dropout=dropout)


@registry.layers("parley.Marker.v1")
def marker(width: int, dropout: float) -> Model[Any, Any]:
    """Token vectors of segments, the command's vector beside each, to a hidden layer for the slots."""
    return with_array(
        chain(
            Maxout(nO=width, nP=PIECES, normalize=True, dropout=dropout),
            residual(
                chain(
                    expand_window(window_size=1), Maxout(nO=width, nP=PIECES, normalize=True, dropout=dropout)
                )
            ),
            residual(
                chain(
                    expand_window(window_size=1), Maxout(nO=width, nP=PIECES, normalize=True, dropout=dropout)
                )
            ),
        ),
        pad=2,
    )


def output() -> Model[Any, Any]:
    """A linear layer, its size known only with the labels."""
    return Linear()
