"""Slack, through the real library and a fake workspace."""

from typing import Any

import pytest
from sqlmodel import col, select

from bot.app import App
from bot.invite import invite
from storage.tables import (
    Activity,
    Contact,
    Conversation,
    File,
    Member,
    Reminder,
    Row,
    Task,
    Ticket,
    TicketEntry,
)
from tests.doors.running import Running
from tests.fakes.slack import FakeSlack
from tests.fakes.slack.people import buttons
from tests.fakes.slack.world import BOT_USER


def say(
    slack: FakeSlack, parley: Running, user: str, text: str, channel: str | None = None, **more: Any
) -> str:
    ts = slack.mention(user, channel, text, **more) if channel else slack.say(user, None, text, **more)
    parley.settle()
    return ts


def press(slack: FakeSlack, parley: Running, user: str, label: str) -> None:
    slack.press(user, label)
    parley.settle()


def last(slack: FakeSlack, user: str, channel: str | None = None) -> str:
    return str(slack.answers(user, channel)[-1]["text"])


def rows(parley: Running, model: type[Row]) -> list[Any]:
    return parley.app.database.read(lambda s: list(s.exec(select(model).order_by(col(model.id)))))


# Messages and presses


@pytest.mark.usefixtures("morning")
def test_a_direct_message_is_answered_and_a_button_pressed(
    slack: FakeSlack, parley: Running, ana: str
) -> None:
    say(slack, parley, ana, "remind me about the tax forms & <more>")
    question = slack.answers(ana)[-1]
    assert question["text"] == "When shall I remind you about the tax forms &amp; &lt;more&gt;?"
    assert buttons(question) == ["Tonight", "Tomorrow 9:00", "Cancel"]
    press(slack, parley, ana, "Tomorrow 9:00")
    assert "tomorrow 09:00: the tax forms &amp; &lt;more&gt;" in last(slack, ana)
    assert buttons(question) == []
    assert question["blocks"][-1]["elements"][0]["text"] == "☑ Tomorrow 9:00"


def test_addresses_arrive_as_they_were_typed(slack: FakeSlack, parley: Running, ana: str) -> None:
    say(slack, parley, ana, "add Dana Whitfield from Acme, dana@acme.example")
    assert rows(parley, Contact)[0].name == "Dana Whitfield"
    card = slack.answers(ana)[-1]
    links = [e for b in card["blocks"] for e in _elements(b) if e["type"] == "link"]
    assert links[0]["url"] == "mailto:dana@acme.example"


def _elements(block: dict[str, Any]) -> list[dict[str, Any]]:
    inner = [e for part in block.get("elements", []) for e in part.get("elements", [])]
    return inner + [e for part in inner for e in part.get("elements", [])]


def test_no_mention_can_be_smuggled_in(slack: FakeSlack, parley: Running, ana: str) -> None:
    slack.slash(ana, "/task add <!channel> *now* <@U1> `code`")
    parley.settle()
    answer = slack.answers(ana)[-1]
    assert "<" not in answer["text"]
    assert {e["type"] for b in answer["blocks"] for e in _elements(b)} == {"text"}
    assert rows(parley, Task)[0].title == "<!channel> *now* <@U1> `code`"


def test_a_list_is_paged_in_its_own_message(slack: FakeSlack, parley: Running, ana: str) -> None:
    for n in range(7):
        say(slack, parley, ana, f"add task number {n}")
    say(slack, parley, ana, "my tasks")
    count = len(slack.answers(ana))
    press(slack, parley, ana, "More")
    page = slack.answers(ana)[-1]
    assert len(slack.answers(ana)) == count
    assert buttons(page) == ["Back"]
    press(slack, parley, ana, "Back")
    assert buttons(slack.answers(ana)[-1]) == ["More"]


def test_an_edited_message_is_offered_as_a_correction(slack: FakeSlack, parley: Running, ana: str) -> None:
    ts = say(slack, parley, ana, "add task send the quote")
    slack.edit(ana, None, ts, "add task send the offer")
    parley.settle()
    press(slack, parley, ana, "Correct it")
    assert [t.title for t in rows(parley, Task)] == ["send the offer"]


