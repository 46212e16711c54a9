"""Pictures of the page for the README: `python docs/screenshots.py` writes them to docs/images.

It needs Chromium, and fonts with Chinese characters: `apt-get install chromium fonts-noto-cjk`.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, sync_playwright
from pydantic import SecretStr

from bot.adapters.web import Server, web
from bot.app import App, build
from bot.invite import invite
from bot.reception import Reception
from bot.settings import Settings

FOLDER = Path(__file__).parent / "images"
SIZES = ((1280, 800), (390, 844))
NAMES = {"en": "Ana", "zh": "安娜"}
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
ZONES = {"en": "Europe/Berlin", "zh": "Asia/Shanghai"}
CURRENCIES = {"en": "USD", "zh": "CNY"}
BEFORE = {
    "en": (
        "new deal with Acme: 50 seats, $20k",
        "new deal with Globex: annual support, $48k",
        '/ticket open title:"Printer on fire" company:Acme priority:urgent assignee:me',
        '/task add title:"Send Globex the contract" due:2026-03-02',
        '/task add title:"Prepare the Acme demo" due:2026-03-03',
        '/task add title:"Call the tax office" due:2026-03-03',
        "remind me to call Li Wei on thursday at 3pm",
    ),
    "zh": (
        "新建商机:鸿图 300套,预算15万",
        "新建商机:海川物流 年度服务,8万",
        '/ticket open title:"打印机冒烟" company:鸿图 priority:urgent assignee:me',
        '/task add title:"给海川发合同" due:2026-03-02',
        '/task add title:"准备鸿图的演示" due:2026-03-03',
        '/task add title:"联系税务局" due:2026-03-03',
        "周四下午三点提醒我给李薇打电话",
    ),
}
TODAY = {
    "en": (
        "met Dana Whitfield from Acme today, she wants a demo, remind me to call her thursday 3pm",
        "Dana's email is dana@acme.example",
        "who is Dana?",
        "what's on my plate",
    ),
    "zh": (
        "刚跟鸿图的王总通完电话,他想看样品",
        "明天下午三点提醒我给王总打电话",
        "王总",
        "我有什么任务",
    ),
}


@contextmanager
def served(language: str) -> Iterator[tuple[App, str]]:
    """An empty Parley on loopback, at its address."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
        found.close()
        url = SecretStr(f"sqlite:///{folder}/parley.db")
        app = build(
            Settings(
                database_url=url, timezone=ZONES[language], currency=CURRENCIES[language], _env_file=None
            )
        )
        server = Server(web(app, Reception(app.engine), tick=False, port=port), "127.0.0.1", port, "error")
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        try:
            yield app, f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join()
            app.close()


def morning(language: str) -> datetime:
    """The moment at which the pictures are taken."""
    return datetime(2026, 3, 3, 9, 42, tzinfo=ZoneInfo(ZONES[language]))


def say(page: Page, text: str) -> None:
    """Say something and wait for the answer."""
    before = page.locator(".message.parley").count()
    page.fill("#text", text)
    page.press("#text", "Enter")
    page.locator(".message.parley").nth(before).wait_for()


def talk(app: App, browser: Browser, address: str, language: str) -> str:
    """A working day of a few sentences; the session of the one who had it."""
    app.clock.set(morning(language) - timedelta(days=1))
    code = app.engine.work(lambda uow: invite(uow, "owner", NAMES[language]))
    context = browser.new_context(locale=LOCALES[language], timezone_id=ZONES[language])
    page = context.new_page()
    page.goto(f"{address}/join/{code}")
    page.click("button")
    page.locator(".message").wait_for()
    for text in BEFORE[language]:
        say(page, text)
    for i, text in enumerate(TODAY[language]):
        app.clock.set(morning(language) - timedelta(minutes=12 - 3 * i))
        say(page, text)
    app.clock.set(morning(language))
    cookie = next(c["value"] for c in context.cookies())
    context.close()
    return cookie


def picture(
    browser: Browser, address: str, cookie: str, language: str, size: tuple[int, int], dark: bool
) -> None:
    """One picture."""
    width, height = size
    context = browser.new_context(
        locale=LOCALES[language],
        timezone_id=ZONES[language],
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        is_mobile=width < 500,
        has_touch=width < 500,
        reduced_motion="reduce",
    )
    context.add_cookies([{"name": "parley", "value": cookie, "url": address}])
    page = context.new_page()
    page.clock.set_fixed_time(morning(language))
    page.goto(address)
    page.locator("#day section").first.wait_for(state="attached")
    page.locator(".message").last.wait_for()
    name = f"page-{language}-{width}-{'dark' if dark else 'light'}"
    page.screenshot(path=FOLDER / f"{name}.png")
    if width < 500 and not dark:
        page.click("#side-open")
        page.screenshot(path=FOLDER / f"{name}-day.png")
    context.close()


def main() -> None:
    """All of them."""
    if not subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=True).stdout:  # noqa: S607
        raise SystemExit("There is no font with Chinese characters: apt-get install fonts-noto-cjk")
    FOLDER.mkdir(exist_ok=True)
    path = os.environ.get("PARLEY_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
    arguments = [
        "--disable-background-networking",
        "--disable-gpu",
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        for language in NAMES:
            with served(language) as (app, address):
                cookie = talk(app, browser, address, language)
                for size in SIZES:
                    for dark in (False, True):
                        picture(browser, address, cookie, language, size, dark)
        browser.close()


if __name__ == "__main__":
    main()
