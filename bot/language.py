"""Training the language model and measuring it: what `parley train` and `parley evaluate` do."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.numbers import get_territory_currencies

from bot.app import country_of
from bot.grammar import phrases, reader
from handlers.registry import catalogue_phrasebook
from nlp import evaluate
from nlp.learned import artefact
from nlp.learned.corpus import LANGUAGES, sentences
from nlp.reading import Context
from nlp.report import written
from nlp.time import Clock, day_first

ROOT = Path(__file__).parents[1]
CASES = ROOT / "tests" / "language"
REPORT = ROOT / "docs" / "language.md"


def train(say: Callable[[str], None]) -> None:
    """Make the model anew from the corpus and the phrases. Raises `Malformed` for a line that cannot be read."""
    from nlp.learned.train import train as learn  # noqa: PLC0415 - spaCy takes its time, and only training needs it

    said = phrases(catalogue_phrasebook())
    learn(sentences(), said, say).to_disk(artefact.PATH)
    artefact.mark(said)


def is_current() -> bool:
    """Whether the model was made from the corpus and the phrases that there are now."""
    return artefact.is_current(phrases(catalogue_phrasebook()))


def context_of(case: evaluate.Case) -> Context:
    """The speaker of an annotated utterance, in the country of the zone and its currency."""
    zone = ZoneInfo(case.tz)
    clock = Clock(datetime.fromisoformat(case.now).astimezone(zone), day_first(case.tz))
    country = country_of(case.tz) or "US"
    currencies = get_territory_currencies(country) or ["USD"]
    return Context(clock, None, str(currencies[0]), country)


def outcomes(half: evaluate.Half) -> dict[str, list[evaluate.Outcome]]:
    """What the parser makes of one half of the annotated utterances, by language."""
    parser = reader(catalogue_phrasebook())
    found = {}
    for lang in LANGUAGES:
        cases = evaluate.load(CASES / f"{lang}.jsonl", half)
        found[lang] = evaluate.run(cases, lambda case: parser.parse(case.text, context_of(case)))
    return found


def report(half: evaluate.Half) -> str:
    """The measures of one half, and of the calibration on dev, as the page in `docs/`."""
    dev = outcomes("dev")
    return written(half, dev if half == "dev" else outcomes(half), dev, agreement())


def agreement() -> dict[str, dict[str, evaluate.Share]]:
    """How far a second annotator agrees with the first on some of the dev half, by language."""
    return {
        lang: evaluate.agreement(
            *(evaluate.load(f / f"{lang}.jsonl", "dev") for f in (CASES, CASES / "again"))
        )
        for lang in LANGUAGES
    }
