"""Rules for times of day."""

from __future__ import annotations

from dataclasses import replace

from nlp.time.days import Numeric, Offset, Weekday, possible
from nlp.time.expression import Expression
from nlp.time.grammar import Build
from nlp.time.times import TimeOfDay
from nlp.time.tokens import Phrase

CLEAN = r"(?![xNnO12UVQBh½PMmR$Hd*])"


def at(time: TimeOfDay) -> Expression:
    """Return the expression of a time, which says so where there is none such."""
    return Expression(time=time, impossible=not time.exists)


def clock_time(phrase: Phrase) -> Expression:
    """Read "10:20", "3pm", 三点半, 早八点, each perhaps with a zone."""
    time: TimeOfDay = phrase.get("Cc")
    half, zone = phrase.get("A"), phrase.get("S")
    return at(replace(time, half=half or time.half, zone=zone or time.zone, part=phrase.get("GΓg")))


def spoken_time(phrase: Phrase) -> Expression | None:
    """Read "seven", "seven thirty", "seven o'clock", "7 pm", "eight in the morning"."""
    hour, minute = (*phrase.all("N"), 0)[:2]
    if hour != int(hour) or hour > 24 or minute >= 60:
        return None
    half = "24" if hour > 12 or hour == 0 else None
    return at(TimeOfDay(int(hour), int(minute), 0, phrase.get("A", half), phrase.get("GΓg"), phrase.get("S")))


def _bare_hour(phrase: Phrase) -> Expression | None:
    return spoken_time(phrase) if 1 <= phrase.get("N") <= 12 else None


def _at_hour(phrase: Phrase) -> Expression | None:
    """Read "at 4" and "at 16", where a minute has two digits ("at 9 30")."""
    numbers = phrase.all("N")
    return spoken_time(phrase) if len(numbers) == 1 or numbers[1] >= 10 else None


def minutes_past(phrase: Phrase) -> Expression | None:
    """Read "half past seven", "quarter to noon", "twenty minutes past eight"."""
    split = next(i for i, token in enumerate(phrase.tokens) if token.kind in "jpuk")
    minutes = _minutes(Phrase(phrase.tokens[:split]))
    base = _base(Phrase(phrase.tokens[split + 1 :]))
    if base is None or minutes >= 60 or not base.exists:
        return None
    return at(
        replace(base.shifted(-minutes if phrase.tokens[split].kind in "uk" else minutes), half=base.half)
    )


def _minutes(phrase: Phrase) -> int:
    if "h" in phrase:
        return 30
    return 15 if "Q" in phrase else int(phrase.get("N"))


def _base(phrase: Phrase) -> TimeOfDay | None:
    if "C" in phrase:
        return phrase.get("C")  # type: ignore[no-any-return]
    if "N" in phrase:
        hour, minute = (*phrase.all("N"), 0)[:2]
        return TimeOfDay(int(hour), int(minute), 0, phrase.get("A"))
    return TimeOfDay(part=phrase.get("GΓ")).named_hour


def day_part(phrase: Phrase) -> Expression:
    """Read "noon", 早上."""
    return Expression(time=TimeOfDay(part=phrase.get("GΓg")))


def _half_day(phrase: Phrase) -> Expression:
    """Read "tomorrow am"."""
    return Expression(time=TimeOfDay(part="morning" if phrase.get("A") == "am" else "afternoon"))


def half_hour(phrase: Phrase) -> Expression | None:
    """Read the British "half three", which is half past three."""
    hour = phrase.get("N")
    return at(TimeOfDay(hour, 30)) if hour in range(1, 13) else None


def _same_time(phrase: Phrase) -> Expression | None:
    """Read "this time tomorrow", "same time next week": the time that it is now."""
    day = Offset(phrase.get("T", phrase.get("R")), phrase.get("U", "day"))
    return Expression(day=day, lapse=0) if isinstance(day.count, int) and day.unit != "weekend" else None


def _relative_part(phrase: Phrase) -> Expression | None:
    """Read "this morning", "last evening"."""
    offset = {0: 0, 1: 1, -1: -1, "coming": 1}.get(phrase.get("R"))
    part = phrase.get("GΓ")
    return None if offset is None else Expression(day=Offset(offset), time=TimeOfDay(part=part))


def _day_part(phrase: Phrase) -> Expression:
    """Read "tonight", "last night", 明早: a day and its part in one word."""
    return Expression(day=Offset(phrase.get("T")), time=TimeOfDay(part=phrase.get("GΓ")))


