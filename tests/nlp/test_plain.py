"""Plain sentences about customers whom the workspace knows: what phrases alone make of them."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.grammar import phrases
from handlers.registry import catalogue_phrasebook
from nlp.names import as_written
from nlp.parser import Parser
from nlp.reading import Context, Known
from nlp.shapes import catalogue
from nlp.time import Clock

NAMES = {
    "Dana": "contact", "张伟": "contact", "Acme": "company", "鸿图": "company", "Bo": "member", "安娜": "member",
}  # fmt: skip
SEEN = Context(Clock(datetime(2026, 3, 2, 10, tzinfo=UTC), day_first=True))


def lookup(text: str) -> list[Known]:
    places = ((m, name) for name in NAMES for m in re.finditer(re.escape(name), text))
    return [Known(m.start(), m.end(), NAMES[name], name) for m, name in places]


@pytest.fixture(scope="module")
def parser() -> Parser:
    return Parser(list(catalogue().values()), phrases(catalogue_phrasebook()))


@pytest.mark.parametrize(
    ("said", "command", "slots"),
    [
        ("call Dana tomorrow at 10", "task.add", {"title": "call Dana", "due": "2026-03-03T10:00:00+00:00", "contact": "Dana"}),
        ("monday: email Dana the price list", "task.add", {"title": "email Dana the price list", "due": "2026-03-09", "contact": "Dana"}),
        ("明天联系张伟", "task.add", {"title": "联系张伟", "due": "2026-03-03", "contact": "张伟"}),
        ("had a call with Dana about the invoice", "activity.log", {"type": "call", "contact": "Dana", "text": "invoice"}),
        ("Dana didn't pick up", "activity.log", {"type": "call", "contact": "Dana", "text": "no answer"}),
        ("刚给张伟打电话没打通", "activity.log", {"type": "call", "contact": "张伟", "text": "没打通"}),
        ("剛剛张伟打來 說機器一直當機", "activity.log", {"type": "call", "contact": "张伟", "text": "機器一直當機"}),
        ("今天跟张伟吃了个饭 他们明年要换erp", "activity.log", {"type": "meeting", "contact": "张伟", "text": "他们明年要换erp", "when": "2026-03-02"}),
        ("yesterday i met Dana at his office, good meeting", "activity.log", {"type": "meeting", "contact": "Dana", "text": "at his office, good meeting", "when": "2026-03-01"}),
        ("张伟生日是1985/3/2", "contact.edit", {"contact": "张伟", "field": "birthday", "value": "1985-03-02"}),
        ("张伟电话13800138000", "contact.edit", {"contact": "张伟", "field": "phone", "value": "13800138000"}),
        ("张伟的微信是wjg_888", "contact.edit", {"contact": "张伟", "field": "notes", "value": "微信是wjg_888"}),
        ("Dana is a vip", "contact.tag", {"contact": "Dana", "tags": ["VIP"]}),
        ("把安娜设为经理", "member.role", {"member": "安娜", "role": "manager"}),
        ("new ticket from Acme: menu wont load, pretty urgent", "ticket.open", {"company": "Acme", "title": "menu wont load", "priority": "urgent"}),
        ("开个工单 鸿图打印机卡纸 挺急的", "ticket.open", {"company": "鸿图", "title": "鸿图打印机卡纸", "priority": "urgent"}),
        ("新建商机 锐驰汽配 20箱机油 8万 12月底签", "deal.add", {"company": "锐驰汽配", "title": "20箱机油", "amount": "80000 USD", "close_date": "2026-12-31"}),
        ("Acme wants 50 seats, $20k, closing in June", "deal.add", {"company": "Acme", "title": "50 seats", "amount": "20000 USD", "close_date": "2026-06-30"}),
        ("forecast for december", "report.show", {"metric": "forecast", "period": "2026-12-01/2027-01-01"}),
        ("deals won in december", "report.show", {"metric": "won", "period": "2025-12-01/2026-01-01"}),
        ("14號單誰在處理", "ticket.show", {"ticket": "14"}),
        ("move the friday meeting to monday", "task.edit", {"task": "friday meeting", "field": "due", "value": "2026-03-09"}),
        ("ask Bo to send the friday report by thursday", "task.add", {"assignee": "Bo", "title": "send the friday report", "due": "2026-03-05"}),
        ("remind me the day after tomorrow to send the friday report", "reminder.add", {"text": "send the friday report", "when": "2026-03-04"}),
    ],
)  # fmt: skip
def test_what_is_meant(said: str, command: str, slots: dict[str, object], parser: Parser) -> None:
    best = parser.parse(said, replace(SEEN, lookup=lookup)).best
    assert best is not None
    assert [(c.name, dict(c.normal)) for c in best.commands] == [(command, slots)]


@pytest.mark.parametrize("said", ["昨天给张伟打电话", "text me tomorrow", "没打通的是张伟"])
def test_what_is_none_of_it(said: str, parser: Parser) -> None:
    best = parser.parse(said, replace(SEEN, lookup=lookup)).best
    assert best is None or best.commands[0].name not in ("task.add", "activity.log")


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("jan de wit", "Jan de Wit"), ("al gore", "Al Gore"), ("sean o'brien", "Sean O'Brien"), ("josé garcía", "José García"),
        ("anna-lena meyer", "Anna-Lena Meyer"), ("Dana", "Dana"), ("wjg_888", "wjg_888"), ("张伟", "张伟"),
    ],
)  # fmt: skip
def test_how_a_name_is_written(typed: str, written: str) -> None:
    assert as_written(typed) == written
