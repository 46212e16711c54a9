"""One piece of work: the rows it touches are kept together, or not at all."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import bindparam, inspect, update
from sqlmodel import Session, SQLModel, col, func, select

from storage.changes import Recorder
from storage.journal import write
from storage.tables import ChangeSet, Counter, Row, Workspace

R = TypeVar("R", bound=Row)
T = TypeVar("T")

_RAISED = (
    update(Counter)
    .where(col(Counter.workspace_id) == bindparam("workspace"), col(Counter.name) == bindparam("counter"))
    .values(value=col(Counter.value) + 1)
    .returning(col(Counter.value))
)


class Aside(Exception):
    """Something that takes long is to be read outside of the transaction, which then begins anew with what was found."""

    def __init__(self, key: str, read: "Callable[[UnitOfWork], Any]") -> None:
        super().__init__(key)
        self.key, self.read = key, read


class UnitOfWork:
    """What handlers and queries see of the database: one workspace, one transaction, one moment.

    `found` is what has been read `aside` for it; None where nobody would begin anew.
    """

    def __init__(
        self, session: Session, workspace: Workspace, now: datetime, found: Mapping[str, Any] | None = None
    ) -> None:
        self.session = session
        self.workspace, self.workspace_id = workspace, workspace.id
        self.now = now
        self._found = found
        self._recorder = Recorder(session, workspace)

    def add(self, row: R) -> R:
        """Keep a new row, or the changes of one."""
        if inspect(row).transient:
            row.created_at = self.now
        self.session.add(row)
        return row

    def delete(self, row: SQLModel) -> None:
        """Delete a row; undo brings tracked ones back."""
        self.session.delete(row)

    def get(self, model: type[R], record_id: UUID | None) -> R | None:
        """A row of this workspace by its id."""
        return self.session.get(model, (self.workspace_id, record_id)) if record_id else None

    def list(
        self,
        model: type[R],
        *where: Any,
        order: Sequence[Any] = (),
        limit: int | None = None,
        offset: int = 0,
    ) -> list[R]:
        """Rows of this workspace."""
        query = select(model).where(col(model.workspace_id) == self.workspace_id, *where)
        return list(self.session.exec(query.order_by(*order).limit(limit).offset(offset)))

    def first(self, model: type[R], *where: Any, order: Sequence[Any] = ()) -> R | None:
        """The first such row of this workspace."""
        rows = self.list(model, *where, order=order, limit=1)
        return rows[0] if rows else None

    def count(self, model: type[Row], *where: Any) -> int:
        """How many such rows this workspace has."""
        query = (
            select(func.count())
            .select_from(model)
            .where(col(model.workspace_id) == self.workspace_id, *where)
        )
        return self.session.exec(query).one()

    def next_number(self, name: str) -> int:
        """The next human number of a kind of record: 1, 2, 3 …"""
        counter = {"workspace": self.workspace_id, "counter": name}
        value = self.session.connection().execute(_RAISED, counter).scalar()
        if value is None:
            self.session.add(Counter(workspace_id=self.workspace_id, name=name, value=1))
            self.session.flush()
            return 1
        return int(value)

    def made(self, model: type[R]) -> Sequence[R]:
        """Rows of a kind that this unit of work has added and that no index knows yet."""
        return [
            t.row for t in self._recorder.touched.values() if t.before is None and isinstance(t.row, model)
        ]

    def aside(self, key: str, read: "Callable[[UnitOfWork], T]") -> T:
        """What `read` finds, without holding up those who write meanwhile. Raises `Aside`."""
        if self._found is None:
            return read(self)
        if key not in self._found:
            raise Aside(key, read)
        return self._found[key]  # type: ignore[no-any-return]

    def flush(self) -> None:
        """Write what is pending, so that queries see it."""
        self.session.flush()

    def settle(self) -> None:
        """Write what was done so far as nobody's change: it is indexed, but not undone with what follows."""
        self._recorder.settle()

    def attempt(self, work: Callable[[], T]) -> T:
        """Run `work`; what it raises takes all that it did with it, and nothing else."""
        mark = self._recorder.mark()
        try:
            with self.session.begin_nested():
                return work()
        except BaseException:
            self._recorder.reset(mark)
            raise

    def close(self, change_set: ChangeSet | None) -> bool:
        """Index what changed and keep the old values under `change_set`; whether there are any."""
        self._recorder.settle(change_set)
        return self._recorder.saved > 0

    @property
    def changes(self) -> int:
        """How many changes are kept under the change set so far."""
        return self._recorder.saved

    def resume(self, changes: int) -> None:
        """Go on with a change set that has this many changes already, from earlier units of work."""
        self._recorder.saved = changes

    def finish(self) -> None:
        """Write what was only gathered; nothing may follow."""
        self._recorder.settle()
        write(self.session)