def _end_of_that_day(phrase: Phrase) -> Expression | None:
    """Read "end of tomorrow"."""
    if phrase.get("e") != -1:
        return None
    day = Offset(phrase.get("T")) if "T" in phrase else Weekday(phrase.get("Ww"))
    return Expression(day=day, time=TimeOfDay(part="end_of_day"))


def at_once(_phrase: Phrase) -> Expression:
    """Read "now", 马上."""
    return Expression(lapse=0)


def _soon(phrase: Phrase) -> Expression:
    return Expression(lapse=3600 * phrase.get("?"))


def _pair_time(phrase: Phrase) -> Expression | None:
    """Read "2.30" as a time, "3-5 pm" as its beginning."""
    first, second, separator, digits = phrase.get("P")
    half = phrase.get("A")
    if separator == "-":
        later = TimeOfDay(first, 0, 0, half if first < second or half is None else "am")
        return at(later) if first <= 24 and second <= 24 else None
    return at(TimeOfDay(first, second, 0, half)) if len(digits) == 2 and second < 60 and first <= 24 else None


def _pair_date(phrase: Phrase) -> Expression | None:
    """Read "5.12" as a date, in either order."""
    first, second, _, _ = phrase.get("P")
    numeric = Numeric(first, second)
    return Expression(day=numeric) if possible(first, second) or possible(second, first) else None


def pair(phrase: Phrase) -> Expression | None:
    """Read "5.12" as a date and "4.15" as a time, where either could be."""
    digits = phrase.get("P")[3]
    if digits in ("00", "15", "30", "45"):
        return _pair_time(phrase) or _pair_date(phrase)
    return _pair_date(phrase) or _pair_time(phrase)


_PAST = r"[jpu](?:NN?X?A?|C|G)"  # what follows the minutes in "ten past seven"

TIMES: tuple[tuple[str, Build], ...] = (
    ("CA?S?", clock_time),
    ("S[GΓg]?C", clock_time),
    ("c(?<=[TWwGΓgdUE,oe]c)", clock_time),
    ("cA", clock_time),
    ("NXA?S?", spoken_time),
    ("NX[it]?Z?[GΓ]", spoken_time),
    ("NN?AS?", spoken_time),
    ("NN?,?[it]Z?[GΓ]", spoken_time),
    (rf"[Qh]{_PAST}", minutes_past),
    (rf"nQ{_PAST}", minutes_past),
    (rf"Qk(?:N|C){CLEAN}", minutes_past),
    (rf"nQk(?:N|C){CLEAN}", minutes_past),
    (rf"NV{_PAST}", minutes_past),
    (r"Nj(?:NN?X?A?|C|G)", minutes_past),
    (rf"tN{_PAST}", minutes_past),
    (rf"t~?NN?{CLEAN}", _at_hour),
    (rf"~NN?(?<=[TWwGΓgdO1]~N){CLEAN}", _at_hour),
    (r"~N(?=[oi]?[TWw])", spoken_time),
    (rf"N(?=[qu-](?:C|NA|NX|N{CLEAN}))(?<=vN)", spoken_time),
    (rf"N{CLEAN}(?<=v[NC]qN)", spoken_time),
    (r"N(?=[u-](?:C|NA|NX))", spoken_time),
    (rf"NN(?<=[TWwGΓdO12N]NN){CLEAN}", _at_hour),
    (rf"N(?<=[TWwGΓO12]N){CLEAN}", _bare_hour),
    (r"A(?<=[TWwdO1]A)", _half_day),
    (r"[t~]hN", half_hour),
    (r"hN(?<=[TWwtG]hN)", half_hour),
    (r"N(?=T)(?<=[bfu]N)", _bare_hour),
    (r"=T", _same_time),
    (r"T=", _same_time),
    (r"=RU", _same_time),
    ("G", day_part),
    (r"Γ(?<=[TWwdJO1iotbpfue~RE]Γ)", day_part),
    (r"Γ(?<=[iotbpfue~]ZΓ)", day_part),
    (r"Γ(?=,?[to~]{0,2}[CNTWw])", day_part),
    (rf"Γ(?<=.Γ){CLEAN}", day_part),
    ("g(?<=[TWwd]g)", day_part),
    ("gC", clock_time),
    ("R[GΓ]", _relative_part),
    ("T[GΓ]", _day_part),
    ("eT", _end_of_that_day),
    (r"eZ?[Ww]", _end_of_that_day),
    ("!", at_once),
    (r"¡(?![xNnkO12DHRMm$zZqPI])", at_once),
    (r"\?", _soon),
    ("tP", _pair_time),
    ("PA", _pair_time),
    ("P(?<=TP)", _pair_time),
    ("P(?<=[Ww]P)", pair),
    (rf"oP{CLEAN}", _pair_date),
)  # fmt: skip
