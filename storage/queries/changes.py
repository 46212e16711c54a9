"""What messages have changed."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col

from storage.changes import UNDO_FOR
from storage.tables import ChangeSet, Inbox
from storage.undo import revert
from storage.unit_of_work import UnitOfWork

FRESH = timedelta(minutes=10)  # in which "cancel" may mean what was just done


def new_change_set(uow: UnitOfWork, member_id: UUID, **about: Any) -> ChangeSet:
    """A new change set, for changes of this moment; `about` is what else is known of it."""
    return ChangeSet(
        workspace_id=uow.workspace_id,
        member_id=member_id,
        created_at=uow.now,
        expires_at=uow.now + UNDO_FOR,
        **about,
    )


def made_by_message(uow: UnitOfWork, message: Inbox) -> ChangeSet | None:
    """What a message has changed and nobody took back since."""
    return uow.first(
        ChangeSet,
        ChangeSet.inbox_id == message.id,
        col(ChangeSet.undone_at).is_(None),
        order=[col(ChangeSet.id).desc()],
    )


def is_fresh(uow: UnitOfWork, change_set_id: str | None) -> bool:
    """Whether a change was made a moment ago and not taken back."""
    made = uow.get(ChangeSet, UUID(change_set_id)) if change_set_id else None
    return made is not None and made.undone_at is None and uow.now - made.created_at <= FRESH


def revive(uow: UnitOfWork, undone: ChangeSet) -> ChangeSet | None:
    """What a correction that was taken back as a whole had corrected: it stands again, and can be taken back in its turn."""
    if undone.inbox_id is None:
        return None
    of_the_same = (ChangeSet.inbox_id == undone.inbox_id, col(ChangeSet.id) < undone.id)
    before = uow.first(ChangeSet, *of_the_same, order=[col(ChangeSet.id).desc()])
    if before is None or before.undone_at is None:  # nothing was corrected
        return None
    before.undone_at = None
    uow.add(before)
    return before


def supersede(uow: UnitOfWork, correction: ChangeSet, corrected: UUID) -> None:
    """A correction, after what it corrects was taken back, stands for the message that began it.

    Where that was a correction itself, taking it back has brought the first doing back: it goes again.
    """
    old = uow.get(ChangeSet, corrected)
    if old is None or old.inbox_id is None:
        return
    correction.inbox_id = old.inbox_id
    earlier = (ChangeSet.inbox_id == old.inbox_id, col(ChangeSet.id) < old.id)
    for before in uow.list(ChangeSet, *earlier, order=[col(ChangeSet.id).desc()]):
        revert(uow.session, before, uow.now)
    uow.flush()
