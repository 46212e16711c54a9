"""What the composer offers while somebody types: their commands, and names that they may see."""

import re
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from bot.adapters.page.visit import Page
from handlers.capability import Spec, usage
from handlers.context import Context
from storage.find import LIKELY, Match, find_records
from storage.folding import CJK, fold
from storage.tables import Company, Contact

MOST = 6
LOOKED_AT = 60  # characters before the cursor
_AT = re.compile(r"(?:^|\s|[,，。:：])[@＠]([^\s@＠][^@＠\n]{0,30})$")
_WORDS = re.compile(r"(?:^|[^\w])((?:[A-Z][\w'’-]+\s)?[A-Z][\w'’-]{1,30})$")
_HAN = re.compile(rf"([{CJK}]{{2,8}})$")
HAN_LENGTHS = (4, 3, 2)


class Complete:
    """The routes of the composer."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def add_to(self, api: FastAPI) -> None:
        """Mount them."""
        api.add_api_route("/complete", self.names, response_class=JSONResponse)

    async def names(self, request: Request, text: str) -> dict[str, Any]:
        """Customers whose names begin as the text ends: how many characters they replace, and who they are."""
        return await self.page.ask(request, lambda ctx: _offered(ctx, text[-LOOKED_AT:]))


def commands(ctx: Context) -> list[dict[str, str]]:
    """The slash commands that somebody may use, with their grammar and what they are for."""
    return [
        {
            "name": "/" + s.name.replace(".", " "),
            "usage": usage(s),
            "what": ctx.voice.label(f"command.{s.name}"),
        }
        for s in ctx.specs.values()
        if _may(ctx, s)
    ]


def _may(ctx: Context, spec: Spec) -> bool:
    """As the help does: what has no line there is not offered."""
    return ctx.voice.knows("help", spec.name) and (spec.needs is None or ctx.may(spec.needs))


def _offered(ctx: Context, text: str) -> dict[str, Any]:
    for length, said, wanted in _fragments(text):
        if found := _named(ctx, said):
            return {"length": length, "wanted": wanted, "names": [_shown(ctx, m) for m in found]}
    return {"length": 0, "wanted": False, "names": []}


def _fragments(text: str) -> list[tuple[int, str, bool]]:
    """What may be the beginning of a name: how long it is, the words, and whether an @ asked for it."""
    if at := _AT.search(text):
        return [(len(at[1]) + 1, at[1], True)]
    if words := _WORDS.search(text):
        said = words[1]
        last = said.rsplit(" ", 1)[-1]
        return [(len(s), s, False) for s in dict.fromkeys([said, last])]
    if han := _HAN.search(text):
        return [(n, han[1][-n:], False) for n in HAN_LENGTHS if n <= len(han[1])]
    return []


def _named(ctx: Context, said: str) -> list[Match]:
    """Contacts and companies with a word of their name that begins so."""
    found = [
        m
        for model in (Contact, Company)
        for m in find_records(ctx.uow, str(model.__tablename__), said, ctx.scope(model), MOST)
        if m.score >= LIKELY and _begins(said, m.name)
    ]
    return sorted(found, key=lambda m: (not fold(m.name).startswith(fold(said)), m.name))[:MOST]


def _begins(said: str, name: str) -> bool:
    folded, whole = fold(said), fold(name)
    return whole != folded and (
        whole.startswith(folded) or f" {folded}" in f" {whole}" or not folded.isascii()
    )


def _shown(ctx: Context, found: Match) -> dict[str, str]:
    return {"name": found.name, "about": ctx.describe(found), "kind": ctx.voice.label(f"kind.{found.kind}")}
