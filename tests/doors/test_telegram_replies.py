"""Replies in Telegram: to an answer of Parley, to one's own words, to a colleague, with a part picked out."""

from bot.app import App
from storage.tables import Activity, Reminder, Task, Ticket
from tests.doors.running import Running
from tests.doors.test_telegram_albums import rows, sqlite
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.people import labels
from tests.fakes.telegram.world import BOT_NAME, Json

BROKEN = "The printer at Acme is broken\nPlease help"


class Speaker:
    """Somebody who says things and looks at what comes of them."""

    def __init__(self, telegram: FakeTelegram, bot: Running, user: int, chat: int | None = None) -> None:
        self.telegram, self.bot, self.user, self.chat = telegram, bot, user, chat

    def say(self, text: str, reply_to: Json | None = None, **more: Json) -> Json:
        """Say something; the newest answer, wherever it is."""
        self.telegram.say(self.user, text, self.chat, reply_to=reply_to, **more)
        self.telegram.settle(self.bot)
        answers = [m for chat in {None, self.chat} for m in self.telegram.answers(self.user, chat)]
        return max(answers, key=lambda m: m["message_id"])

    def picked(self, part: str, of: Json) -> Json:
        """A part of a message, as it is quoted."""
        return {"text": part, "position": of["text"].index(part), "is_manual": True}


@sqlite
def test_a_reply_goes_on_from_the_answer_it_replies_to(
    app: App, telegram: FakeTelegram, bot: Running, lin: int
) -> None:
    lin_says = Speaker(telegram, bot, lin)
    dana = lin_says.say("add Dana Whitfield from Acme")
    quote = lin_says.say("add task send the quote")
    water = telegram.say(lin, "add task water the plants")
    telegram.settle(bot)
    mum = lin_says.say("remind me to call mum tomorrow 9am")
    lin_says.say("remind me to call dad tomorrow 10am")
    lin_says.say("add Bob Lindqvist from Globex")
    said = lin_says.say("his phone is +49 30 901820", dana)
    assert said["text"] == "Dana Whitfield: phone is now +49 30 901820."
    assert lin_says.say("undo", quote)["text"].startswith("Took back: Task · #1 send the quote")
    assert lin_says.say("done", water)["text"] == "Done: #2 water the plants."
    assert lin_says.say("no, I meant 4pm", mum)["text"].endswith("16:00: call mum.")
    assert [t.title for t in rows(app, Task)] == ["water the plants"]
    both = lin_says.say("contacts")
    lin_says.say("who is Dana")
    said = lin_says.say("delete him", both, quote=lin_says.picked("Bob Lindqvist", both))
    assert said["text"].startswith("Delete Bob Lindqvist")
    lin_says.say("remind me about the tax forms")
    said = lin_says.say("delete her", dana)  # what waits for an answer is asked again, not answered by this
    assert said["text"].startswith("Delete Dana Whitfield")


@sqlite
def test_a_reply_to_somebody_uses_their_words(
    app: App, telegram: FakeTelegram, bot: Running, lin: int, bo: int
) -> None:
    team = telegram.add_group("Team", lin, bo)
    telegram.say(bo, BROKEN, team)
    telegram.settle(bot)
    theirs = telegram.seen(lin, team)[-1]
    lin_says = Speaker(telegram, bot, lin, team)
    offered = ["Log activity", "New task", "Open ticket", "Remind me"]
    for words in (f"@{BOT_NAME}", f"@{BOT_NAME} make this a task", f"@{BOT_NAME} 把这个做成任务"):
        said = lin_says.say(words, theirs)
        assert said["html"].startswith("From <b>Bo</b>, "), words
        assert labels(said) == offered
    telegram.press(lin, "Log activity", team)
    telegram.settle(bot)
    lin_says.say("Dana Whitfield", telegram.answers(lin, team)[-1])  # who is asked for
    assert rows(app, Activity)[0].text.startswith(f"{BROKEN}\n— Bo, ")
    for words in ("open a ticket", "/task_add", "提醒我明天9点处理这个", "who is Dana"):
        said = lin_says.say(
            f"{words}@{BOT_NAME}" if words.startswith("/") else f"@{BOT_NAME} {words}", theirs
        )
    assert said["text"].startswith("Dana Whitfield")
    assert [t.title for t in rows(app, Ticket)] == ["The printer at Acme is broken"]
    assert [t.title for t in rows(app, Task)] == ["The printer at Acme is broken"]
    assert [r.text for r in rows(app, Reminder)] == ["处理这个: The printer at Acme is broken"]
    lin_says.say(f"@{BOT_NAME} add a task about this", theirs, quote=lin_says.picked("Please help", theirs))
    assert rows(app, Task)[-1].title == "Please help"
