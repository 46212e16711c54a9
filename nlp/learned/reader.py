"""The spaCy component that reads: it learns from examples and says what it sees in a message."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc
from thinc.api import Embed, Model, Optimizer

from nlp.learned.examples import ABSENT, OUT, SEVERAL, Example, Segment
from nlp.learned.features import VECTOR, Features
from nlp.learned.linear import Linear
from nlp.learned.network import Floats, output
from nlp.shapes import catalogue

DOUBT = 0.05  # how much of the truth about a command is spread over all: what is learned is then less sure of itself
LETTERS = (
    4.0  # how much the linear model says beside the network; calibrated on sentences that neither had seen
)
COMMAND_WEIGHT = 3.0  # a command counts as much as the tags of several tokens


@dataclass(frozen=True)
class Labels:
    """What there is to learn, in the order of the outputs."""

    commands: tuple[str, ...]
    outer: tuple[str, ...]
    inner: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]]  # by kind

    @staticmethod
    def of(examples: Iterable[Example]) -> "Labels":
        """The labels that occur, and all values of the closed lists."""
        segments = [s for e in examples for s in e.segments]
        values: dict[str, set[str]] = {}
        for shape in catalogue().values():
            for slot, choices in shape.choices.items():
                values.setdefault(shape.kinds[slot], {ABSENT}).update(choices)
        for segment in segments:
            for kind, value in segment.values.items():
                values.setdefault(kind, {ABSENT}).add(value)
        return Labels(
            tuple(sorted({s.command for s in segments} | {SEVERAL})),
            _tags({t for s in segments for t in s.outer}),
            _tags({t for s in segments for t in s.inner}),
            {kind: tuple(sorted(found)) for kind, found in sorted(values.items())},
        )


def _tags(seen: set[str]) -> tuple[str, ...]:
    slots = sorted({t[2:] for t in seen if t != OUT})
    return (OUT, *(f"{edge}-{slot}" for slot in slots for edge in "BI"))


@dataclass(frozen=True)
class Encoded:
    """A message as the encoder sees it: a vector for each token, of its surroundings and of its n-grams."""

    said: Sequence[str]  # the folded words up to the end of each token, from the end of the one before
    tokens: Floats
    grams: Floats
    cuts: Floats  # for each token, the log-probability that a command begins with it and that none does


@dataclass(frozen=True)
class Judged:
    """A segment's log-probabilities of the commands, and the scores of all values that it may imply."""

    commands: Floats
    scores: Floats
    kinds: Mapping[str, slice]

    def values(self, kind: str) -> Floats | None:
        """The log-probabilities of the values of a kind, if there are any."""
        return log_softmax(self.scores[self.kinds[kind]]) if kind in self.kinds else None


