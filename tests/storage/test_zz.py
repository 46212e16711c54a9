from tests.storage.test_find import *
from storage.search import match, exact_query
def test_x(owners):
    app, ids = owners
    app.engine.work(lambda uow: [contact(uow, f"Jo Ferris{i:03}", owner_id=ids["Bob"]) for i in range(200)])
    app.engine.work(lambda uow: [contact(uow, f"Jo Ferris{i}", owner_id=ids["Ana"]) for i in range(995,1000)])
    m = app.engine.read(lambda uow: match(uow.session, uow.workspace.number, exact_query("ferris"), ["contact"]))
    print(len(m))
    found = find(app, "ferris", scope=Scope(ids["Ana"], None, "own"))
    print(found)
