"""Telegram, through the real library and a fake Bot API."""

import pytest

from tests.doors.running import Running
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.people import labels


@pytest.mark.usefixtures("morning")
def test_a_private_chat_is_answered_and_a_button_pressed(
    telegram: FakeTelegram, bot: Running, lin: int
) -> None:
    assert "\nYour time zone is Europe/Berlin for now, " in telegram.told(lin)
    telegram.say(lin, "remind me about the tax forms & <more>")
    telegram.settle(bot)
    question = telegram.answers(lin)[-1]
    assert question["html"] == "When shall I remind you about the tax forms &amp; &lt;more&gt;?"
    assert labels(question) == ["Tonight", "Tomorrow 9:00", "Cancel"]
    press = telegram.press(lin, "Tomorrow 9:00")
    telegram.settle(bot)
    assert "tomorrow 09:00: the tax forms & <more>" in telegram.told(lin)
    assert question["text"].endswith("☑ Tomorrow 9:00")
    assert labels(question) == []
    assert telegram.world.presses[press] is not None
    assert telegram.world.complaints == []
