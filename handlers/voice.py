"""Saying things in a person's language, zone and currency."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_timedelta
from babel.numbers import format_compact_currency, format_currency

from handlers.phrasebook import Phrasebook
from handlers.reply import Line, Words, fill, joined

SHORT_FROM = 10_000
_MONEY_LOCALES = {"en": "en_US"}  # $20,000 rather than US$20,000
_LOCALES = {"en": "en_GB", "zh-Hans": "zh_Hans_CN", "zh-Hant": "zh_Hant_TW"}


@cache
def locale(language: str) -> Locale:
    """Babel's locale for an interface language."""
    return Locale.parse(_LOCALES[language])


@dataclass(frozen=True)
class Voice:
    """How one person is spoken to. `now` is local time in the person's zone."""

    book: Phrasebook
    language: str
    now: datetime
    currency: str = "USD"

    @property
    def zone(self) -> ZoneInfo:
        """The person's zone."""
        zone = self.now.tzinfo
        return zone if isinstance(zone, ZoneInfo) else ZoneInfo("UTC")

    def say(self, key: str, **values: Any) -> Line:
        """The answer under `key`; a number `n` picks its plural form."""
        return self._fill("answer", key, values)

    def ask(self, key: str, **values: Any) -> Line:
        """The question under `key`."""
        return self._fill("ask", key, values)

    def label(self, key: str) -> str:
        """The word for a field, a value or a button."""
        found = self.book.get(self.language, "label", key)
        return str(found) if found is not None else key.rsplit(".", 1)[-1].replace("_", " ")

    def title(self, key: str) -> str:
        """The word as a heading: with a capital."""
        word = self.label(key)
        return word[:1].upper() + word[1:]

    def knows(self, section: str, key: str) -> bool:
        """Whether there is such a phrase."""
        return self.book.get(self.language, section, key) is not None

    def _fill(self, section: str, key: str, values: dict[str, Any]) -> Line:
        template = self.book.get(self.language, section, key)
        if template is None:
            raise KeyError(f"no {section} phrase {key} in {self.language}")
        if isinstance(template, dict):
            n = values.get("n", 0)
            template = template.get(n, template.get(locale(self.language).plural_form(n), template["other"]))
        return fill(template, values)

    def sentences(self, *parts: Words) -> Line:
        """One sentence after another."""
        return joined(parts, " " if self.language == "en" else "")

    def both(self, parts: Sequence[Words]) -> Line:
        """ "a, b and c"."""
        return self._listed(parts, "list.and")

    def either(self, parts: Sequence[Words]) -> Line:
        """ "a, b or c"."""
        return self._listed(parts, "list.or")

    def _listed(self, parts: Sequence[Words], last: str) -> Line:
        if len(parts) < 2:
            return joined(parts, "")
        return joined([joined(parts[:-1], self.label("list.comma")), parts[-1]], self.label(last))

    def day(self, day: date) -> str:
        """A day as people say it: today, tomorrow, Tue 3 Mar; with the year when it is another one."""
        distance = (day - self.now.date()).days
        near = {0: "day.today", 1: "day.tomorrow", -1: "day.yesterday"}.get(distance)
        return self.label(near) if near else self.calendar_day(day)

    def calendar_day(self, day: date) -> str:
        """Tue 3 Mar, 3月3日 周二; with the year when it is another one."""
        far = day.year != self.now.year
        if self.language == "en":
            return format_date(day, "EEE d MMM y" if far else "EEE d MMM", locale=locale("en")).replace(
                ",", ""
            )
        return format_date(day, "y年M月d日 EEE" if far else "M月d日 EEE", locale=locale(self.language))

    def birthday(self, day: date) -> str:
        """A day of the year, with no weekday; with its year where that was told."""
        told = day.year < self.now.year - 1
        pattern = ("d MMMM" + " y" * told) if self.language == "en" else ("y年" * told + "M月d日")
        return format_date(day, pattern, locale=locale(self.language))

    def moment(self, when: datetime | date, *, relative: bool = True) -> str:
        """A moment or day: "Tue 3 Mar, 15:00", "tomorrow 09:00"."""
        if not isinstance(when, datetime):
            return self.day(when) if relative else self.calendar_day(when)
        local = when.astimezone(self.zone)
        near = relative and abs((local.date() - self.now.date()).days) <= 1
        day = self.day(local.date()) if near else self.calendar_day(local.date())
        comma = ", " if self.language == "en" and not near else " "
        return f"{day}{comma}{local:%H:%M}"

    def ago(self, when: datetime) -> str:
        """ "3 days ago", "in 2 hours"."""
        return format_timedelta(
            when - self.now, add_direction=True, locale=locale(self.language), threshold=1
        )

    def duration(self, span: timedelta) -> str:
        """ "2 hours"; what is over in less than a minute says so."""
        if span < timedelta(minutes=1):
            return self.label("duration.moment")
        return format_timedelta(span, locale=locale(self.language))

    def money(self, amount: str, *, short: bool = False) -> str:
        """ "20000 USD" as $20,000, or $20k on lists."""
        number, code = amount.split()
        value = Decimal(number)
        where = Locale.parse(_MONEY_LOCALES.get(self.language, _LOCALES[self.language]))
        if short and value >= SHORT_FROM:
            return format_compact_currency(value, code, locale=where, fraction_digits=1)
        if value % 1:
            return format_currency(value, code, locale=where)
        return format_currency(value, code, locale=where, format="¤#,##0", currency_digits=False)

    def month(self, day: date) -> str:
        """ "March 2026"."""
        return format_skeleton("yMMMM", day, locale=locale(self.language))

    def quarter(self, day: date) -> str:
        """ "Q2 2026"."""
        return format_date(day, "QQQ y" if self.language == "en" else "y年QQQQ", locale=locale(self.language))

    def year(self, day: date) -> str:
        """ "2026", 2026年."""
        return str(day.year) if self.language == "en" else f"{day.year}年"
