"""Which column of a file holds what: guessed from its header, in English or Chinese of either script."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from nlp.data import read_yaml
from storage.folding import fold

KINDS = ("contacts", "companies", "deals")
CUSTOM = "custom"
KEPT_OUT = "kept_out"
MULTIPLE = ("email", "phone", "tags", "notes")  # fields that several columns may fill
_BRACKETS = re.compile(r"[(\[（【].*?[)\]）】]")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_APART = re.compile(r"[\W_]+")
_NUMBERED = re.compile(r"\s*\d+$")


@cache
def _words() -> Mapping[str, Mapping[str, Sequence[str]]]:
    data: dict[str, Any] = read_yaml(Path(__file__).parent / "columns.yaml")
    return data


@cache
def _fields() -> dict[str, str]:
    groups = ("person", "company", "deal", "any", "either")
    return {plain(w): f for g in groups for f, words in _words()[g].items() for w in words}


def plain(header: str) -> str:
    """A header as it is compared."""
    bare = _BRACKETS.sub(" ", _CAMEL.sub(" ", header))
    return _APART.sub(" ", fold(bare)).strip()


def valued(table: str, said: str) -> str | None:
    """The standard value (of `stages` or `lifecycles`) that another program's word stands for."""
    wanted = plain(said)
    return next((v for v, words in _words()[table].items() if wanted in map(plain, (*words, v))), None)


@dataclass(frozen=True)
class Columns:
    """What the rows of a file are, and the field that each of its columns fills."""

    kind: str
    fields: tuple[str, ...]

    @property
    def known(self) -> bool:
        """Whether there is anything to make a record of."""
        return bool({"person", "first", "last", "company", "deal", "email"} & set(self.fields))


def guess(headers: Sequence[str], kind: str | None = None, told: Mapping[int, str] | None = None) -> Columns:
    """The mapping of columns; `kind` says what the rows are, and `told` what columns hold, where a person has said so."""
    told = told or {}
    found = [told.get(place) or field_of(header) for place, header in enumerate(headers)]
    kind = kind or _kind(found)
    return Columns(kind, tuple(_once([_settled(f, kind, found) for f in found], told)))


def field_of(header: str) -> str:
    """The field that is called so; `CUSTOM` where there is none."""
    fields, words = _fields(), plain(header)
    return fields.get(words) or fields.get(_NUMBERED.sub("", words)) or CUSTOM


def _kind(found: Sequence[str]) -> str:
    """What a row is: a deal where a deal has a name, a person where there is one, else a company."""
    there = set(found)
    person = there & {"person", "first", "last", "job_title", "birthday"} or there >= {"name", "company"}
    priced = there & {"amount", "stage", "close_date"}
    if "deal" in there or (priced and there & {"title", "name"} and not person):
        return "deals"
    if person or (
        there & {"email", "phone"} and not there & {"industry", "domain", "tax_id", "company_phone"}
    ):
        return "contacts"
    return "companies"


def _settled(field: str, kind: str, found: Sequence[str]) -> str:
    """A field whose meaning depends on what the rows are."""
    if field == "name":
        return {"contacts": "person", "companies": "company", "deals": "deal"}[kind]
    if field == "title":
        return "deal" if kind == "deals" and "deal" not in found else "job_title"
    if field == "phone" and kind == "companies":
        return "company_phone"
    if field == "company" and kind == "contacts" and not {"person", "name", "first", "last"} & set(found):
        return "person" if found.count("company") == 1 and "email" not in found else field
    return field


def _once(fields: Sequence[str], told: Mapping[int, str]) -> list[str]:
    """A field is filled by the column that a person named, else by its first; further ones of the same are kept beside."""
    result = list(fields)
    seen: set[str] = set()
    for place in sorted(range(len(fields)), key=lambda p: p not in told):
        field = fields[place]
        if field in seen and field not in (*MULTIPLE, KEPT_OUT, CUSTOM):
            result[place] = CUSTOM
        seen.add(field)
    return result
