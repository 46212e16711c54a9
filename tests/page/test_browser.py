"""The page in a real browser: by keyboard, on a phone, with files, over breaks, in several tabs."""

import re
from base64 import b64decode
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from handlers.post import tell
from handlers.reply import Reply, line
from storage.files import keep_file
from storage.queries.members import members
from tests.page.serving import Serving
from tests.page.sitting import Sitter, sit

PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAAAAAC4HznGAAAADklEQVR4nGNoaGhgAGIADAgDAcWhuYYAAAAASUVORK5CYII="  # three by two
NARROW = {"width": 390, "height": 844}


def test_by_keyboard_alone(ana: Sitter) -> None:
    page, keys = ana.page, ana.page.keyboard
    expect(page.locator("#text")).to_be_focused()
    keys.type("add Dana Whitfield")
    keys.press("Shift+Enter")
    keys.type("from Acme")
    assert page.input_value("#text") == "add Dana Whitfield\nfrom Acme"
    page.fill("#text", "add Dana Whitfield from Acme")
    keys.press("Enter")
    assert ana.answers()[-1][0] == "Added Dana Whitfield."
    expect(page.locator("#text")).to_be_focused()
    keys.press("ArrowUp")
    assert page.input_value("#text") == "add Dana Whitfield from Acme"
    keys.press("ArrowDown")
    assert page.input_value("#text") == ""
    undo = page.get_by_role("button", name="Undo")
    for _ in range(12):  # back through the page to the button
        keys.press("Shift+Tab")
        if undo.evaluate("e => e === document.activeElement"):
            break
    expect(undo).to_be_focused()
    keys.press("Enter")
    assert ana.answers()[-1][0].startswith("Took back")
    expect(page.get_by_role("button", name="Undo, used")).to_be_focused()


def test_what_is_said_is_only_ever_text(ana: Sitter) -> None:
    evil = '<img src=x onerror="alert(1)"> & <b>bold</b>'
    answer = ana.ask(f"add a task: {evil}")
    assert evil in answer[0]
    assert ana.page.locator("#log img, #log b, #day img").count() == 0
    expect(ana.page.locator("#day")).not_to_contain_text("nothing", timeout=2000)


def test_commands_and_names_are_completed(ana: Sitter) -> None:
    page, keys = ana.page, ana.page.keyboard
    ana.ask("add Dana Whitfield from Acme")
    text, offered = page.locator("#text"), page.locator("#offered")
    text.press_sequentially("/ta")
    expect(offered.get_by_role("option").first).to_contain_text("/task add")
    expect(text).to_have_attribute("aria-expanded", "true")
    keys.press("ArrowDown")
    assert page.locator(f"#{text.get_attribute('aria-activedescendant')} .name").inner_text() == "/task list"
    keys.press("ArrowUp")
    keys.press("Enter")
    expect(text).to_have_value("/task add ")
    expect(offered).to_contain_text("/task add TITLE [assignee:…]")
    keys.type('"call" contact:@whit')
    expect(offered).to_be_visible()
    keys.press("Escape")
    expect(offered).to_be_hidden()
    text.fill("")
    text.press_sequentially("call Da")
    expect(offered).to_contain_text("Dana Whitfield")
    keys.press("Tab")
    expect(text).to_have_value("call Dana Whitfield")
    text.fill("")
    text.press_sequentially("call Da")
    expect(offered).to_be_visible()
    keys.press("Enter")  # names that nobody asked for do not stand in the way
    assert ana.answers()


def test_files_by_picker_drop_and_paste(ana: Sitter, tmp_path: Path) -> None:
    page = ana.page
    (tmp_path / "list.csv").write_text("name,email\nDana,dana@acme.example\n")
    page.set_input_files("#picker", tmp_path / "list.csv")
    expect(page.locator(".chip:not(.up)")).to_contain_text("list.csv")
    for kind in ("drop", "paste"):
        page.locator("#text").evaluate(
            """(element, kind) => {
              const data = new DataTransfer();
              data.items.add(new File(["x".repeat(3000)], kind + ".txt", { type: "text/plain" }));
              const event = kind === "drop"
                ? new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })
                : new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
              element.dispatchEvent(event);
            }""",
            kind,
        )
        expect(page.locator(".chip:not(.up)", has_text=f"{kind}.txt")).to_be_visible()
    page.get_by_role("button", name="Remove paste.txt").click()
    page.fill("#text", "here they are")
    page.press("#text", "Enter")
    ana.answers()
    links = page.locator(".message.me .file")
    assert [re.sub(r"\d.*", "", text) for text in links.all_inner_texts()] == ["list.csv\n", "drop.txt\n"]
    with page.expect_download() as download:
        links.first.click()
    assert download.value.suggested_filename == "list.csv"
    assert Path(download.value.path()).read_bytes() == (tmp_path / "list.csv").read_bytes()


def test_a_picture_stands_beside_its_words(ana: Sitter) -> None:
    engine = ana.serving.app.engine
    picture = keep_file(
        engine.database, engine.workspace_id, "pipeline.png", "image/png", iter([b64decode(PICTURE)])
    )
    shown = Reply(line("Three deals are open."), pictures=(str(picture.id),))
    engine.work(lambda uow: tell(uow, members(uow)[0], shown))
    image = ana.page.get_by_role("img", name="Three deals are open.")
    expect(image).to_be_visible()
    assert image.evaluate("async image => { await image.decode(); return image.naturalWidth; }") == 3


def test_an_invitation_is_a_whole_link(ana: Sitter) -> None:
    ana.ask("invite Dave as support")
    link = ana.page.locator(".message.parley a").last
    assert link.inner_text().startswith(f"{ana.serving.url}/join/")
    assert "do not know" not in ana.page.locator(".message.parley").last.inner_text()