def test_files_are_kept(slack: FakeSlack, parley: Running, ana: str) -> None:
    file = slack.upload("card.vcf", b"BEGIN:VCARD", "text/vcard")
    say(slack, parley, ana, "my tasks", files=[file])
    kept = rows(parley, File)
    assert [(f.name, f.size) for f in kept] == [("card.vcf", 11)]


# Rooms


def test_a_mention_is_answered_in_its_thread_and_the_thread_goes_on(
    slack: FakeSlack, parley: Running, ana: str
) -> None:
    sales = slack.add_channel("sales", ana)
    slack.say(ana, sales, "nothing for the bot")
    ts = say(slack, parley, ana, "add task send the quote", sales)
    answer = slack.answers(ana, sales)[-1]
    assert answer["thread_ts"] == ts
    slack.say(ana, sales, "my tasks", thread=ts)
    parley.settle()
    assert "send the quote" in last(slack, ana, sales)
    count = len(slack.answers(ana, sales))
    slack.say(ana, sales, f"<@{slack.add_user('Bo')}> have you seen it?", thread=ts)
    parley.settle()
    assert len(slack.answers(ana, sales)) == count == 2


def test_a_thread_is_about_the_answer_that_it_begins_with(
    slack: FakeSlack, parley: Running, ana: str
) -> None:
    say(slack, parley, ana, "add Dana Whitfield from Acme")
    card = slack.answers(ana)[-1]
    say(slack, parley, ana, "add Bob Lindqvist from Globex")
    slack.say(ana, None, "her phone is +49 30 901820", thread=card["ts"])
    parley.settle()
    assert last(slack, ana) == "Dana Whitfield: phone is now +49 30 901820."
    slack.say(
        ana, None, "undo", thread=card["ts"]
    )  # of what was said last there, not of what began the thread
    parley.settle()
    assert [c.name for c in rows(parley, Contact)] == ["Dana Whitfield", "Bob Lindqvist"]
    assert last(slack, ana).startswith("Took back: Dana Whitfield · phone")


def test_a_guest_in_the_channel_keeps_data_out_of_it(slack: FakeSlack, parley: Running, ana: str) -> None:
    guest = slack.add_user("Gast", is_restricted=True)
    sales = slack.add_channel("sales", ana, guest)
    say(slack, parley, ana, "add Dana Whitfield from Acme")
    say(slack, parley, ana, "who is Dana", sales)
    assert slack.answers(ana, sales) == []
    assert last(slack, ana).endswith("Only you can see this.")


def test_a_shared_channel_keeps_data_out_of_it(slack: FakeSlack, parley: Running, ana: str) -> None:
    shared = slack.add_channel("with-acme", ana, shared=True)
    say(slack, parley, ana, "my tasks", shared)
    assert slack.answers(ana, shared) == []


def test_colleagues_are_called_by_their_names(slack: FakeSlack, parley: Running, ana: str) -> None:
    bo = slack.add_user("Bo Jensen")
    say(slack, parley, bo, "hi")
    say(slack, parley, ana, f"remind <@{bo}> tomorrow at 9 to send the samples")
    assert "Bo Jensen will be reminded" in last(slack, ana)


def test_this_channel_is_the_channel(slack: FakeSlack, parley: Running, ana: str) -> None:
    sales = slack.add_channel("sales", ana)
    say(slack, parley, ana, "add company Acme")
    say(slack, parley, ana, "this channel is about Acme", sales)
    bound = [c for c in rows(parley, Conversation) if c.bound_id]
    assert [(c.external_id, c.thread) for c in bound] == [(sales, "")]


# Who is who


@pytest.mark.usefixtures("ana")
def test_a_member_of_the_workspace_comes_in_as_a_viewer(slack: FakeSlack, parley: Running) -> None:
    bo = slack.add_user("Bo", email="bo@home.example", tz="Asia/Shanghai", locale="zh-CN")
    say(slack, parley, bo, "你好")
    found = rows(parley, Member)[-1]
    assert (found.name, found.role, found.email) == ("Bo", "viewer", "bo@home.example")
    assert (found.zone, found.language) == ("Asia/Shanghai", "zh-Hans")


