"""Slash commands: forgiving about order, quotes and spelling, and never at a loss for what to say."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slash import parse
from handlers.capability import SlotSpec, usage
from handlers.errors import Invalid
from handlers.registry import specs
from handlers.turn import Call, Value
from tests.transcript import Player, Step

SPECS = specs()
WIDE_COLON, WIDE_SLASH = "\uff1a", "\uff0f"


def as_said(slot: SlotSpec, said: str, _call: Call) -> Value | None:
    """What was said, split where the slot holds several; "???" is a value of nothing."""
    if said == "???":
        return None
    return said.split(",") if slot.kind == "tags" else said


def read(text: str) -> tuple[str, dict[str, Value]]:
    (call,) = parse(text, SPECS, as_said).calls
    return call.name, call.slots


def refused(text: str) -> Invalid:
    with pytest.raises(Invalid) as caught:
        parse(text, SPECS, as_said)
    return caught.value


SEND = ("task.add", {"title": "Send quote", "due": "friday", "assignee": "bob"})
EVE = ("contact.add", {"name": "Eve Stone", "company": "Acme Corp"})

CASES = {
    # order and quotes
    '/task add "Send quote" due:friday assignee:bob': SEND,
    '/task add due:friday assignee:bob "Send quote"': SEND,
    '/task add assignee:bob "Send quote" due:friday': SEND,
    "/task add 'Send quote' due:'friday' assignee:bob": SEND,
    "/task add “Send quote” due:“friday” assignee:bob": SEND,
    "/task add Send quote due:friday assignee:bob": SEND,
    "/task add due:friday Send quote assignee:bob": SEND,
    '/task add title:"Send quote" due:friday assignee:bob': SEND,
    '/task add "Send quote" due: friday assignee : bob': SEND,
    '/task add "Send quote" due=friday assignee=bob': SEND,
    '/task add "Send quote" DUE:friday Assignee:bob': SEND,
    '  /TASK   Add "Send quote"   due:friday assignee:bob  ': SEND,
    # other names
    "/task.add Send quote due:friday assignee:bob": SEND,
    "/task@parley add Send quote due:friday assignee:bob": SEND,
    "/crm task add Send quote due:friday assignee:bob": SEND,
    "/parley task add Send quote due:friday assignee:bob": SEND,
    "/task add Send quote by:friday to:bob": SEND,
    "/task add Send quote due:friday assig:bob": SEND,
    '/reminder add "call Dana" at:tomorrow': ("reminder.add", {"text": "call Dana", "when": "tomorrow"}),
    "/tasks": ("task.list", {}),
    "/task": ("task.list", {}),
    "/tasks who:bob": ("task.list", {"assignee": "bob"}),
    "/contact Dana": ("contact.show", {"contact": "Dana"}),
    "/company Acme Inc": ("company.show", {"company": "Acme Inc"}),
    "/help": ("help", {}),
    "/": ("help", {}),
    "/crm": ("help", {}),
    "/help tasks": ("help", {"topic": "tasks"}),
    "/undo": ("undo", {}),
    "/find toner cartridges": ("find", {"text": "toner cartridges"}),
    # values with spaces
    '/contact add "Eve Stone" company:"Acme Corp"': EVE,
    '/contact add company:"Acme Corp" "Eve Stone"': EVE,
    '/contact add company:"Acme Corp" Eve Stone': EVE,
    "/contact add 'Eve Stone' company:'Acme Corp'": EVE,
    # several slots in a row, the last taking what remains
    "/contact edit Dana job_title Head of sales": (
        "contact.edit",
        {"contact": "Dana", "field": "job_title", "value": "Head of sales"},
    ),
    '/contact edit "Dana W" field:email value:d@x.example': (
        "contact.edit",
        {"contact": "Dana W", "field": "email", "value": "d@x.example"},
    ),
    "/contact tag Dana tags:vip,berlin": ("contact.tag", {"contact": "Dana", "tags": ["vip", "berlin"]}),
    # what only looks like a key, or a quote
    "/task add read https://x.example/a?b=c": ("task.add", {"title": "read https://x.example/a?b=c"}),
    "/task add note: buy milk": ("task.add", {"title": "note: buy milk"}),
    "/task add meet at 10:30": ("task.add", {"title": "meet at 10:30"}),
    "/contact add Tom O'Brien": ("contact.add", {"name": "Tom O'Brien"}),
    '/task add "unfinished quote': ("task.add", {"title": "unfinished quote"}),
    "/task add 给鸿图报价 due:周五": ("task.add", {"title": "给鸿图报价", "due": "周五"}),
    # nothing given, or nothing in it
    "/task add": ("task.add", {}),
    '/task add "" due:""': ("task.add", {}),
}


@pytest.mark.parametrize("text", CASES)
def test_read(text: str) -> None:
    assert read(text) == CASES[text]


@pytest.mark.parametrize(("text", "name"), [("/companies", "company.list"), ("/activities", "activity.list")])
def test_plurals_in_ies(text: str, name: str) -> None:
    assert read(text)[0] == name


@pytest.mark.parametrize("text", ["/task add 报价 due{}周五", "/task add due{} 周五 报价"])
def test_a_full_width_colon(text: str) -> None:
    assert read(text.format(WIDE_COLON)) == ("task.add", {"title": "报价", "due": "周五"})


def test_a_full_width_slash(player: Player) -> None:
    assert "water" in player.play(Step(f"ana> {WIDE_SLASH}task add water", 1))[0]
    assert "command" in "".join(player.play(Step("ana> why", 2)))


def test_a_value_with_spaces_and_no_quotes_goes_to_the_next_key() -> None:
    assert read("/task add Send quote due:next friday assignee:bob") == (
        "task.add",
        {"title": "Send quote", "due": "next friday", "assignee": "bob"},
    )


def test_line_breaks_inside_quotes_are_kept() -> None:
    assert read('/task add "first line\nsecond line"\ndue:friday') == (
        "task.add",
        {"title": "first line\nsecond line", "due": "friday"},
    )


@pytest.mark.parametrize("text", ["/task add a\nb", "/contact add t\nemail:t@x.example", "/find\nnd"])
def test_line_breaks_after_a_word_that_is_part_of_the_command(text: str) -> None:
    name, slots = read(text)
    assert name not in " ".join(map(str, slots.values()))
    assert {"a b", "a\nb", "t", "nd"} & {str(v) for v in slots.values()}


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("/taks add x", "/task add"),
        ("/task ad", "/task add"),
        ("/contct list", "/contact list"),
        ("/remider add x", "/reminder add"),
        ("/hlep", "/help"),
        ("/task lsit", "/task list"),
    ],
)
def test_a_near_miss_is_told_what_is_near(text: str, near: str) -> None:
    stop = refused(text)
    assert stop.key == "invalid.command"
    assert near in stop.params["near"].split(", ")


def test_what_is_near_nothing_says_so() -> None:
    assert refused("/qqqq zzzz").key == "invalid.command.none"


@pytest.mark.parametrize(
    "text", ["/task add x duee:friday", "/task add x asignee:bob", "/task list prioritee:high"]
)
def test_a_key_nearly_right_is_told_the_usage(text: str) -> None:
    stop = refused(text)
    assert stop.key == "invalid.slot"
    assert stop.params["usage"] == usage(SPECS[".".join(text[1:].split()[:2])])


def test_a_value_that_is_none_names_its_slot() -> None:
    assert (refused("/task add x due:???").key, refused("/task add x due:???").params["slot"]) == (
        "invalid.when",
        "due",
    )
    stop = refused("/task add x priority:???")
    assert (stop.key, stop.params["choices"]) == ("invalid.choice", ("low", "normal", "high", "urgent"))


@pytest.mark.parametrize("name", [n for n, s in SPECS.items() if s.slots])
def test_every_command_reads_its_own_keys_in_any_order(name: str) -> None:
    said = {slot: f"value of {slot}" for slot in SPECS[name].slots}
    for order in (list(said), list(said)[::-1]):
        text = f"/{name.replace('.', ' ')} " + " ".join(f'{slot}:"{said[slot]}"' for slot in order)
        found, slots = read(text)
        assert found == name
        assert {k: v if isinstance(v, str) else v[0] for k, v in slots.items()} == said


words = st.text(st.sampled_from("abdt:='\"“” \n,/@.#报价张：／\u200b\\"), max_size=20)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["", "/", "/task add ", "/contact edit ", "/find ", "/crm ", "/help "]), words)
def test_whatever_follows_the_slash_is_read_or_refused(head: str, rest: str) -> None:
    try:
        turn = parse(head + rest, SPECS, as_said)
    except Invalid:
        return
    (call,) = turn.calls
    assert set(call.slots) <= set(SPECS[call.name].slots)
    assert "\0" not in str(call.slots)
