"""What one process holds at a time, by the database's clock."""

from datetime import timedelta

from sqlalchemy import delete, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from storage.database import Database, clock_of
from storage.tables import Lease

_DIALECTS = {"sqlite": sqlite, "postgresql": postgresql}


def hold(database: Database, name: str, holder: str, seconds: float) -> bool:
    """Take a lease that is free, or go on holding it; whether it is the holder's now."""

    def work(session: Session) -> bool:
        now = clock_of(session)
        until = now + timedelta(seconds=seconds)
        insert = _DIALECTS[session.get_bind().dialect.name].insert(Lease)
        free = or_(col(Lease.holder) == holder, col(Lease.until) < now)
        taken = (
            insert.values(name=name, holder=holder, until=until)
            .on_conflict_do_update(
                index_elements=["name"], set_={"holder": holder, "until": until}, where=free
            )
            .returning(col(Lease.holder))
        )
        return session.connection().execute(taken).first() is not None

    return database.run(work)


def let_go(database: Database, name: str, holder: str) -> None:
    """Give a lease back before its time."""
    mine = (col(Lease.name) == name, col(Lease.holder) == holder)
    database.run(lambda session: session.connection().execute(delete(Lease).where(*mine)))