@pytest.mark.parametrize(
    "flags",
    [
        {"is_restricted": True},
        {"is_ultra_restricted": True},
        {"is_stranger": True},
        {"team_id": "T0ELSE"},
        {"deleted": True},
    ],
)
def test_guests_and_strangers_have_no_role(
    slack: FakeSlack, parley: Running, ana: str, flags: dict[str, Any]
) -> None:
    guest = slack.add_user("Gast", **flags)
    sales = slack.add_channel("sales", ana, guest)
    slack.mention(guest, sales, "add task send the quote")
    parley.settle()
    assert "only talk to the team" in last(slack, ana, sales)
    assert rows(parley, Task) == []


def test_who_became_a_guest_has_lost_the_role(slack: FakeSlack, parley: Running, ana: str) -> None:
    slack.world.users[ana]["is_restricted"] = True
    slack.event({"type": "user_change", "user": slack.world.users[ana]})
    say(slack, parley, ana, "add task send the quote")
    assert rows(parley, Task) == []


def test_bots_are_not_answered(slack: FakeSlack, parley: Running, ana: str) -> None:
    other = slack.add_user("Other bot", is_bot=True)
    sales = slack.add_channel("sales", ana, other)
    slack.mention(other, sales, "add task send the quote")
    slack.event(
        {
            "type": "message",
            "subtype": "bot_message",
            "bot_id": "B1",
            "channel": sales,
            "text": f"<@{BOT_USER}> hi",
            "ts": "1.1",
        }
    )
    parley.settle()
    assert slack.answers(ana, sales) == []


def test_someone_elses_button_is_refused_in_private(slack: FakeSlack, parley: Running, ana: str) -> None:
    bo = slack.add_user("Bo")
    sales = slack.add_channel("sales", ana, bo)
    say(slack, parley, bo, "thanks")
    say(slack, parley, ana, "hi", sales)
    press(slack, parley, bo, "My tasks")
    assert "for someone else" in last(slack, bo)


# Commands


def test_slash_commands_and_sentences_after_crm(slack: FakeSlack, parley: Running, ana: str) -> None:
    slack.slash(ana, "/task add Send the quote due:friday")
    slack.slash(ana, "/crm task add Call Dana & Co")
    slack.slash(ana, "/crm add task water the plants")
    parley.settle()
    assert [t.title for t in rows(parley, Task)] == ["Send the quote", "Call Dana & Co", "water the plants"]
    slack.slash(ana, "/crm")
    parley.settle()
    assert "Just tell me" in last(slack, ana)


def test_a_command_in_a_channel_is_answered_where_the_bot_is(
    slack: FakeSlack, parley: Running, ana: str
) -> None:
    inside, outside = slack.add_channel("sales", ana), slack.add_channel("lunch", ana, bot=False)
    slack.slash(ana, "/crm my tasks", inside)
    slack.slash(ana, "/crm my tasks", outside)
    parley.settle()
    assert len(slack.answers(ana, inside)) == 1
    assert slack.messages(ana, outside) == []
    assert last(slack, ana) == "Nothing on your list."


def test_a_code_is_redeemed_by_a_command_and_only_in_private(
    slack: FakeSlack, parley: Running, app: App, ana: str
) -> None:
    bo = slack.add_user("Bo")
    sales = slack.add_channel("sales", ana, bo)
    code = app.engine.work(lambda uow: invite(uow, "manager"))
    slack.slash(bo, f"/crm link {code}", sales)
    parley.settle()
    assert slack.answers(bo, sales) == []
    assert "manager" in last(slack, bo)


# Forms, home, prompts


