"""Rules for a text that is wholly a time, as the answer to "When?": bare numbers, bare words in doubt."""

from __future__ import annotations

from nlp.time.expression import Expression
from nlp.time.grammar import Build
from nlp.time.rules_dates import DATES, day_of_month, day_word, numeric, weekday_alone
from nlp.time.rules_periods import PERIODS, named_month, whole_year
from nlp.time.rules_repeats import REPEATS
from nlp.time.rules_times import (
    TIMES,
    at_once,
    clock_time,
    day_part,
    half_hour,
    minutes_past,
    pair,
    spoken_time,
)
from nlp.time.tokens import Phrase


def _number(phrase: Phrase) -> Expression | None:
    """Read 1 to 12 as an hour, 13 to 31 as a day of the month."""
    number = phrase.get("N")
    if number == int(number) and 0 <= number <= 12:
        return spoken_time(phrase)
    return day_of_month(phrase)


def _weekday_and_number(phrase: Phrase) -> Expression | None:
    """Read "Friday 3" as an hour, "Sunday 31" as a day of the month."""
    return day_of_month(phrase) if phrase.get("N") > 12 else None


def _minutes_to(phrase: Phrase) -> Expression | None:
    """Read "ten to five", but not "9 to 5"."""
    return minutes_past(phrase) if phrase.get("N") % 5 == 0 or "j" in phrase else None


def _in_minutes(phrase: Phrase) -> Expression:
    """Read "in 10" as minutes."""
    return Expression(lapse=60 * phrase.get("N"))


RULES: tuple[tuple[str, Build], ...] = (*REPEATS, *DATES, *TIMES, *PERIODS)

ANSWERS: tuple[tuple[str, Build], ...] = (
    *RULES,
    (r"N", _number),
    (r"N(?=,?o?[C])", day_of_month),
    (r"[oZ]Z?N", day_of_month),
    (r"[Ww],?N", _weekday_and_number),
    (r"[O12](?![WwUQhBV])", day_of_month),
    (r"Z[12](?![WwUQhBV])", day_of_month),
    (r"NN", spoken_time),
    (r"N[uj]NN?A?", _minutes_to),
    (r"hN", half_hour),
    (r"iN", _in_minutes),
    (r"b~?N", spoken_time),
    (r"g", day_part),
    (r"\+", day_word),
    (r">", day_word),
    (r"Z>", day_word),
    (r"P", pair),
    (r"8", numeric),
    (r"c", clock_time),
    (r"~c", clock_time),
    (r"Γ", day_part),
    (r"w", weekday_alone),
    (r"[mJ]", named_month),
    (r"Y", whole_year),
    (r"¡", at_once),
)  # fmt: skip
