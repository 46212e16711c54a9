"""The shapes of an answer in Telegram's HTML, as they are sent: `pytest --accept` writes them anew; then look at them."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.telegram.markup import LONGEST, length, parts, rows
from handlers.reply import Field, Line, Reply, Span, Table, line
from tests.fakes.telegram.check import length as counted
from tests.fakes.telegram.check import read_html

GOLDENS = Path(__file__).parent.parent / "goldens/telegram"


def strong(text: str) -> Line:
    return Line((Span(text, strong=True),))


RECEIPT = Reply(
    Line((Span("Logged your meeting with "), Span("Da", True), Span("na", True), Span(" (new) at Acme."))),
    lines=(line("today · she wants a demo"),),
    fields=(
        Field("Contact", line("Dana · Acme · dana@acme.example")),
        Field("Reminder", line("call Dana · Tue 3 Mar, 15:00")),
        Field("商机", line("300套 · ¥150,000")),
    ),
)
LISTED = Reply(
    line("12 open tasks"),
    lines=tuple(line(f"{n}. #{n} Send the quote {n} · Fri 6 Mar") for n in range(1, 6)),
)
FIGURES = Reply(
    line("Pipeline: $64,000 in 3 deals"),
    table=Table(
        ("Stage", "Deals", "Amount"),
        (("Proposal", "2", "$44,000"), ("商务谈判", "1", "$20,000"), ("", "0", "")),
    ),
    after=(line("Up 12% on last month."),),
)
WIDE = Reply(
    line("Deals by owner"),
    table=Table(
        ("Owner", "Deal", "Stage", "Amount", "Closing"),
        (
            ("Ana Lindqvist", "Acme, 50 seats", "Negotiation", "$20,000", "30 Jun"),
            ("Bo", "鸿图 300套", "方案报价", "¥150,000", ""),
        ),
    ),
)
HOSTILE = Reply(
    strong("</b><script>alert(1)</script> & @channel @everyone <b>"),
    fields=(Field("<i>Note", line("</pre> &amp; a@b.example, see https://acme.example/a?b=1&c=2")),),
    table=Table(("<b>", "&"), (("</pre>", "@ana"),)),
)
QUESTION = Reply(line("When shall I remind you about the tax forms?"))
ASKING = (("Tonight", "t1"), ("Tomorrow 9:00", "t2"), ("Cancel", "t3"))
CANDIDATES = (
    ("Li Wei · Globex · Buyer", "t1"),
    ("李薇 · 鸿图制造 · 财务", "t2"),
    ("Li Weimin · Meridian Medical Supplies, Department of Anaesthesia and Intensive Care", "t3"),
    ("Cancel", "t4"),
)
CARD = (("Log activity", "t1"), ("New task", "t2"), ("Remind me", "t3"), ("Timeline", "t4"))


def drawn(reply: Reply, buttons: tuple[tuple[str, str], ...] = (), used: tuple[str, ...] = ()) -> str:
    keys = ["".join(f"[{label}]" for label, _ in row) for row in rows(buttons)]
    return "\n--------\n".join(parts(reply, used)) + "".join(f"\n{k}" for k in keys) + "\n"


SHAPES = {
    "receipt": drawn(RECEIPT, (("Undo", "t1"), ("New task", "t2"), ("Remind me", "t3"))),
    "card": drawn(RECEIPT, CARD),
    "list": drawn(LISTED, (("More", "t1"),)),
    "question": drawn(QUESTION, ASKING),
    "choices": drawn(Reply(line("Three people match. Which one?")), CANDIDATES),
    "answered": drawn(QUESTION, (), ("Tomorrow 9:00",)),
    "table": drawn(FIGURES),
    "wide": drawn(WIDE),
    "hostile": drawn(HOSTILE),
}


@pytest.mark.parametrize("name", SHAPES)
def test_goldens(name: str, pytestconfig: pytest.Config) -> None:
    golden = GOLDENS / f"{name}.html"
    if pytestconfig.getoption("accept"):
        golden.write_text(SHAPES[name], "utf-8")
    assert golden.read_text("utf-8") == SHAPES[name]
    for part in SHAPES[name].split("\n--------\n"):
        read_html(part)


def test_nobody_is_mentioned_by_what_somebody_wrote() -> None:
    told = read_html(parts(HOSTILE)[0])
    assert "@channel" not in told
    assert "@ana" not in told
    assert "a@b.example" in told


WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=3000)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(WORDS, min_size=1, max_size=8), st.lists(WORDS, max_size=3), st.booleans())
def test_whatever_it_says_is_well_formed_and_fits(words: list[str], cells: list[str], bold: bool) -> None:
    table = Table(("A", "B"), tuple((c, c[::-1]) for c in cells)) if cells else None
    reply = Reply(Line((Span(words[0], strong=bold),)), lines=tuple(line(w) for w in words[1:]), table=table)
    for part in parts(reply):
        assert counted(read_html(part)) <= LONGEST


def test_long_text_is_cut_where_it_reads_well() -> None:
    sentence = "We met in the old harbour and spoke about the forty chairs. "
    made = parts(Reply(line("Notes"), lines=(line(sentence * 200),)))
    assert len(made) == 3
    assert all(p.endswith("chairs.") for p in made)
    assert "".join(made).count("harbour") == 200
    unbroken = parts(Reply(line("𠮷" * 5000)))
    assert "".join(unbroken) == "𠮷" * 5000
    assert all(length(p) <= LONGEST for p in unbroken)
