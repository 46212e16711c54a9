"""Who gets in, who does not, and who is out again."""

from datetime import timedelta

import httpx
import pytest
from sqlmodel import select

from bot.adapters.page.session import COOKIE
from bot.app import App
from storage.tables import Member, MemberStatus
from storage.unit_of_work import UnitOfWork
from tests.page.serving import Serving, headline


def members(app: App) -> list[tuple[str, str]]:
    return [(m.name, m.role) for m in app.database.read(lambda s: s.exec(select(Member)).all())]


def test_a_link_lets_one_person_in_once(serving: Serving) -> None:
    code = serving.code("Ana", "sales")
    browser = serving.client()
    for _ in range(2):  # looking at the link, as previews do, uses nothing up
        shown = browser.get(f"/join/{code}")
        assert "Come in as Ana." in shown.text
    answer = browser.post("/join", data={"code": code})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    assert 'id="log"' in browser.get("/").text
    again = serving.client().post("/join", data={"code": code})
    assert again.status_code == 400
    assert "already used" in again.text
    assert members(serving.app) == [("Ana", "sales")]


def test_the_cookie_is_for_https_alone_where_there_is_https(serving: Serving) -> None:
    answer = httpx.post(
        serving.url + "/join",
        data={"code": serving.code("Ana")},
        headers={"Origin": serving.url.replace("http:", "https:")},
    )
    assert "Secure" in answer.headers["set-cookie"]


def test_a_code_can_be_typed_with_a_name(serving: Serving) -> None:
    browser = serving.client()
    assert 'name="code"' in browser.get("/").text
    code = serving.code(None)
    missing = browser.post("/join", data={"code": code})
    assert "What shall we call you?" in missing.text
    typed = f" {serving.url}/join/{code.upper()} "
    assert browser.post("/join", data={"code": typed, "name": "<b>Ana</b>"}).status_code == 303
    assert "&lt;b&gt;Ana&lt;/b&gt;" in browser.get("/").text
    assert members(serving.app) == [("<b>Ana</b>", "owner")]


@pytest.mark.parametrize("code", ["abcdefghij234567", "", "%00", "x" * 2000])
def test_a_guess_opens_nothing(serving: Serving, code: str) -> None:
    answer = serving.client().post("/join", data={"code": code, "name": "Eve"})
    assert answer.status_code == 400
    assert "opens nothing" in answer.text
    assert members(serving.app) == []


def test_a_code_is_too_old_after_ten_minutes(serving: Serving) -> None:
    code = serving.code("Ana")
    serving.app.clock.set(serving.app.clock.now() + timedelta(minutes=10))
    assert "too old" in serving.client().get(f"/join/{code}").text


def test_a_member_comes_in_as_themselves_from_a_second_browser(serving: Serving) -> None:
    first = serving.person("Ana", "owner")
    first.ask("add Dana Whitfield from Acme")
    second = serving.person("ana", "viewer")
    assert members(serving.app) == [("Ana", "owner")]
    assert [m["id"] for m in second.messages()] == [m["id"] for m in first.messages()]


@pytest.mark.parametrize("path", ["/me", "/messages", "/stream", "/day", "/complete?text=Da", "/files/x"])
def test_strangers_see_nothing(serving: Serving, path: str) -> None:
    assert serving.client().get(path).status_code == 401
    forged = serving.client()
    forged.cookies.set(COOKIE, "WyJ4IiwieSJd.aaaa.bbbb")
    assert forged.get(path).status_code == 401


def test_signing_out_ends_the_session_everywhere_the_cookie_went(serving: Serving) -> None:
    ana = serving.person("Ana")
    copied = serving.client()
    copied.cookies.update(ana.client.cookies)
    assert copied.get("/me").status_code == 200
    assert ana.client.post("/leave").status_code == 303
    assert copied.get("/me").status_code == 401


def test_a_removed_member_is_out_at_once(serving: Serving) -> None:
    ana = serving.person("Ana")

    def remove(uow: UnitOfWork) -> None:
        row = uow.first(Member)
        assert row
        row.status = MemberStatus.REMOVED
        uow.add(row)

    stream = ana.stream()
    assert headline(next(stream)) == ana.welcome
    serving.app.engine.work(remove)
    assert list(stream) == []  # the open page is told, and its stream ends
    assert ana.client.get("/messages").status_code == 401
    assert ana.say("hello").status_code == 401


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:1", "localhost", "", "127.0.0.1.evil.example"])
def test_another_host_is_refused(serving: Serving, host: str) -> None:
    for path in ("/", "/healthz", "/static/page.js"):
        assert serving.client().get(path, headers={"Host": host}).status_code == 400


def test_this_machine_has_three_names(serving: Serving) -> None:
    for host in ("127.0.0.1", "localhost", "[::1]"):
        headers = {"Host": f"{host}:{serving.port}", "Origin": f"http://{host}:{serving.port}"}
        assert serving.client().get("/healthz", headers=headers).status_code == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1"])
def test_another_origin_is_refused(serving: Serving, origin: str) -> None:
    ana = serving.person("Ana")
    for method, path in (("GET", "/messages"), ("POST", "/say"), ("POST", "/leave"), ("POST", "/join")):
        answer = ana.client.request(method, path, headers={"Origin": origin})
        assert answer.status_code == 403


def test_a_post_must_say_where_it_comes_from(serving: Serving) -> None:
    ana = serving.person("Ana")
    del ana.client.headers["Origin"]
    assert ana.say("hello").status_code == 403
    assert ana.client.post("/join", data={"code": serving.code("Eve")}).status_code == 403


def test_the_page_speaks_the_language_of_the_member_else_of_the_browser(serving: Serving) -> None:
    ana = serving.person("Ana")
    taiwan = {"Accept-Language": "zh-TW,zh;q=0.9,en;q=0.8"}
    assert 'lang="zh-Hant"' in ana.client.get("/", headers=taiwan).text
    assert 'lang="zh-Hans"' in ana.client.get("/", headers={"Accept-Language": "fr, zh-CN"}).text
    ana.ask("speak English")
    assert 'lang="en"' in ana.client.get("/", headers=taiwan).text


def test_nothing_from_elsewhere_and_nothing_inline(serving: Serving) -> None:
    ana = serving.person("Ana")
    answer = ana.client.get("/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in answer.text.replace("http-equiv", "")
    assert "style=" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
