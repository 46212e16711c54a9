"""Training: the corpus and the phrases in, the artefact out. The same input and seed give the same artefact."""

import random
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.util import load_config, load_model_from_config
from thinc.api import Adam, fix_random_seed

from nlp.learned import linear, network, reader  # noqa: F401 - reader registers what the config names
from nlp.learned.augment import Augmenter
from nlp.learned.corpus import LANGUAGES, Sentence
from nlp.learned.examples import Example, example
from nlp.learned.spoken import spoken
from nlp.text import fold

CONFIG = Path(__file__).parent / "config.cfg"
HIDDEN = 0.25  # how often the words of a name are hidden, so that unknown names are at home
FORGOTTEN = 0.07  # how often any other word is
DROPPED = 0.4  # how often an n-gram is left out: whole turns of phrase are learned by heart too easily


def train(
    sentences: Sequence[Sentence],
    phrases: Mapping[str, Mapping[str, Sequence[str]]],
    report: Callable[[str], None],
    each: Callable[[Any], None] | None = None,
) -> Language:
    """A pipeline that has learned the sentences and the phrases (templates by language and command)."""
    config = load_config(CONFIG)
    plan = config.pop("training")
    fix_random_seed(plan["seed"])
    with network.backend():
        nlp = load_model_from_config(config, auto_fill=True)
    pipe: Any = nlp.get_pipe("reader")
    augmenter, chance = Augmenter(sentences, plan["seed"]), random.Random(plan["seed"])  # noqa: S311
    fillers = {lang: augmenter.filler(lang) for lang in LANGUAGES}
    pipe.prepare([e for s in (*sentences, *spoken(phrases, fillers, chance)) if (e := example(s))])
    kept = partial(_kept, chance)
    optimizer = Adam(plan["learn_rate"], L2=1e-5, grad_clip=1.0)
    for epoch in range(plan["epochs"]):
        optimizer.learn_rate = plan["learn_rate"] * (1.05 - (epoch + 1) / plan["epochs"])
        said = [s for _ in range(plan["spoken"]) for s in spoken(phrases, fillers, chance)]
        examples = _epoch([*sentences, *said], augmenter, plan["joined"])
        chance.shuffle(examples)
        loss = 0.0
        for at in range(0, len(examples), plan["batch"]):
            batch = [(e, e.features(_hidden(e, chance), kept)) for e in examples[at : at + plan["batch"]]]
            loss += pipe.update(batch, optimizer)
        report(f"epoch {epoch + 1} of {plan['epochs']}: loss {loss * plan['batch'] / len(examples):.3f}")
        if each:
            each(pipe)
    pipe.settle(optimizer)
    pipe.linear = letters(sentences, phrases, pipe.known.commands, plan["seed"])
    report(f"letters: {len(pipe.linear.keys)} n-grams")
    if each:
        each(pipe)
    return nlp


def letters(
    sentences: Sequence[Sentence],
    phrases: Mapping[str, Mapping[str, Sequence[str]]],
    commands: Sequence[str],
    seed: int,
) -> linear.Linear:
    """The linear model of the same sentences, and of what the phrases say."""
    augmenter = Augmenter(sentences, seed)
    fillers = {lang: augmenter.filler(lang) for lang in LANGUAGES}
    said = [s for _ in range(2) for s in spoken(phrases, fillers, augmenter.random)]
    return linear.learn(
        [(fold(p.text), p.command) for s in (*sentences, *said) for p in s.parts], commands, seed
    )


def _epoch(sentences: Sequence[Sentence], augmenter: Augmenter, joined: float) -> list[Example]:
    varied = [augmenter.varied(s) for s in sentences]
    more = augmenter.joined(int(len(sentences) * joined))
    return [e for s in (*varied, *more) if (e := example(s)) and len(e.tokens) <= 100]


def _hidden(one: Example, chance: random.Random) -> frozenset[int]:
    names = chance.random() < HIDDEN
    return frozenset(
        i for i, t in enumerate(one.tokens)
        if t.span is None and ((i in one.names and names) or chance.random() < FORGOTTEN)
    )  # fmt: skip


def _kept(chance: random.Random, keys: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(k for k in keys if chance.random() > DROPPED) or keys[:1]
