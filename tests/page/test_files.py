"""Files go up and come down, for those they were shown to."""

import contextlib
from collections.abc import Iterator

import httpx

from bot.adapters.page.files import LARGEST
from storage.tables import Contact, File, Inbox
from tests.page.serving import Person, Serving, headline

DATA = bytes(range(256)) * 3000


def up(person: Person, name: str, data: bytes, media_type: str) -> dict[str, object]:
    answer = person.client.post(
        "/files", params={"name": name}, content=data, headers={"Content-Type": media_type}
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_file_goes_up_with_a_message_and_comes_down_again(serving: Serving) -> None:
    ana = serving.person("Ana")
    file = up(ana, "客户 list.csv", DATA, "text/csv")
    assert (file["name"], file["size"]) == ("客户 list.csv", len(DATA))
    ana.say("here is the list", files=[file["token"]])
    said, _ = ana.hear(2)
    assert [f["name"] for f in said["files"]] == ["客户 list.csv"]
    received = serving.app.engine.read(lambda uow: uow.list(Inbox)[-1].payload["files"])
    assert [(f["name"], f["media_type"], f["size"]) for f in received] == [
        ("客户 list.csv", "text/csv", len(DATA))
    ]
    down = ana.client.get(f"/files/{said['files'][0]['token']}")
    assert down.content == DATA
    assert down.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E5%AE%A2")
    assert down.headers["x-content-type-options"] == "nosniff"
    assert down.headers["content-type"] == "application/octet-stream"


def test_a_picture_is_a_picture_and_a_page_is_not_a_page(serving: Serving) -> None:
    ana = serving.person("Ana")
    picture = up(ana, "a.png", b"\x89PNG", "image/png")
    assert picture["picture"]
    assert ana.client.get(f"/files/{picture['token']}").headers["content-type"] == "image/png"
    for media_type in ("text/html", "image/svg+xml", "application/javascript"):
        file = up(ana, "a", b"<script>", media_type)
        assert not file["picture"]
        answer = ana.client.get(f"/files/{file['token']}")
        assert answer.headers["content-type"] == "application/octet-stream"
        assert "sandbox" in answer.headers["content-security-policy"]


def test_a_name_is_only_a_name(serving: Serving) -> None:
    ana = serving.person("Ana")
    for name in ("../../etc/passwd", "C:\\Users\\passwd"):
        assert up(ana, name, b"x", "text/plain")["name"] == "passwd"
    broken = up(ana, "a\r\nSet-Cookie: x", b"x", "text/plain")
    assert "set-cookie" not in ana.client.get(f"/files/{broken['token']}").headers


def test_nobody_else_gets_it(serving: Serving) -> None:
    ana, eve = serving.person("Ana"), serving.person("Eve", "admin")
    token = up(ana, "a.csv", b"secret", "text/csv")["token"]
    assert eve.client.get(f"/files/{token}").status_code == 404
    assert eve.say("look", files=[token]).status_code == 400
    assert serving.client().get(f"/files/{token}").status_code == 401


def test_what_is_too_large_is_refused(serving: Serving) -> None:
    ana = serving.person("Ana")

    def too_much() -> Iterator[bytes]:
        piece = bytes(1024 * 1024)
        return (piece for _ in range(LARGEST // len(piece) + 1))

    with contextlib.suppress(httpx.WriteError):  # the server may hang up before it is all sent
        assert ana.client.post("/files", params={"name": "a"}, content=too_much()).status_code == 413
    assert serving.app.engine.read(lambda uow: uow.count(File)) == 0
    assert up(ana, "a", bytes(2 * 1024 * 1024), "text/plain")["size"] == 2 * 1024 * 1024
    assert ana.say("x" * 2 * 1024 * 1024).status_code == 413


def test_a_table_that_is_dropped_is_imported_and_what_failed_comes_back(serving: Serving) -> None:
    ana, app = serving.person("Ana"), serving.app
    table = "Name,Company,Reach at\n" + "".join(
        f"Person{i} Name{i},Acme,{'12' if i == 7 else f'+4930901{i:03}'}\n" for i in range(150)
    )
    token = up(ana, "people.csv", table.encode(), "text/csv")["token"]
    shown = ana.ask(files=[token])
    assert "150 contacts" in headline(shown)
    shown = ana.ask("the third column is the phone")
    assert "Reach at → Phone" in str(shown["lines"])
    assert "149 new, 1 not usable" in headline(shown)
    begun = ana.ask(press=shown["buttons"][0]["token"])
    assert headline(begun).startswith("Importing people.csv")
    assert app.work_off()
    done = ana.hear(1)[0]
    while not headline(done).startswith("Imported"):
        done = ana.hear(1)[0]
    assert headline(done) == "Imported 149 contacts from people.csv."
    assert done["replaces"]
    assert [f["name"] for f in done["files"]] == ["people – left out.csv"]
    failed = ana.client.get(f"/files/{done['files'][0]['token']}").content.decode("utf-8-sig")
    assert failed.splitlines()[1].startswith("Person7 Name7,Acme,12")
    ana.ask(press=done["buttons"][0]["token"])
    app.work_off()
    assert app.engine.read(lambda uow: uow.count(Contact)) == 0
