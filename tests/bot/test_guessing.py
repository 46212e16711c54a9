"""Guesses are offered in words that people read, in their language."""

from dataclasses import replace

import pytest

from bot.app import App, build
from bot.asking import ask
from bot.guessing import guesses_for
from bot.incoming import Incoming, Sender
from handlers.context import Context
from handlers.turn import Call, Turn
from tests.plugin import settings_for
from tests.transcript import START

HELLO = Incoming("console", "e1", Sender("ana", "Ana", role="owner"), "ana", "hello", vouched=True)


def labels(app: App, language: str, *calls: Call) -> list[str]:
    def look(ctx: Context) -> list[str]:
        ctx.voice = replace(ctx.voice, language=language)
        return [b.label for b in guesses_for([Turn(calls=(c,)) for c in calls], ctx).buttons]

    return ask(app.engine, HELLO, look) or []


CASES = (
    (Call(name="report.show", slots={"metric": "pipeline"}), "Figures: pipeline", "看统计：销售漏斗", "看統計：銷售漏斗"),
    (Call(name="member.list", slots={"role": "admin"}), "Team: admin", "团队：管理员", "團隊：管理員"),
    (
        Call(name="reminder.snooze", slots={"when": "2026-03-03T16:30:00+01:00"}),
        "Snooze a reminder: tomorrow 16:30",
        "推迟提醒：明天 16:30",
        "延後提醒：明天 16:30",
    ),
    (Call(name="task.list", slots={"assignee": "me"}), "My tasks", "我的任务", "我的任務"),
    (
        Call(name="task.edit", slots={"field": "due", "value": "2026-03-03T16:30:00+01:00"}),
        "Change a task: due date tomorrow 16:30",
        "修改任务：截止日期 明天 16:30",
        "修改任務：到期日 明天 16:30",
    ),
    (
        Call(name="deal.edit", slots={"field": "amount", "value": "920000 CNY"}),
        "Change a deal: amount CN¥920,000",
        "修改商机：金额 ¥920,000",
        "修改商機：金額 CN¥920,000",
    ),
    (
        Call(name="deal.move", slots={"stage": "negotiation"}),
        "Move a deal: Negotiation",
        "推进商机：商务谈判",
        "推進商機：商務談判",
    ),
    (Call(name="task.list", slots={"due": "2026-03-09/2026-03-16"}), "List tasks: Mon 9 Mar – Sun 15 Mar", "", ""),
)  # fmt: skip


@pytest.mark.parametrize(("call", "english", "simplified", "traditional"), CASES)
def test_a_guess_has_no_raw_values(call: Call, english: str, simplified: str, traditional: str) -> None:
    app = build(settings_for("sqlite://"))
    try:
        app.clock.set(START)
        app.engine.handle(app.engine.accept(HELLO)[0])
        assert labels(app, "en", call) == [english]
        if simplified:
            assert labels(app, "zh-Hans", call) == [simplified]
            assert labels(app, "zh-Hant", call) == [traditional]
    finally:
        app.close()
