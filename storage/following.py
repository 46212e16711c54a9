"""What follows a commit."""

from collections.abc import Callable, Sequence

from sqlmodel import Session

Call = Callable[[], None]
_KEY = "after commit"


def after_commit(session: Session, call: Call) -> None:
    """Have `call` called, from whatever thread, once this transaction is committed."""
    session.info.setdefault(_KEY, []).append(call)


def following(session: Session) -> Sequence[Call]:
    """What is to be called once this transaction is committed."""
    calls: Sequence[Call] = session.info.get(_KEY, ())
    return calls
