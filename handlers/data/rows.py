"""One row of a file as the records it tells of, checked; what cannot be taken says why."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from handlers.data.columns import CUSTOM, KEPT_OUT, Columns, valued
from handlers.data.written import rearmed
from handlers.errors import Invalid
from handlers.values import email as checked_email
from handlers.values import phone as checked_phone
from nlp.spans import phone_value
from storage.drafts import Draft
from storage.folding import is_cjk
from storage.tables import Lifecycle, PointKind

_PARTED = re.compile(r"[;,；，、\n|]+| ::: ")
_PLAIN_EMAIL = re.compile(
    r"[a-z0-9][a-z0-9._%+-]{0,62}[a-z0-9]?@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}"
)
_PLAIN_PHONE = re.compile(r"\+\d{7,15}")
_SPACES = re.compile(r"[\s()./-]+")
_DAY = re.compile(r"(\d{1,4})[-/.年](\d{1,2})[-/.月](\d{1,4})日?(?:[ T].*)?")
_SIGNS = {
    "$": "USD",
    "€": "EUR",
    "£": "GBP",
    "¥": "",
    "￥": "",
    "NT$": "TWD",
    "US$": "USD",
    "HK$": "HKD",
    "元": "",
}
_MONEY = re.compile(
    r"^(?P<before>[^\d\s.,-]*|[A-Za-z]{3})\s*(?P<number>-?[\d.,' ]*\d)\s*(?P<after>[^\d\s]*)$"
)
LONGEST = {
    "name": 300,
    "job_title": 300,
    "source": 200,
    "title": 500,
    "industry": 200,
    "domain": 300,
    "tax_id": 100,
}
_UPPER_CODE = re.compile(r"[A-Z]{3}")


class Refused(Exception):
    """A row that cannot be taken; `reason` is the key of the sentence, `value` what is wrong."""

    def __init__(self, reason: str, value: str = "") -> None:
        super().__init__(reason)
        self.reason, self.value = reason, value


@dataclass(frozen=True)
class Place:
    """What a row's values are read by: country of numbers, currency of amounts, the order of day and month, stages."""

    country: str
    currency: str
    day_first: bool
    stages: dict[str, str]


def drafts(
    rows: Iterable[Sequence[str]], headers: Sequence[str], columns: Columns, place: Place
) -> Iterator[Draft | tuple[int, list[str], Refused]]:
    """Each row as a draft, or with the reason why it is none."""
    for number, cells in enumerate(rows, 1):
        try:
            yield draft(number, cells, headers, columns, place)
        except Refused as refused:
            yield number, list(cells), refused


def draft(number: int, cells: Sequence[str], headers: Sequence[str], columns: Columns, place: Place) -> Draft:
    """One row as the records it tells of. Raises `Refused`."""
    if any(c.strip() for c in cells[len(headers) :]):
        raise Refused("too_many_cells", next(c for c in cells[len(headers) :] if c.strip()))
    told = _told(cells, headers, columns)
    made = Draft(number, list(cells), owner=_one(told, "owner"), tags=_tags(told))
    custom = dict(told.get(CUSTOM, ()))
    if columns.kind == "contacts" or _one(told, "person") or _one(told, "first") or _one(told, "last"):
        made.contact = _contact(told)
        made.points = [*_emails(told), *_phones(told, place)]
        made.contact["name"] = made.contact["name"] or next((v for k, v in made.points if k == "email"), "")
        if not made.contact["name"]:
            raise Refused("no_name")
    if _one(told, "company"):
        made.company = _company(told, place, alone=made.contact is None)
    if columns.kind == "companies" and not made.company:
        raise Refused("no_name")
    if columns.kind == "deals" or _one(told, "deal"):
        made.deal = _deal(told, place, made)
    _beside(made, custom)
    return made


def _told(cells: Sequence[str], headers: Sequence[str], columns: Columns) -> dict[str, Any]:
    """What the cells say, by field; those of unknown columns by their header."""
    told: dict[str, Any] = {}
    for header, field, cell in zip(headers, columns.fields, cells, strict=False):
        value = rearmed(cell.strip())
        if not value or field == KEPT_OUT:
            continue
        if field == CUSTOM:
            told.setdefault(CUSTOM, []).append((header, value))
        else:
            told.setdefault(field, []).append(value)
    return told


