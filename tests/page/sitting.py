"""People who sit at the page in a real browser."""

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, expect

from tests.page.serving import PATIENCE, Serving

READ = """element => {
  const text = (selector, root = element) => [...root.querySelectorAll(selector)].map(e => e.textContent);
  const fields = [...element.querySelectorAll("dl > div")].map(row => "· " + row.textContent);
  const table = [...element.querySelectorAll("tr")].map(row => text("th, td", row).join(" | "));
  const buttons = text(".buttons button").map(label => `[${label}]`).join(" ");
  return [...text(".headline"), ...text(".line:not(.after)"), ...fields, ...table, ...text(".after"), buttons]
    .filter(line => line).join("\\n").split("\\n");
}"""


expect.set_options(timeout=PATIENCE * 1000)


@dataclass
class Sitter:
    """One person's browser; whatever goes wrong in it is kept in `trouble`."""

    serving: Serving
    name: str
    context: BrowserContext
    page: Page
    trouble: list[str] = field(default_factory=list)
    seen: int = 0

    def watch(self, page: Page) -> None:
        """Note errors, and requests to anywhere else."""

        def console(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning") and "ERR_CONNECTION_REFUSED" not in message.text:
                self.trouble.append(message.text)

        def request(request: Request) -> None:
            if not request.url.startswith((self.serving.url, "blob:")):
                self.trouble.append(f"a request to {request.url}")

        page.on("console", console)
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("request", request)

    def say(self, text: str) -> None:
        self.page.fill("#text", text)
        self.page.press("#text", "Enter")

    def press(self, label: str) -> None:
        self.page.locator(".buttons button").get_by_text(label, exact=True).last.click()

    def at(self, place: int) -> Locator:
        """The message at a place."""
        return self.page.locator(f'.message[data-place="{place}"]')

    def ask(self, text: str) -> list[str]:
        """Say something; the words of the answer."""
        self.say(text)
        return self.answers()[-1]

    def answers(self) -> list[list[str]]:
        """The words of every answer since the last time, once all is answered."""
        self.page.locator(".waiting").first.wait_for(state="detached")  # what was said is kept
        newest = self.serving.quiet()[self.name]
        self.at(newest).wait_for()
        found = [
            self.page.locator(f'.message.parley[data-place="{place}"]')
            for place in range(self.seen + 1, newest + 1)
        ]
        self.seen = newest
        return [answer.evaluate(READ) for answer in found if answer.count()]


def sit(serving: Serving, browser: Browser, name: str, role: str = "owner", **options: Any) -> Sitter:
    """Come in by an invitation."""
    settings = {"locale": "en-GB", "timezone_id": "Europe/Berlin", "reduced_motion": "reduce"} | options
    context = browser.new_context(**settings)
    context.set_default_timeout(PATIENCE * 1000)
    sitter = Sitter(serving, name, context, context.new_page())
    sitter.watch(sitter.page)
    sitter.page.goto(f"{serving.url}/join/{serving.code(name, role)}")
    sitter.page.click("button.go")
    sitter.answers()
    return sitter