def test_a_message_becomes_a_ticket_with_its_link(slack: FakeSlack, parley: Running, ana: str) -> None:
    sales = slack.add_channel("sales", ana)
    say(slack, parley, ana, "add Dana Whitfield from Acme")
    ts = slack.say(ana, sales, "Printer on fire\nthird floor, smoke everywhere")
    slack.shortcut(ana, "open_ticket", sales, ts)
    form = _form(slack, parley, ana)
    assert form["title"]["text"] == "Open ticket"
    options = slack.suggest(ana, "Contact", "dan")
    assert options[0][0] == "Dana Whitfield · Acme"
    assert slack.submit(ana, {"Contact": options[0], "Priority": "Urgent"}) == {}
    parley.settle()
    ticket = rows(parley, Ticket)[0]
    assert (ticket.title, ticket.priority) == ("Printer on fire", "urgent")
    assert ticket.contact_id == rows(parley, Contact)[0].id
    notes = [str(e) for e in rows(parley, TicketEntry)]
    link = f"https://home.slack.test/archives/{sales}/p{ts.replace('.', '')}"
    assert any("smoke everywhere" in n and link in n for n in notes)


def _form(slack: FakeSlack, parley: Running, user: str) -> dict[str, Any]:
    parley.quiet()
    form = slack.form(user)
    assert form
    return form


def test_errors_stand_at_their_field(slack: FakeSlack, parley: Running, ana: str) -> None:
    slack.open_home(ana)
    parley.quiet()
    slack.press_home(ana, "New task")
    _form(slack, parley, ana)
    wrong = slack.submit(ana, {"Title": "Send the quote", "Due date": "qwertz"})
    assert list(wrong) == ["Due date"]
    assert "not a time" in wrong["Due date"]
    assert slack.submit(ana, {"Title": "Send the quote", "Due date": "friday"}) == {}
    parley.settle()
    assert rows(parley, Task)[0].title == "Send the quote"


@pytest.mark.parametrize(
    ("shortcut", "model"), [("log_activity", Activity), ("create_task", Task), ("remind_me", Reminder)]
)
def test_the_other_shortcuts(
    slack: FakeSlack, parley: Running, ana: str, shortcut: str, model: type[Row]
) -> None:
    say(slack, parley, ana, "add Dana Whitfield from Acme")
    sales = slack.add_channel("sales", ana, bot=False)
    ts = slack.say(ana, sales, "Dana wants 50 seats")
    slack.shortcut(ana, shortcut, sales, ts)
    _form(slack, parley, ana)
    given = {"Time": "tomorrow 9am"} if shortcut == "remind_me" else {}
    if shortcut == "log_activity":
        given = {"Contact": slack.suggest(ana, "Contact", "")[0], "Type": "Message"}
    assert slack.submit(ana, given) == {}
    parley.settle()
    made = rows(parley, model)[-1]
    words = getattr(made, "text", None) or made.title
    assert "Dana wants 50 seats" in words
    assert "https://home.slack.test/archives/" in words


def test_the_home_shows_my_day_and_changes_with_it(slack: FakeSlack, parley: Running, ana: str) -> None:
    say(slack, parley, ana, "add task send the quote due today")
    slack.open_home(ana)
    parley.quiet()
    assert "send the quote" in str(slack.world.homes[ana])
    slack.press_home(ana, "Done")
    parley.settle()
    parley.quiet()
    assert "send the quote" not in str(slack.world.homes[ana])
    assert "Done" in last(slack, ana)


def test_guests_see_an_empty_home(slack: FakeSlack, parley: Running) -> None:
    guest = slack.add_user("Gast", is_restricted=True)
    slack.open_home(guest)
    parley.quiet()
    assert "only talk to the team" in str(slack.world.homes[guest])


def test_prompts_are_suggested_and_understood(slack: FakeSlack, parley: Running, ana: str) -> None:
    slack.open_home(ana, tab="messages")
    parley.quiet()
    prompts = slack.world.prompts[slack.world.im(ana).id]["prompts"]
    assert len(prompts) == 4
    for prompt in prompts:
        say(slack, parley, ana, prompt["message"])
        assert "did not get" not in last(slack, ana)