def log_softmax(scores: Floats) -> Floats:
    """Along the last axis."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    result: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result


@Language.factory("reader")
class Reader:
    """Cuts messages, tells the commands of their segments, and marks slots."""

    def __init__(  # noqa: PLR0917 - spaCy gives them by name
        self,
        nlp: Language,  # noqa: ARG002 - spaCy gives it
        name: str,
        encoder: Model[Any, Any],
        grams: Model[Any, Any],
        classifier: Model[Any, Any],
        marker: Model[Any, Any],
        width: int,
        mark_width: int,
        command_width: int,
    ) -> None:
        self.name = name
        self.encoder, self.grams, self.classifier, self.marker = encoder, grams, classifier, marker
        self.cut, self.command, self.value = output(), output(), output()
        self.outer, self.inner = output(), output()
        self.embed: Model[Any, Any] = Embed(nO=command_width, column=None)
        self._width, self._mark_width, self.command_width = width, mark_width, command_width
        self.known = Labels((), (), (), {})
        self.linear: Linear | None = None

    def __call__(self, doc: Doc) -> Doc:
        """Leave a document as it is; the parser asks for what it needs."""
        return doc

    @property
    def layers(self) -> dict[str, Model[Any, Any]]:
        """All that has parameters, by name."""
        return {
            "encoder": self.encoder, "grams": self.grams, "classifier": self.classifier, "marker": self.marker,
            "cut": self.cut, "command": self.command, "value": self.value, "outer": self.outer,
            "inner": self.inner, "embed": self.embed,
        }  # fmt: skip

    # --- reading

    def encode(self, found: Features, said: Sequence[str]) -> Encoded:
        """A message's tokens as vectors; `said` are the folded words of each."""
        tokens = self.encoder.predict([found.rows])[0]
        grams = self.grams.predict(_flat([found]))
        return Encoded(said, tokens, grams, log_softmax(self.cut.predict(tokens)))

    def judge(self, encoded: Encoded, places: Sequence[tuple[int, int]]) -> list[Judged]:
        """What each segment, given by its tokens [start, end), may be."""
        hidden = self.classifier.predict(_pools(encoded, places))
        commands, kinds = log_softmax(self.command.predict(hidden)), dict(self._value_slices())
        if self.linear is not None:
            letters = self.linear.scores(["".join(encoded.said[a:b]) for a, b in places])
            commands = self._with_letters(commands, letters)
        return [Judged(*row, kinds) for row in zip(commands, self.value.predict(hidden), strict=True)]

    def _with_letters(self, commands: Floats, letters: Floats) -> Floats:
        """Let the linear model have its say about which command each is, if it is one and not several."""
        several = self.known.commands.index(SEVERAL)
        many = commands[:, several].copy()
        together = commands + LETTERS * letters
        together[:, several] = -np.inf
        together = log_softmax(together) + np.log1p(-np.minimum(np.exp(many), 1 - 1e-6))[:, None]
        together[:, several] = many
        return together

    def mark(self, encoded: Encoded, clauses: Sequence[tuple[int, int, str]]) -> list[tuple[Floats, Floats]]:
        """Log-probabilities of the outer and inner tags of each clause's tokens, if it is that command."""
        if not clauses:
            return []
        commands = self.embed.predict(self._index([c for _, _, c in clauses]))
        given = [
            np.hstack(
                [encoded.tokens[a:b], encoded.grams[a:b], np.repeat(commands[i : i + 1], b - a, axis=0)]
            )
            for i, (a, b, _) in enumerate(clauses)
        ]
        hidden = np.vstack(self.marker.predict(given))
        ends = np.cumsum([b - a for a, b, _ in clauses])[:-1]
        outer, inner = log_softmax(self.outer.predict(hidden)), log_softmax(self.inner.predict(hidden))
        return list(zip(np.split(outer, ends), np.split(inner, ends), strict=True))

    def _index(self, commands: Sequence[str]) -> Any:
        return np.array([self.known.commands.index(c) for c in commands], dtype=np.uint64)

    def _value_slices(self) -> Iterator[tuple[str, slice]]:
        at = 0
        for kind, values in self.known.values.items():
            yield kind, slice(at, at + len(values))
            at += len(values)

    # --- learning

    def prepare(self, examples: Sequence[Example]) -> None:
        """Size the outputs for the labels of these examples."""
        self.known = Labels.of(examples)
        sample = [e.features() for e in examples[:8]]
        self.encoder.initialize(
            [f.rows for f in sample], [np.zeros((len(f.rows), self._width), "f") for f in sample]
        )
        self.grams.initialize()
        table: Any = np.random.RandomState(0).uniform(-0.05, 0.05, self.grams.get_param("E").shape)
        self.grams.set_param("E", table.astype("f"))
        self._size()

    def _size(self) -> None:
        width, gram = self._width, int(self.grams.get_dim("nO"))
        beside = width + gram + self.command_width
        self.embed.set_dim("nV", len(self.known.commands))
        self.embed.initialize()
        self.classifier.initialize(np.zeros((2, 2 * width + 2 * gram), "f"))
        self.marker.initialize([np.zeros((2, beside), "f")])
        sizes = {
            "cut": 2, "command": len(self.known.commands), "value": sum(map(len, self.known.values.values())),
            "outer": len(self.known.outer), "inner": len(self.known.inner),
        }  # fmt: skip
        for name, size in sizes.items():
            layer = self.layers[name]
            layer.set_dim("nO", size)
            layer.initialize(np.zeros((2, self._mark_width if name in ("outer", "inner") else width), "f"))

    def update(self, batch: Sequence[tuple[Example, Features]], optimizer: Optimizer) -> float:
        """Learn from a batch; the loss."""
        rows = [f.rows for _, f in batch]
        tokens, back_tokens = self.encoder.begin_update(rows)
        grams, back_grams = self.grams.begin_update(_flat([f for _, f in batch]))
        flat = np.vstack(tokens)
        d_tokens, d_grams = np.zeros_like(flat), np.zeros_like(grams)
        places = list(_places(batch))
        segments = [s for _, _, s in places]
        loss = self._learn_cuts(flat, d_tokens, {a for a, _, _ in places})
        loss += self._learn_commands(flat, grams, d_tokens, d_grams, [*places, *_overlong(batch)])
        marked = [(a, b, s) for a, b, s in places if s.command in catalogue()]
        loss += self._learn_marks(flat, grams, d_tokens, d_grams, marked) if marked else 0.0
        back_grams(d_grams)
        back_tokens(np.split(d_tokens, np.cumsum([len(r) for r in rows])[:-1]))
        for layer in self.layers.values():
            layer.finish_update(optimizer)
        return loss / max(len(segments), 1)

    def settle(self, optimizer: Optimizer) -> None:
        """Take the running averages of the parameters: they generalise better than the last ones."""
        averages = optimizer.averages or {}
        for layer in self.layers.values():
            for node in layer.walk():
                for name in node.param_names:
                    if (found := averages.get((node.id, name))) is not None:
                        node.set_param(name, found)

    def _learn_cuts(self, flat: Floats, d_tokens: Floats, begins: set[int]) -> float:
        scores, back = self.cut.begin_update(flat)
        truth = np.zeros(len(flat), dtype=int)
        truth[list(begins)] = 1
        loss, d_scores = _cross_entropy(scores, truth)
        d_tokens += back(d_scores)
        return loss

    def _learn_commands(
        self,
        flat: Floats,
        grams: Floats,
        d_tokens: Floats,
        d_grams: Floats,
        places: Sequence[tuple[int, int, Segment]],
    ) -> float:
        pooled = np.stack([_pool(flat[a:b], grams[a:b]) for a, b, _ in places])
        hidden, back = self.classifier.begin_update(pooled)
        scores, back_scores = self.command.begin_update(hidden)
        truth = self._index([s.command for _, _, s in places]).astype(int)
        loss, d_scores = _cross_entropy(scores, truth, DOUBT)
        d_scores *= COMMAND_WEIGHT
        d_hidden = back_scores(d_scores)
        values, back_values = self.value.begin_update(hidden)
        d_values = np.zeros_like(values)
        for kind, at in self._value_slices():
            named = self.known.values[kind]
            known = [i for i, (_, _, s) in enumerate(places) if kind in s.values]
            if known:
                truth = np.array([named.index(places[i][2].values[kind]) for i in known])
                more, d_values[known, at] = _cross_entropy(values[known, at], truth)
                loss += more
        d_pooled = back(d_hidden + back_values(d_values))
        for (a, b, _), d in zip(places, d_pooled, strict=True):
            _unpool(d, flat[a:b], d_tokens[a:b], grams[a:b], d_grams[a:b])
        return loss

    def _learn_marks(
        self,
        flat: Floats,
        grams: Floats,
        d_tokens: Floats,
        d_grams: Floats,
        places: Sequence[tuple[int, int, Segment]],
    ) -> float:
        commands, back_commands = self.embed.begin_update(self._index([s.command for _, _, s in places]))
        lengths = [b - a for a, b, _ in places]
        given = [
            np.hstack([flat[a:b], grams[a:b], np.repeat(commands[i : i + 1], b - a, axis=0)])
            for i, (a, b, _) in enumerate(places)
        ]
        hidden, back = self.marker.begin_update(given)
        joined = np.vstack(hidden)
        loss, d_joined = 0.0, np.zeros_like(joined)
        for layer, named, rows in (
            (self.outer, self.known.outer, [t for _, _, s in places for t in s.outer]),
            (self.inner, self.known.inner, [t for _, _, s in places for t in s.inner]),
        ):
            scores, back_scores = layer.begin_update(joined)
            more, d_scores = _cross_entropy(scores, np.array([named.index(t) for t in rows]))
            d_joined += back_scores(d_scores)
            loss += more
        width, gram = flat.shape[1], grams.shape[1]
        d_given = back(np.split(d_joined, np.cumsum(lengths)[:-1]))
        for (a, b, _), d in zip(places, d_given, strict=True):
            d_tokens[a:b] += d[:, :width]
            d_grams[a:b] += d[:, width : width + gram]
        back_commands(np.stack([d[:, width + gram :].sum(axis=0) for d in d_given]))
        return loss

    # --- keeping

    def to_disk(self, path: Path, *, exclude: Iterable[str] = ()) -> None:  # noqa: ARG002 - spaCy gives it
        """Write the parameters, in half precision."""
        path.mkdir(parents=True, exist_ok=True)
        (path / "labels.json").write_text(json.dumps(asdict(self.known)), "utf-8")
        arrays: dict[str, Any] = {
            f"{name}/{i}/{param}": node.get_param(param).astype("float16")
            for name, layer in self.layers.items()
            for i, node in enumerate(layer.walk())
            for param in node.param_names
        }
        arrays |= {f"linear/{name}": a for name, a in asdict(self.linear).items()} if self.linear else {}
        np.savez_compressed(path / "weights.npz", **arrays)

    def from_disk(self, path: Path, *, exclude: Iterable[str] = ()) -> "Reader":  # noqa: ARG002 - spaCy gives it
        """Read what `to_disk` wrote."""
        data = json.loads((path / "labels.json").read_text("utf-8"))
        self.known = Labels(
            tuple(data["commands"]), tuple(data["outer"]), tuple(data["inner"]),
            {k: tuple(v) for k, v in data["values"].items()},
        )  # fmt: skip
        self.encoder.initialize(
            [np.zeros((1, VECTOR + 1), dtype=np.uint64)], [np.zeros((1, self._width), "f")]
        )
        self.grams.initialize()
        self._size()
        with np.load(path / "weights.npz") as arrays:
            for name, layer in self.layers.items():
                for i, node in enumerate(layer.walk()):
                    for param in node.param_names:
                        node.set_param(param, arrays[f"{name}/{i}/{param}"].astype(np.float32))
            if "linear/keys" in arrays:
                self.linear = Linear(**{f.name: arrays[f"linear/{f.name}"] for f in fields(Linear)})
        return self


