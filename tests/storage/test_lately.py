"""Contacts last spoken to, without looking at all of them."""

from datetime import timedelta
from uuid import uuid4

from sqlmodel import col

from bot.app import App
from storage.find import Scope
from storage.queries.contacts import contacts_where
from storage.tables import Activity, Contact
from storage.unit_of_work import UnitOfWork
from tests.storage import records

ALL = Scope(uuid4(), None, "all")
PAGE = 3


def filled(uow: UnitOfWork) -> None:
    """Twenty contacts: some never spoken to, some long ago, and one more than all others."""
    people = [records.contact(uow, f"Person {i:02}") for i in range(20)]
    uow.flush()
    for i, person in enumerate(people):
        person.created_at = uow.now - timedelta(days=40 - i)
        for n in range(30 if i == 7 else i % 3):
            when = uow.now - timedelta(days=(i * 7 + n) % 31, minutes=n)
            uow.add(
                Activity(workspace_id=uow.workspace_id, type="call", contact_id=person.id, occurred_at=when)
            )


def in_full(uow: UnitOfWork) -> list[str]:
    def latest(person: Contact) -> object:
        talks = uow.list(Activity, col(Activity.contact_id) == person.id)
        return max([t.occurred_at for t in talks] + [person.created_at])

    people = uow.list(Contact, order=[Contact.name])
    return [p.name for p in sorted(people, key=latest, reverse=True)]  # type: ignore[arg-type]


def test_every_page_is_as_if_all_had_been_sorted(app: App) -> None:
    app.engine.work(filled)

    def pages(uow: UnitOfWork) -> list[str]:
        found = [contacts_where(uow, ALL, limit=PAGE, offset=at) for at in range(0, 21, PAGE)]
        assert {total for _, total in found} == {20}
        return [c.name for rows, _ in found for c in rows]

    assert app.engine.read(pages) == app.engine.read(in_full)
