"""What stands beside the talk: completions and my day, with the person's own sight."""

from tests.page.serving import Person, Serving


def names(person: Person, text: str) -> list[str]:
    return [n["name"] for n in person.client.get("/complete", params={"text": text}).json()["names"]]


def test_names_are_completed(serving: Serving) -> None:
    ana = serving.person("Ana")
    for sentence in (
        "add Dana Whitfield from Acme",
        "add Daniel Craig",
        "/contact add 王大明 company:鸿图制造",
    ):
        ana.ask(sentence)
    assert names(ana, "call Da") == ["Dana Whitfield", "Daniel Craig"]
    assert names(ana, "send it to @whit") == ["Dana Whitfield"]
    assert names(ana, "call Dana Wh") == ["Dana Whitfield"]
    assert names(ana, "visit Ac") == ["Acme"]
    assert names(ana, "提醒我给王大") == ["王大明"]
    assert names(ana, "@王") == ["王大明"]
    assert names(ana, "call dana") == []  # small letters without @ are words
    assert names(ana, "") == []
    offered = ana.client.get("/complete", params={"text": "提醒我给王大"}).json()
    assert (offered["length"], offered["wanted"]) == (2, False)


def test_only_what_a_person_may_see_is_offered(serving: Serving) -> None:
    ana, sam = serving.person("Ana"), serving.person("Sam", "sales")
    ana.ask("add Dana Whitfield from Acme")
    seen = names(sam, "call Da")
    found = sam.ask("who is Dana?")
    assert (seen == ["Dana Whitfield"]) == ("Whitfield" in str(found["headline"]))


def test_commands_are_those_that_a_person_may_use(serving: Serving) -> None:
    ana, eve = serving.person("Ana"), serving.person("Eve", "viewer")
    mine = {c["name"]: c for c in ana.client.get("/me").json()["commands"]}
    hers = {c["name"]: c for c in eve.client.get("/me").json()["commands"]}
    assert mine["/task add"]["usage"].startswith("/task add TITLE [assignee:…]")
    assert "/contact add" in mine
    assert "/contact add" not in hers
    assert "/contact show" in hers
    assert set(hers) < set(mine)


def test_my_day_is_mine(serving: Serving) -> None:
    ana, bob = serving.person("Ana"), serving.person("Bob", "sales")
    assert ana.client.get("/day").json() == []
    for sentence in (
        "add a task: call the bank by yesterday",
        "add a task: send the quote by today",
        "add a task: someday",
        "remind me to call Dana tomorrow at 3pm",
        "new deal with Acme: 50 seats, $20k",
    ):
        ana.ask(sentence)
    day = ana.client.get("/day").json()
    assert [(p["key"], [i["text"] for i in p["items"]]) for p in day] == [
        ("overdue", ["call the bank"]),
        ("today", ["send the quote"]),
        ("reminders", ["call Dana"]),
        ("deals", ["Acme, 50 seats"]),
    ]
    assert bob.client.get("/day").json() == []
    ana.ask(day[0]["items"][0]["done"])
    assert [p["key"] for p in ana.client.get("/day").json()] == ["today", "reminders", "deals"]
