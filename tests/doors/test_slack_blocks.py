"""The shapes of an answer in Block Kit, as they are sent: `pytest --accept` writes them anew; then look at them."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.slack.blocks import PIECE, parts
from bot.adapters.slack.wording import addresses_another, plain
from handlers.reply import Field, Line, Reply, Span, Table, line
from tests.fakes.slack.check import block_problems, text_problems
from tests.fakes.slack.reading import lines

GOLDENS = Path(__file__).parent.parent / "goldens/slack"


def strong(text: str) -> Line:
    return Line((Span(text, strong=True),))


RECEIPT = Reply(
    Line(
        (
            Span("Logged your meeting with "),
            Span("Dana", strong=True),
            Span(" (new) at "),
            Span("Acme", strong=True),
        )
    ),
    lines=(line("today · she wants a demo"),),
    fields=(
        Field("Contact", line("Dana · Acme · dana@acme.example")),
        Field("Reminder", line("call Dana · Tue 3 Mar, 15:00")),
        Field("商机", line("300套 · ¥150,000")),
    ),
    buttons=(),
)
FIGURES = Reply(
    line("Pipeline: $64,000 in 3 deals"),
    table=Table(
        ("Stage", "Deals", "Amount"),
        (("Proposal", "2", "$44,000"), ("Negotiation", "1", "$20,000"), ("", "0", "")),
    ),
    after=(line("Up 12% on last month."),),
)
HOSTILE = Reply(
    Line((Span("<!channel> & <@U1> *bold* _it_ `code` :smile: ~no~", strong=True),)),
    fields=(
        Field("<https://evil.example|Note>", line("</script> &amp; see https://acme.example/a?b=1&c=2, ok")),
    ),
)
SHAPES: dict[str, tuple[Reply, list[list[str]], list[str]]] = {
    "receipt": (RECEIPT, [["Undo", "t1"], ["New task", "t2"], ["Remind me", "t3"]], []),
    "question": (Reply(line("When shall I remind you?")), [["Tonight", "t1"], ["Cancel", "t2"]], []),
    "answered": (Reply(line("When shall I remind you?")), [], ["Tonight"]),
    "list": (
        Reply(line("7 tasks for you"), lines=(line("· #1 send the quote"), line("· #2 call"))),
        [["More", "t1"]],
        [],
    ),
    "table": (FIGURES, [], []),
    "hostile": (HOSTILE, [["<" * 90, "t1"]], []),
    "long": (
        Reply(strong("Notes"), lines=tuple(line(f"{i}. " + "word " * 190) for i in range(20))),
        [["More", "t1"]],
        [],
    ),
    "unbroken": (Reply(strong("Notes"), lines=(line("字" * 9000),)), [], []),
}


def shown(shape: str) -> list[dict[str, Any]]:
    reply, buttons, used = SHAPES[shape]
    return [{"text": p.text, "blocks": p.blocks} for p in parts(reply, buttons, used)]


@pytest.mark.parametrize("shape", [s for s in SHAPES if s not in ("long", "unbroken")])
def test_answers_look_as_they_did(shape: str, request: pytest.FixtureRequest) -> None:
    golden = GOLDENS / f"{shape}.json"
    made = json.dumps(shown(shape), ensure_ascii=False, indent=1) + "\n"
    if request.config.getoption("accept"):
        golden.write_text(made, "utf-8")
    assert made == golden.read_text("utf-8")


@pytest.mark.parametrize("shape", SHAPES)
def test_slack_would_take_it(shape: str) -> None:
    for message in shown(shape):
        assert block_problems(message["blocks"], "message") == []
        assert list(text_problems(message["text"])) == []


@pytest.mark.parametrize("shape", ["receipt", "list", "hostile", "long", "unbroken"])
def test_nothing_is_lost(shape: str) -> None:
    reply, *_ = SHAPES[shape]
    read = "".join(line for message in shown(shape) for line in lines(message) if not line.startswith("["))
    assert "".join(reply.text().split()) == "".join(read.split())


def test_long_text_is_cut_between_lines() -> None:
    messages = shown("long")
    assert len(messages) > 1
    assert all(line.endswith("word") for m in messages[:-1] for line in [lines(m)[-1].strip()])
    assert all(
        len(e["text"]) <= PIECE
        for m in messages
        for b in m["blocks"]
        for e in b["elements"][0].get("elements", [])
    )


@pytest.mark.parametrize(
    ("wire", "typed"),
    [
        ("add Dana <mailto:dana@acme.example|dana@acme.example>", "add Dana dana@acme.example"),
        ("call <tel:+4930555|+49 30 555>", "call +49 30 555"),
        ("see <https://acme.example/a?b=1&amp;c=2>", "see https://acme.example/a?b=1&c=2"),
        ("<http://acme.example|acme.example> is new", "acme.example is new"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("<@U0BOT> my tasks", "my tasks"),
        ("<@U0BOT>, my tasks", "my tasks"),
        ("hey <@U0BOT|parley> my tasks", "hey my tasks"),
        ("assign it to <@U2>", "assign it to Bo Jensen"),
        ("ask <#C1|sales> and <!here>", "ask #sales and @here"),
        ("<!subteam^S1|@support> look", "@support look"),
        ("<@U0BOT>：我的任务", "我的任务"),
    ],
)
def test_what_was_typed_is_read(wire: str, typed: str) -> None:
    assert plain(wire, "U0BOT", {"U2": "Bo Jensen"}) == typed


def test_who_is_addressed() -> None:
    assert addresses_another("<@U2> have you seen it?", "U0BOT")
    assert not addresses_another("<@U0BOT> my tasks", "U0BOT")
    assert not addresses_another("give it to <@U2>", "U0BOT")