def _flat(found: Sequence[Features]) -> tuple[Any, Any]:
    tokens = [g for f in found for g in f.grams]
    keys = np.fromiter((k for g in tokens for k in g), dtype=np.uint64)
    return keys, np.array([len(g) for g in tokens], dtype=np.int64)


def _places(batch: Sequence[tuple[Example, Features]]) -> Iterator[tuple[int, int, Segment]]:
    """The segments of a batch, at their places among all its tokens."""
    offset = 0
    for one, found in batch:
        for segment in one.segments:
            yield offset + segment.start, offset + segment.end, segment
        offset += len(found.rows)


def _overlong(batch: Sequence[tuple[Example, Features]]) -> Iterator[tuple[int, int, Segment]]:
    """What reaches over several commands, likewise."""
    offset = 0
    for one, found in batch:
        for segment in one.overlong:
            yield offset + segment.start, offset + segment.end, segment
        offset += len(found.rows)


def _pool(tokens: Floats, grams: Floats) -> Floats:
    result: Floats = np.concatenate([tokens.mean(0), tokens.max(0), grams.mean(0), grams.max(0)])
    return result


def _pools(encoded: Encoded, places: Sequence[tuple[int, int]]) -> Floats:
    """What `_pool` makes of each of the places."""
    edges = np.array(places)
    lengths = (edges[:, 1] - edges[:, 0])[:, None]
    flat, pooled = edges.ravel(), []
    for rows in (encoded.tokens, encoded.grams):
        more = np.vstack([rows, np.zeros_like(rows[:1])])  # an edge may lie behind the last token
        pooled += [np.add.reduceat(more, flat)[::2] / lengths, np.maximum.reduceat(more, flat)[::2]]
    return np.hstack(pooled).astype(np.float32)


def _unpool(d: Floats, tokens: Floats, d_tokens: Floats, grams: Floats, d_grams: Floats) -> None:
    width, gram, n = tokens.shape[1], grams.shape[1], len(tokens)
    d_tokens += d[:width] / n
    d_tokens[tokens.argmax(0), np.arange(width)] += d[width : 2 * width]
    d_grams += d[2 * width : 2 * width + gram] / n
    d_grams[grams.argmax(0), np.arange(gram)] += d[2 * width + gram :]


def _cross_entropy(scores: Floats, truth: Any, doubt: float = 0.0) -> tuple[float, Floats]:
    """The summed loss and its gradient; `doubt` is the share of the truth that all labels have alike."""
    logs = log_softmax(scores)
    at = np.arange(len(truth))
    d = np.exp(logs)
    d -= doubt / d.shape[1]
    d[at, truth] -= 1 - doubt
    return -float(logs[at, truth].sum()), d