def _one(told: dict[str, Any], field: str) -> str:
    values = told.get(field)
    return str(values[0]) if values else ""


def _short(field: str, value: str) -> str:
    if len(value) > LONGEST[field]:
        raise Refused("too_long", value[:40] + "…")
    return " ".join(value.split())


def _contact(told: dict[str, Any]) -> dict[str, Any]:
    name = _one(told, "person") or full_name(_one(told, "first"), _one(told, "middle"), _one(told, "last"))
    values: dict[str, Any] = {"name": _short("name", name)}
    if title := _one(told, "job_title"):
        values["job_title"] = _short("job_title", title)
    if source := _one(told, "source"):
        values["source"] = _short("source", source)
    if notes := told.get("notes"):
        values["notes"] = "\n".join(notes)
    if address := _address(told):
        values["address"] = address
    if birthday := _one(told, "birthday"):
        values["birthday"] = _birthday(birthday)
    if said := _one(told, "lifecycle"):
        if stage := valued("lifecycles", said):
            values["lifecycle"] = Lifecycle(stage)
        else:
            told.setdefault(CUSTOM, []).append(("lifecycle", said))
    return values


def full_name(first: str, middle: str, last: str) -> str:
    """The parts of a name in the order of its script: 张 + 伟 is 张伟, Dana + Whitfield is Dana Whitfield."""
    if is_cjk(last + first) and not (last + first).isascii():
        return last + middle + first
    return " ".join(x for x in (first, middle, last) if x)


def _emails(told: dict[str, Any]) -> list[tuple[PointKind, str]]:
    said = [a for cell in told.get("email", ()) for a in _PARTED.split(cell) if a.strip()]
    return [(PointKind.EMAIL, a) for a in dict.fromkeys(_email(s.strip()) for s in said)]


def _email(said: str) -> str:
    if _PLAIN_EMAIL.fullmatch(said.lower()):
        local, _, domain = said.rpartition("@")
        return f"{local}@{domain.lower()}"
    try:
        return checked_email(said)
    except Invalid as error:
        raise Refused("email", said) from error


def _phones(told: dict[str, Any], place: Place) -> list[tuple[PointKind, str]]:
    said = [n for cell in told.get("phone", ()) for n in _PARTED.split(cell) if n.strip()]
    return [(PointKind.PHONE, n) for n in dict.fromkeys(_phone(s.strip(), place.country) for s in said)]


def _phone(said: str, country: str) -> str:
    bare = _SPACES.sub("", said)
    if _PLAIN_PHONE.fullmatch(bare):
        return bare
    if country == "CN" and len(bare) == 11 and bare.isdigit() and bare[0] == "1" and bare[1] > "2":
        return "+86" + bare
    return _checked_phone(said, country)


@lru_cache(4096)
def _checked_phone(said: str, country: str) -> str:
    try:
        return phone_value(checked_phone(said), country)
    except Invalid as error:
        raise Refused("phone", said) from error


def _tags(told: dict[str, Any]) -> list[str]:
    said = [t.strip().lstrip("#") for cell in told.get("tags", ()) for t in _PARTED.split(cell)]
    return [t[:100] for t in dict.fromkeys(said) if t and t != "* myContacts"]


def _address(told: dict[str, Any]) -> str:
    if whole := _one(told, "address"):
        parts = [whole, *(_one(told, f) for f in ("city", "region", "country"))]
        return ", ".join(p for i, p in enumerate(parts) if p and not (i and p in whole))
    street, code, city, region, country = (
        _one(told, f) for f in ("street", "zip", "city", "region", "country")
    )
    if is_cjk(city + street):
        return "".join(dict.fromkeys(x for x in (country, region, city, street, code) if x))
    return ", ".join(x for x in (street, f"{code} {city}".strip(), region, country) if x)


