"""How well and how fast language is read, beside dateparser, JioNLP and a linear model: all in one run.

    pip install -r benchmarks/requirements.txt
    python -m benchmarks.language [DATES.jsonl]

DATES.jsonl holds date cases as in `tests/nlp/time/recognizers_dev.jsonl`, which is taken where none is named.
"""

import argparse
import contextlib
import io
import itertools
import json
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.grammar import reader
from bot.language import CASES, context_of
from handlers.registry import catalogue_phrasebook
from nlp.evaluate import Case, load, measures, run
from nlp.learned.corpus import LANGUAGES, sentences
from nlp.parser import Parser
from nlp.reading import Context, Known
from nlp.text import fold
from nlp.time import Clock, when

TIMES = Path(__file__).parents[1] / "tests" / "nlp" / "time"
NOW = datetime(2026, 3, 2, 10, tzinfo=ZoneInfo("Europe/Berlin"))
Reads = Callable[
    [str, datetime, str], str
]  # a text, the moment it is said, its language → an ISO moment or date, or ""


def parley(text: str, now: datetime, lang: str) -> str:
    """Our own grammar."""
    return str(when(text, Clock(now, day_first=now.tzinfo is not UTC), lang)["when"] or "")


def dateparser_reads(text: str, now: datetime, lang: str) -> str:
    """The dateparser library, as it comes, with the future preferred."""
    import dateparser  # noqa: PLC0415 - only here

    settings = {"RELATIVE_BASE": now.replace(tzinfo=None), "PREFER_DATES_FROM": "future"}
    found = dateparser.parse(text, languages=["en" if lang == "en" else "zh"], settings=settings)
    return found.isoformat() if found else ""


def jionlp_reads(text: str, now: datetime, _lang: str) -> str:
    """The JioNLP library; it reads Chinese only."""
    import jionlp  # noqa: PLC0415 - only here

    try:
        with contextlib.redirect_stdout(io.StringIO()):
            found = jionlp.parse_time(text, time_base=now.timestamp())
    except Exception:  # noqa: BLE001 - it raises ValueError and others for what it cannot read
        return ""
    first = found["time"][0] if isinstance(found.get("time"), list) else ""
    return str(first).replace(" ", "T")


def dates(path: Path) -> list[tuple[str, datetime, str, Callable[[str], bool]]]:
    """The public cases: each text with the test that an answer must pass."""
    found = []
    for line in path.read_text("utf-8").splitlines():
        case = json.loads(line)
        now = datetime.fromisoformat(case["now"]).replace(tzinfo=UTC)
        found.append((case["text"], now, case["lang"], _fits(case["kind"], case["values"])))
    return found


def _fits(kind: str, values: Sequence[str]) -> Callable[[str], bool]:
    def fits(said: str) -> bool:
        form = {"date": said[:10], "time": said[11:19], "datetime": said[:19].replace("T", " ")}
        return form[kind] in values

    return fits


def own_times() -> list[tuple[str, datetime, str, Callable[[str], bool]]]:
    """The own cases that are one moment or date, and not a period or recurrence, which the others do not know."""
    found = []
    for name, lang in (("en", "en"), ("zh_hans", "zh-Hans"), ("zh_hant", "zh-Hant")):
        for line in (TIMES / f"{name}.tsv").read_text("utf-8").splitlines():
            text, moment, period, repeat = line.split("\t")
            if moment and not period and not repeat:
                found.append((text, NOW, lang, _begins(moment[:16])))
    return found


def _begins(wanted: str) -> Callable[[str], bool]:
    return lambda said: said[: len(wanted)] == wanted


def score(
    cases: Iterable[tuple[str, datetime, str, Callable[[str], bool]]], reads: Reads, only: str = ""
) -> dict[str, str]:
    """Percent right, by language; `only` one of them where the other cannot be read at all."""
    right: dict[str, list[bool]] = {}
    for text, now, lang, fits in cases:
        script = "en" if lang == "en" else "zh"
        if script == only or not only:
            right.setdefault(script, []).append(fits(reads(text, now, lang)))
    return {lang: f"{100 * statistics.mean(hits):.1f} % of {len(hits)}" for lang, hits in right.items()}


