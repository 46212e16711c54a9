"""Talking in a terminal: prompt_toolkit and rich where there is one, plain lines where there is a pipe."""

import sys

from rich.console import Console as Screen
from rich.text import Text

from bot.adapters.console import Answer, Console, Line
from storage.errors import Unavailable

PROMPT = "› "


def run(console: Console) -> None:
    """Serve the terminal, or the pipe, until the input ends."""
    interactive = sys.stdin.isatty() and sys.stdout.isatty()
    screen = Screen(highlight=False, soft_wrap=True, force_terminal=None if interactive else False)
    console.show = lambda answer: screen.print(rendered(answer, emphasis=interactive), markup=False)
    console.start()
    if interactive:
        _converse(console)
    else:
        for raw in sys.stdin.buffer:
            _take(console, raw.decode("utf-8", "replace").rstrip("\r\n"))


def rendered(answer: Answer, *, emphasis: bool) -> Text:
    """An answer as text: the headline, lines, fields, and the buttons in brackets."""
    shown = Text()
    reply = answer.reply
    if answer.room:
        shown.append(f"#{answer.room} ", style="dim" if emphasis else "")
    for i, part in enumerate((reply.headline, *reply.lines)):
        shown.append("\n" if i else "")
        for span in part.spans:
            shown.append(span.text, style="bold" if emphasis and span.strong else "")
    for field in reply.fields:
        shown.append(f"\n· {field.lead}")
        shown.append(field.value.text)
    if reply.table:
        shown.append("\n" + "\n".join(" | ".join(row) for row in (reply.table.columns, *reply.table.rows)))
    for file in reply.files:
        shown.append(f"\n<{file.name}>")
    for part in reply.after:
        shown.append("\n" + part.text)
    if answer.buttons:
        shown.append(
            "\n" + " ".join(f"[{label}]" for label in answer.buttons), style="cyan" if emphasis else ""
        )
    return shown


def _converse(console: Console) -> None:
    """Prompt until end of file; what falls due meanwhile appears above the prompt."""
    from prompt_toolkit import PromptSession  # noqa: PLC0415 - only where there is a terminal
    from prompt_toolkit.patch_stdout import patch_stdout  # noqa: PLC0415

    from schedules.ticker import Ticker  # noqa: PLC0415

    session: PromptSession[str] = PromptSession()
    ticker = Ticker(lambda: _pass_time(console))
    ticker.start()
    try:
        with patch_stdout(raw=True):
            while True:
                try:
                    text = session.prompt(PROMPT)
                except (EOFError, KeyboardInterrupt):
                    return
                if text.strip():
                    _take(console, text)
    finally:
        ticker.stop()


def _pass_time(console: Console) -> None:
    try:
        if console.app.tick():
            console.deliver()
    except Unavailable:
        return  # the next tick tries again


def _take(console: Console, text: str) -> None:
    try:
        console.take(Line(say=text))
    except Unavailable as error:
        sys.stdout.write(console.trouble(error, text) + "\n")