def _company(told: dict[str, Any], place: Place, *, alone: bool) -> dict[str, Any]:
    """A company; where the row is of a person, what it says of both is the person's."""
    values: dict[str, Any] = {"name": _short("name", _one(told, "company"))}
    for field in ("industry", "domain", "tax_id"):
        if said := _one(told, field):
            values[field] = _short(field, said)
    numbers = told.get("company_phone") or (told.get("phone") if alone else None)
    if numbers:
        values["phone"] = _phone(_PARTED.split(numbers[0])[0].strip(), place.country)
    if alone and (address := _address(told)):
        values["address"] = address
    if alone and (notes := told.get("notes")) and not told.get("deal"):
        values["notes"] = "\n".join(notes)
    return values


def _deal(told: dict[str, Any], place: Place, made: Draft) -> dict[str, Any]:
    customer = (made.company or made.contact or {}).get("name", "")
    title = _one(told, "deal") or customer
    if not title:
        raise Refused("no_name")
    values: dict[str, Any] = {"title": _short("title", title), "stage": _stage(_one(told, "stage"), place)}
    if said := _one(told, "amount"):
        values["amount"], values["currency"] = amount(said, _one(told, "currency") or place.currency)
    if said := _one(told, "close_date"):
        values["close_date"] = day(said, place.day_first)
    if source := _one(told, "source"):
        values["source"] = _short("source", source)
    return values


def _stage(said: str, place: Place) -> str | None:
    if not said:
        return None
    key = place.stages.get(said.casefold()) or valued("stages", said)
    if key is None or key not in place.stages.values():
        raise Refused("stage", said)
    return key


def amount(said: str, currency: str) -> tuple[Decimal, str]:
    """An amount and its currency: "$20,000.50", "1.980,50 €", ¥15万. Raises `Refused`."""
    bare = said.strip()
    times = 1
    for unit, factor in (
        ("万", 10_000),
        ("萬", 10_000),
        ("亿", 10**8),
        ("億", 10**8),
        ("k", 1000),
        ("K", 1000),
    ):
        if unit in bare:
            bare, times = bare.replace(unit, ""), factor
    found = _MONEY.fullmatch(bare)
    if not found:
        raise Refused("amount", said)
    mark = (found["before"] or found["after"]).strip()
    code = (
        _SIGNS.get(mark) or (mark.upper() if _UPPER_CODE.fullmatch(mark.upper()) else "") or currency.upper()
    )
    try:
        value = Decimal(_decimal(found["number"])) * times
    except InvalidOperation as error:
        raise Refused("amount", said) from error
    if not _UPPER_CODE.fullmatch(code) or value < 0 or value >= 10**13:
        raise Refused("amount", said)
    return value, code


def _decimal(number: str) -> str:
    """The digits with a point: the last of comma and point that does not set thousands apart is the decimal one."""
    bare = number.replace(" ", "").replace("'", "")
    comma, point = bare.rfind(","), bare.rfind(".")
    if comma > point >= 0 or (comma >= 0 and point < 0 and len(bare) - comma - 1 != 3):
        return bare.replace(".", "").replace(",", ".")
    if point >= 0 and bare.count(".") > 1:
        return bare.replace(".", "")
    return bare.replace(",", "")


def day(said: str, day_first: bool) -> date:
    """A date as programs write it. Raises `Refused`."""
    found = _DAY.fullmatch(said.strip())
    try:
        if not found:
            return datetime.fromisoformat(said.strip()).date()
        a, b, c = (int(x) for x in found.groups())
        if len(found[1]) == 4:
            return date(a, b, c)
        year = c + 2000 if c < 70 else c + 1900 if c < 100 else c
        first = b > 12 or (not day_first and a <= 12) if "." not in said else False
        return date(year, a, b) if first else date(year, b, a)
    except ValueError as error:
        raise Refused("date", said) from error


def _birthday(said: str) -> date:
    compact = re.fullmatch(r"(\d{4})(\d\d)(\d\d)", said)
    born = day("-".join(compact.groups()) if compact else said, day_first=True)
    if born > date.today():  # noqa: DTZ011 - a check against nonsense only
        raise Refused("date", said)
    return born


def _beside(made: Draft, custom: dict[str, str]) -> None:
    """What unknown columns say goes with the record that the row is mainly about."""
    if not custom:
        return
    record = {"deal": made.deal, "contact": made.contact, "company": made.company}[made.kind]
    if record is not None:
        record["custom"] = custom