def intents(parser: Parser, half: Any) -> dict[str, dict[str, str]]:
    """Messages with at most one command: how often the command is right, by Parley and by a linear model."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - only here
    from sklearn.svm import LinearSVC  # noqa: PLC0415 - only here

    learned = [s for s in sentences() if len(s.parts) == 1]
    grams = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), sublinear_tf=True, min_df=2)
    linear = LinearSVC(C=0.5).fit(
        grams.fit_transform([fold(s.text) for s in learned]), [s.parts[0].command for s in learned]
    )
    found = {}
    for lang in LANGUAGES:
        cases = [c for c in load(CASES / f"{lang}.jsonl", half) if len(c.right[0]) <= 1]
        said = linear.predict(grams.transform([fold(c.text) for c in cases]))
        hits = [_named(c, [] if name == "none" else [name]) for c, name in zip(cases, said, strict=True)]
        ours = measures(run(cases, lambda case: parser.parse(case.text, context_of(case))))
        found[lang] = {
            "parley": f"{ours['exact set of commands'].percent:.1f} % of {len(cases)}",
            "linear": f"{100 * statistics.mean(hits):.1f} %",
        }
    return found


def _named(case: Case, names: list[str]) -> bool:
    return any([c.name for c in right] == names for right in case.right)


def pace(
    parser: Parser, cases: Sequence[Case], known: Callable[[str], Sequence[Known]] | None = None
) -> dict[str, float]:
    """Milliseconds a message: the median and the 99th of a hundred."""
    spent = []
    for case in cases:
        context = context_of(case)
        context = replace(context, lookup=known) if known else context
        begun = time.perf_counter()
        parser.parse(case.text, context)
        spent.append(1000 * (time.perf_counter() - begun))
    spent.sort()
    return {"p50": round(spent[len(spent) // 2], 2), "p99": round(spent[int(len(spent) * 0.99)], 2)}


def many_names(count: int) -> Callable[[str], Sequence[Known]]:
    """A look-up as the database has it: exact keys, each word and pair of words of a message once."""
    names = {f"name{i} family{i % 977}": f"Name{i} Family{i % 977}" for i in range(count)}

    def lookup(text: str) -> Sequence[Known]:
        words = fold(text).split()
        pairs = {f"{a} {b}" for a, b in itertools.pairwise(words)} | set(words)
        return [Known(0, len(names[p]), "contact", names[p]) for p in pairs if p in names]

    return lookup


def long_message(parser: Parser, context: Context) -> dict[int, float]:
    """Seconds for ever longer messages."""
    found = {}
    for length in (1_000, 7_900, 100_000):
        begun = time.perf_counter()
        parser.parse(("call Dana tomorrow at 3pm, she wants 50 seats. " * 2200)[:length], context)
        found[length] = round(time.perf_counter() - begun, 3)
    return found


_LOAD = """
import time, psutil
begun = time.perf_counter()
from nlp.learned.model import Model
from nlp.learned.artefact import PATH
imported = time.perf_counter()
Model.load(PATH)
print(round(imported - begun, 2), round(time.perf_counter() - imported, 2), psutil.Process().memory_info().rss // 2**20)
"""


def loading() -> dict[str, str]:
    """In a program of its own: seconds to import and to load, and the memory afterwards."""
    out = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _LOAD], capture_output=True, text=True, check=True
    )
    imported, loaded, memory = out.stdout.split()
    return {"import s": imported, "load s": loaded, "memory MB": memory}


def _show(name: str, found: Mapping[Any, Any]) -> None:
    print(f"{name}: " + ", ".join(f"{k} {v}" for k, v in found.items()), flush=True)


def main() -> None:
    warnings.simplefilter("ignore")
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("dates", nargs="?", type=Path, default=TIMES / "recognizers_dev.jsonl")
    asked.add_argument("--half", choices=("dev", "test"), default="dev")
    given = asked.parse_args()
    for title, cases in (("public dates", dates(given.dates)), ("own dates", own_times())):
        _show(f"{title}, Parley", score(cases, parley))
        _show(f"{title}, dateparser", score(cases, dateparser_reads))
        _show(f"{title}, JioNLP", score(cases, jionlp_reads, "zh"))
    parser = reader(catalogue_phrasebook())
    for lang, found in intents(parser, given.half).items():
        _show(f"one command, {lang}", found)
    everything = [c for lang in LANGUAGES for c in load(CASES / f"{lang}.jsonl", given.half)]
    _show("ms a message", pace(parser, everything))
    _show("ms a message, 100,000 names", pace(parser, everything, many_names(100_000)))
    _show("seconds by characters", long_message(parser, context_of(everything[0])))
    _show("the model", loading())


if __name__ == "__main__":
    main()
