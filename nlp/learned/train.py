"""Training: the corpus and the phrases in, the artefact out. The same input and seed give the same artefact."""

import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.util import load_config, load_model_from_config
from thinc.api import Adam, fix_random_seed

from nlp.learned import network, reader  # noqa: F401 - they register what the config names
from nlp.learned.augment import Augmenter
from nlp.learned.corpus import LANGUAGES, Sentence
from nlp.learned.examples import Example, example
from nlp.learned.spoken import spoken

CONFIG = Path(__file__).parent / "config.cfg"
HIDDEN = 0.25  # how often the words of a name are hidden, so that unknown names are at home
FORGOTTEN = 0.07  # how often any other word is


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
    nlp = load_model_from_config(config, auto_fill=True)
    pipe: Any = nlp.get_pipe("reader")
    augmenter, chance = Augmenter(sentences, plan["seed"]), random.Random(plan["seed"])  # noqa: S311
    fillers = {lang: augmenter.filler(lang) for lang in LANGUAGES}
    pipe.prepare([e for s in (*sentences, *spoken(phrases, fillers, chance)) if (e := example(s))])
    optimizer = Adam(plan["learn_rate"], L2=1e-5, grad_clip=1.0)
    for epoch in range(plan["epochs"]):
        optimizer.learn_rate = plan["learn_rate"] * (1.05 - (epoch + 1) / plan["epochs"])
        said = [s for _ in range(plan["spoken"]) for s in spoken(phrases, fillers, chance)]
        examples = _epoch([*sentences, *said], augmenter, plan["joined"])
        chance.shuffle(examples)
        loss = 0.0
        for at in range(0, len(examples), plan["batch"]):
            batch = [(e, e.features(_hidden(e, chance))) for e in examples[at : at + plan["batch"]]]
            loss += pipe.update(batch, optimizer)
        report(f"epoch {epoch + 1} of {plan['epochs']}: loss {loss * plan['batch'] / len(examples):.3f}")
        if each:
            each(pipe)
    pipe.settle(optimizer)
    if each:
        each(pipe)
    return nlp


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