def test_an_open_page_goes_on_after_a_restart(ana: Sitter) -> None:
    ana.ask("add a task: send the quote")
    serving, page = ana.serving, ana.page
    serving.stop()
    expect(page.locator("#status")).to_have_text("Not connected. Trying again…")
    ana.say("add a task: call Dana")
    expect(page.locator(".message.waiting")).to_be_visible()
    again = Serving(serving.app, serving.port)
    try:
        page.locator(".waiting").first.wait_for(state="detached", timeout=30_000)
        ana.serving = again
        assert ana.answers()[-1][0] == "Added task #2 call Dana."
        expect(page.locator("#status")).to_have_text("")
        assert page.locator(".message.me").all_inner_texts()[0].count("send the quote") == 1
        assert page.locator(".message.me").count() == 2
        page.reload()
        expect(page.locator(".message.me")).to_have_count(2)
        expect(page.locator(".message.parley")).to_have_count(3)
    finally:
        again.stop()
    ana.trouble = [t for t in ana.trouble if "ERR_" not in t]


def test_tabs_keep_in_step(ana: Sitter) -> None:
    other = ana.context.new_page()
    ana.watch(other)
    other.goto(ana.serving.url)
    ana.ask("remind me about the tax forms")
    offered = other.locator(".buttons").last.get_by_role("button")
    expect(offered.last).to_have_text("Cancel")
    count = offered.count()
    offered.filter(has_text="Tomorrow 9:00").first.click()
    for page in (ana.page, other):
        expect(page.locator(".message").last).to_contain_text("I will remind you tomorrow")
    for page in (ana.page, other):
        used = page.locator(".buttons button[aria-disabled]")
        expect(used).to_have_count(count)
        expect(page.locator(".buttons .pressed")).to_have_text("Tomorrow 9:00")
    assert words(ana.page) == words(other)


def words(page: Page) -> list[str]:
    return page.locator(".message .body").all_text_contents()


def test_a_list_turns_its_page_in_place(ana: Sitter) -> None:
    for i in range(7):
        ana.ask(f"add a task: polish item {i}")
    ana.ask("what's on my plate")
    count = ana.page.locator(".message").count()
    ana.press("More")
    assert len(ana.answers()[-1]) == 4  # the count, two tasks, and the way back
    assert ana.page.locator(".message").count() == count
    before = words(ana.page)
    ana.page.reload()
    ana.page.locator(".message").nth(count - 1).wait_for()
    assert words(ana.page) == before


def test_my_day_follows_the_talk(ana: Sitter) -> None:
    day = ana.page.locator("#day")
    expect(day).to_contain_text("Nothing is due")
    ana.ask("add a task: call the bank by yesterday")
    expect(day.locator(".overdue")).to_contain_text("call the bank")
    day.get_by_role("button", name="Done: call the bank").click()
    assert ana.answers()[-1][0] == "Done: #1 call the bank."
    expect(day).to_contain_text("Nothing is due")


def test_on_a_phone(sqlite_serving: Serving, browser: Browser) -> None:
    bo = sit(sqlite_serving, browser, "Bo", viewport=NARROW, has_touch=True, is_mobile=True, locale="zh-TW")
    page = bo.page
    try:
        assert page.locator("html").get_attribute("lang") == "zh-Hant"
        bo.ask("add a task: " + "averyveryverylongwordthatgoeson" * 6)
        assert page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
        drawer = page.get_by_role("complementary", name="我的一天")
        expect(drawer).to_be_hidden()
        opener = page.locator("#side-open")
        opener.tap()
        expect(drawer).to_be_visible()
        expect(opener).to_have_attribute("aria-expanded", "true")
        expect(page.locator("#side-close")).to_be_focused()
        for _ in range(8):  # the focus stays in the drawer
            page.keyboard.press("Tab")
            assert page.evaluate("document.querySelector('#side').contains(document.activeElement)")
        page.keyboard.press("Escape")
        expect(drawer).to_be_hidden()
        expect(opener).to_be_focused()
        for button in page.locator("main button:visible").all():
            box = button.bounding_box()
            assert box
            assert min(box["width"], box["height"]) >= 24, button.inner_text()
        assert bo.trouble == []
    finally:
        bo.context.close()


def test_what_a_screen_reader_finds(ana: Sitter) -> None:
    ana.ask("add Dana Whitfield from Acme")
    page = ana.page
    log = page.get_by_role("log", name="Conversation")
    expect(log).to_have_attribute("aria-live", "polite")
    expect(log).to_have_attribute("aria-busy", "false")
    expect(log).to_contain_text("Parley said: Added Dana Whitfield.")
    for role, name in (
        ("combobox", "Message"),
        ("button", "Send"),
        ("button", "Attach files"),
        ("button", "Sign out"),
        ("complementary", "My day"),
        ("heading", "Parley"),
        ("link", "Skip to the message box"),
    ):
        expect(page.get_by_role(role, name=name, exact=True)).to_have_count(1)  # type: ignore[arg-type]
    nameless = page.locator("button:visible").evaluate_all(
        "all => all.filter(b => !(b.textContent.trim() || b.getAttribute('aria-label'))).length"
    )
    assert nameless == 0


def test_who_signs_out_or_is_removed_sees_the_way_in(ana: Sitter) -> None:
    other = ana.context.new_page()
    ana.watch(other)
    other.goto(ana.serving.url)
    expect(other.locator("#log .message")).to_have_count(1)
    ana.page.get_by_role("button", name="Sign out").click()
    expect(ana.page.get_by_label("Code")).to_be_visible()
    expect(other.get_by_label("Code")).to_be_visible()
    ana.trouble = [t for t in ana.trouble if "401" not in t]
