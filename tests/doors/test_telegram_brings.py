"""What Telegram messages bring beside words: cards, forwarded messages, photos, voice, files, edits."""

from sqlmodel import col, select

from bot.app import App
from storage.tables import Activity, Attachment, Contact, ContactPoint, File, Task, Ticket, TicketEntry
from tests.doors.running import Running
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.people import labels

DANA = {"id": 41, "is_bot": False, "first_name": "Dana", "last_name": "Whitfield"}
BY_DANA = {"type": "user", "sender_user": DANA, "date": 1_772_440_000}
VCARD = """BEGIN:VCARD
VERSION:3.0
FN:Dana "D" Whitfield
ORG:Acme;Sales
TITLE:Head of Buying
EMAIL:dana@acme.example
TEL:+49 30 901820
END:VCARD
BEGIN:VCARD
VERSION:3.0
FN:Li Wei
TEL:+49 30 901821
END:VCARD
"""


def rows(app: App, model: type) -> list:
    return app.database.read(lambda s: list(s.exec(select(model).order_by(col(model.id)))))


def test_a_contact_card_becomes_a_contact(app: App, telegram: FakeTelegram, bot: Running, lin: int) -> None:
    telegram.share_contact(lin, "Dana Whitfield", "4930901820", vcard=VCARD)
    telegram.settle(bot)
    assert telegram.told(lin).startswith("Added Dana Whitfield")
    assert [c.name for c in rows(app, Contact)] == ["Dana Whitfield"]
    assert {p.value for p in rows(app, ContactPoint)} == {"+4930901820", "dana@acme.example"}
    telegram.press(lin, "Undo")
    telegram.settle(bot)
    assert rows(app, Contact) == []


def test_a_vcard_file_becomes_a_contact(app: App, telegram: FakeTelegram, bot: Running, lin: int) -> None:
    telegram.document(
        lin, "dana.vcf", VCARD.partition("END:VCARD\n")[0].encode() + b"END:VCARD\n", "text/vcard"
    )
    telegram.settle(bot)
    assert [c.name for c in rows(app, Contact)] == ["Dana 'D' Whitfield"]
    assert rows(app, File) == []


def test_a_vcard_file_with_several_is_looked_at_before(
    app: App, telegram: FakeTelegram, bot: Running, lin: int
) -> None:
    telegram.document(lin, "people.vcf", VCARD.encode(), "text/vcard")
    telegram.settle(bot)
    assert telegram.told(lin).startswith("people.vcf: 2 contacts. 2 new")
    assert rows(app, Contact) == []
    telegram.press(lin, "Import 2")
    telegram.settle(bot)
    while app.work_off():
        telegram.settle(bot)
    assert [c.name for c in rows(app, Contact)] == ['Dana "D" Whitfield', "Li Wei"]


def test_a_card_that_is_none_does_no_harm(app: App, telegram: FakeTelegram, bot: Running, lin: int) -> None:
    telegram.share_contact(lin, 'Dana" delete:all', "not a number", vcard="BEGIN:VCARD\nrubbish\x00")
    telegram.document(lin, "people.vcf", b"\xff\xfe rubbish", "text/vcard")
    telegram.settle(bot)
    assert [c.name for c in rows(app, Contact)] == ["Dana' delete:all"]
    assert rows(app, ContactPoint) == []
    assert telegram.world.complaints == []


def test_a_person_is_picked_where_one_is_asked_for(telegram: FakeTelegram, bot: Running, lin: int) -> None:
    telegram.say(lin, "/contact_add")
    telegram.settle(bot)
    keys = telegram.answers(lin)[-1]["reply_markup"]
    assert [row[0]["text"] if isinstance(row[0], dict) else row[0] for row in keys["keyboard"]] == [
        "Pick from contacts",
        "Cancel",
    ]
    telegram.send(lin, users_shared={"request_id": 1, "users": [{"user_id": 41, "first_name": "Dana"}]})
    telegram.settle(bot)
    assert telegram.told(lin).startswith("Added Dana")


