"""Slack, through the real library and a fake workspace."""

from tests.doors.running import Running
from tests.fakes.slack import FakeSlack
from tests.fakes.slack.people import buttons


def test_a_direct_message_is_answered_and_a_button_pressed(
    slack: FakeSlack, parley: Running, ana: str
) -> None:
    slack.say(ana, None, "remind me about the tax forms & <more>")
    parley.settle()
    question = slack.answers(ana)[-1]
    assert question["text"] == "When shall I remind you about the tax forms &amp; &lt;more&gt;?"
    assert buttons(question) == ["Tonight", "Tomorrow 9:00", "Cancel"]
    slack.press(ana, "Tomorrow 9:00")
    parley.settle()
    assert "tomorrow 09:00: the tax forms &amp; &lt;more&gt;" in slack.answers(ana)[-1]["text"]
    assert slack.world.complaints == []
