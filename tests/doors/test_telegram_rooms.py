"""Groups in Telegram: who is answered, where, and what is shown to whom."""

from tests.doors.running import Running
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.world import BOT_NAME


def test_in_a_group_only_what_is_addressed_is_heard(
    telegram: FakeTelegram, bot: Running, lin: int, bo: int
) -> None:
    telegram.world.privacy = False
    team = telegram.add_group("Team", lin, bo)
    telegram.say(lin, "add task send the quote", team)
    telegram.say(lin, "/task_list@some_other_bot", team)
    telegram.settle(bot)
    assert telegram.answers(lin, team) == []
    for words in (f"@{BOT_NAME} who is Dana", f"/contact_show@{BOT_NAME} Dana", f"who is Dana, @{BOT_NAME}?"):
        telegram.say(lin, words, team)
        telegram.settle(bot)
        assert telegram.told(lin, team).startswith("Dana Whitfield"), words
    telegram.say(lin, "who is Dana", team, reply_to=telegram.answers(lin, team)[-1])
    telegram.settle(bot)
    assert len(telegram.answers(lin, team)) == 4


def test_a_group_with_somebody_unknown_sees_no_data(
    telegram: FakeTelegram, bot: Running, lin: int, bo: int
) -> None:
    team = telegram.add_group("Team", lin, bo)
    telegram.say(lin, "/contact_show Dana", team)
    telegram.settle(bot)
    assert "Dana Whitfield" in telegram.told(lin, team)
    guest = telegram.add_user("Guest")
    telegram.join(guest, team)
    telegram.say(lin, "/contact_show Dana", team)
    telegram.settle(bot)
    assert len(telegram.answers(lin, team)) == 1
    assert "Dana Whitfield" in telegram.told(lin)
    assert telegram.told(lin).endswith("Only you can see this.")
    telegram.leave(guest, team)
    telegram.say(lin, "/contact_show Dana", team)
    telegram.settle(bot)
    assert len(telegram.answers(lin, team)) == 2


def test_a_stranger_gets_a_polite_answer_and_nothing_else(
    telegram: FakeTelegram, bot: Running, lin: int, bo: int
) -> None:
    guest = telegram.add_user("Guest", "zh-hant")
    for words in ("/start", "who is Dana", "/start aaaaaaaaaaaaaaaa", "我的任务"):
        telegram.say(guest, words)
        telegram.settle(bot)
    told = [m["text"] for m in telegram.answers(guest)]
    assert told[1] == "I only talk to the team here. Ask an admin for an invitation."
    assert "Dana" not in "".join(told)
    card = telegram.answers(lin)[-1]
    team = telegram.add_group("Team", lin, bo, guest)
    telegram.say(lin, "/task_list", team)
    telegram.settle(bot)
    telegram.press(guest, "Undo", message=card)
    telegram.settle(bot)
    assert "Dana" not in telegram.told(guest)


def test_topics_of_a_forum_are_talks_of_their_own(
    telegram: FakeTelegram, bot: Running, lin: int, bo: int
) -> None:
    team = telegram.add_group("Team", lin, bo)
    telegram.say(lin, "/contact_show Dana", team, message_thread_id=77, is_topic_message=True)
    telegram.settle(bot)
    assert telegram.answers(lin, team)[-1]["message_thread_id"] == 77


def test_menus_fit_the_role_and_the_language(telegram: FakeTelegram, bot: Running, lin: int, bo: int) -> None:
    bot.quiet()
    menus = telegram.world.menus
    assert [c["command"] for c in menus["default", ""]] == ["help"]
    assert [c["command"] for c in menus["all_group_chats", "zh"]] == [
        "task_list",
        "deal_list",
        "ticket_list",
        "help",
    ]
    mine = [c["command"] for c in menus[f"chat:{lin}", ""]]
    assert "contact_add" in mine
    assert "contact_add" not in [c["command"] for c in menus[f"chat:{bo}", ""]]
    assert {c["description"] for c in menus[f"chat:{lin}", ""]} >= {"New contact", "List tasks"}