def test_a_forwarded_message_is_offered(app: App, telegram: FakeTelegram, bot: Running, lin: int) -> None:
    telegram.forward(lin, "Can you deliver 40 chairs by Friday?\nThanks", BY_DANA)
    telegram.settle(bot)
    offer = telegram.answers(lin)[-1]
    assert offer["html"].startswith("From <b>Dana Whitfield</b>, ")
    assert labels(offer) == ["Log activity", "New task", "Open ticket", "Remind me"]
    assert rows(app, Task) + rows(app, Activity) == []
    telegram.press(lin, "Open ticket")
    telegram.settle(bot)
    ticket, note = rows(app, Ticket)[0], rows(app, TicketEntry)[-1]
    assert ticket.title == "Can you deliver 40 chairs by Friday?"
    assert note.text.startswith("Can you deliver 40 chairs by Friday?\nThanks\n— Dana Whitfield, ")
    assert [c.name for c in rows(app, Contact)] == ["Dana Whitfield"]
    telegram.forward(lin, "We need the offer", BY_DANA)
    telegram.settle(bot)
    telegram.press(lin, "Log activity")
    telegram.settle(bot)
    activity = rows(app, Activity)[0]
    assert (activity.type, activity.text) == ("message", "We need the offer")
    assert int(activity.occurred_at.timestamp()) == 1_772_440_000
    assert len(rows(app, Contact)) == 1


def test_what_a_colleague_wrote_is_no_customers(
    app: App, telegram: FakeTelegram, bot: Running, lin: int
) -> None:
    own = {**DANA, "first_name": "Lin", "last_name": "Mei"}
    telegram.forward(lin, "Send the quote", {**BY_DANA, "sender_user": own})
    telegram.settle(bot)
    telegram.press(lin, "New task")
    telegram.settle(bot)
    assert [t.title for t in rows(app, Task)] == ["Send the quote"]
    assert rows(app, Contact) == []


def test_a_photo_without_words_is_kept_with_a_note(
    app: App, telegram: FakeTelegram, bot: Running, lin: int
) -> None:
    telegram.say(lin, "add Dana Whitfield from Acme")
    telegram.photo(lin, b"\xff\xd8large picture")
    telegram.settle(bot)
    offer = telegram.answers(lin)[-1]
    assert offer["text"].startswith("Kept photo.jpg.")
    assert labels(offer) == ["Note on Dana Whitfield", "Note on a customer", "New task", "Open ticket"]
    telegram.press(lin, "Note on Dana Whitfield")
    telegram.settle(bot)
    assert "📎 photo.jpg" in telegram.told(lin)
    attachment, activity = rows(app, Attachment)[0], rows(app, Activity)[0]
    assert (attachment.kind, attachment.record_id) == ("activity", activity.id)
    assert rows(app, File)[0].size == len(b"\xff\xd8large picture")
    telegram.say(lin, "photos of Dana Whitfield")
    telegram.settle(bot)
    picture, words = telegram.answers(lin)[-2:]
    assert "photo" in picture
    assert words["text"].startswith("Dana Whitfield: one file\n1. photo.jpg · today ")
    telegram.press(lin, "Undo")
    telegram.settle(bot)
    assert rows(app, Attachment) == []


def test_a_photo_with_words_goes_with_what_they_do(
    app: App, telegram: FakeTelegram, bot: Running, lin: int
) -> None:
    telegram.photo(lin, b"\xff\xd8picture", "open a ticket for Acme: printer on fire")
    telegram.settle(bot)
    assert "📎 photo.jpg" in telegram.told(lin)
    assert rows(app, Attachment)[0].kind == "ticket"


def test_a_voice_message_asks_whom_it_is_about(
    app: App, telegram: FakeTelegram, bot: Running, lin: int
) -> None:
    telegram.voice(lin, b"OggS")
    telegram.settle(bot)
    telegram.press(lin, "Note on a customer")
    telegram.settle(bot)
    telegram.say(lin, "Dana from Acme")
    telegram.settle(bot)
    assert rows(app, Attachment)[0].kind == "activity", telegram.told(lin)


def test_a_strangers_file_is_not_kept(app: App, telegram: FakeTelegram, bot: Running) -> None:
    guest = telegram.add_user("Guest")
    telegram.document(guest, "virus.exe", b"MZ")
    telegram.settle(bot)
    assert rows(app, File) == []
    assert "team" in telegram.told(guest)


def test_a_file_that_is_too_large_is_said_so(telegram: FakeTelegram, bot: Running, lin: int) -> None:
    telegram.document(lin, "film.pdf", b"x" * (20 * 2**20 + 1))
    telegram.settle(bot)
    assert "I could not take film.pdf" in telegram.told(lin)


def test_an_edit_is_offered_as_a_correction(app: App, telegram: FakeTelegram, bot: Running, lin: int) -> None:
    said = telegram.say(lin, "add task send the quote")
    telegram.settle(bot)
    telegram.edit(said, "add task send the offer")
    telegram.settle(bot)
    assert labels(telegram.answers(lin)[-1]) == ["Correct it", "Leave it"]
    telegram.press(lin, "Correct it")
    telegram.settle(bot)
    assert [t.title for t in rows(app, Task)] == ["send the offer"]
