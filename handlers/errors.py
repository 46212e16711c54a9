"""The closed set of things that stop a command. The engine catches them once and gives each its sentence."""

from collections.abc import Sequence
from typing import Any

from handlers.reply import Button, Line, Mention


class Stopped(Exception):
    """A command that did not run; nothing of it is kept."""


class Missing(Stopped):
    """A slot must be asked for; `options` are offered as buttons (label, value)."""

    def __init__(
        self, slot: str, options: Sequence[tuple[str, str]] = (), key: str | None = None, **params: Any
    ) -> None:
        super().__init__(slot)
        self.slot, self.options, self.key, self.params = slot, tuple(options), key, params


class NotFound(Stopped):
    """No such record among those the speaker may see; `nearest` are offered."""

    def __init__(self, slot: str, kind: str, said: str, nearest: Sequence[Mention] = ()) -> None:
        super().__init__(kind)
        self.slot, self.kind, self.said, self.nearest = slot, kind, said, tuple(nearest)


class Ambiguous(Stopped):
    """Several records fit; they become choices. Each option is a mention and what tells it apart."""

    def __init__(self, slot: str, kind: str, options: Sequence[tuple[Mention, str]]) -> None:
        super().__init__(kind)
        self.slot, self.kind, self.options = slot, kind, tuple(options)


class NotAllowed(Stopped):
    """The speaker's role may not do this; `who` can."""

    def __init__(self, permission: str, who: Sequence[str] = ()) -> None:
        super().__init__(permission)
        self.permission, self.who = permission, tuple(who)


class Invalid(Stopped):
    """What was said makes no sense here; `key` is the sentence that says what to do next."""

    def __init__(self, key: str, buttons: Sequence[Button] = (), **params: Any) -> None:
        super().__init__(key)
        self.key, self.buttons, self.params = key, tuple(buttons), params


class Stale(Stopped):
    """The record is no longer as it was shown."""

    def __init__(self, kind: str, record_id: str) -> None:
        super().__init__(kind)
        self.kind, self.record_id = kind, record_id


class Confirm(Stopped):
    """Something destructive waits for a tap; `seal` binds the tap to exactly what is shown."""

    def __init__(
        self, seal: str, prompt: Line, label: str, lines: Sequence[Line] = (), buttons: Sequence[Button] = ()
    ) -> None:
        super().__init__(seal)
        self.seal, self.prompt, self.label = seal, prompt, label
        self.lines, self.buttons = tuple(lines), tuple(buttons)


class LongAgo(Stopped):
    """What is to be taken back was done long ago: `told` says what, and asks."""

    def __init__(self, change_set: str, told: Line) -> None:
        super().__init__(change_set)
        self.change_set, self.told = change_set, told


class Twin(Stopped):
    """What is to be added looks like something that is there; `options` are (mention, why)."""

    def __init__(self, kind: str, name: str, options: Sequence[tuple[Mention, str]]) -> None:
        super().__init__(kind)
        self.kind, self.name, self.options = kind, name, tuple(options)


class Unseen(Exception):
    """Files that must be looked at, outside of any transaction, before the message can be answered.

    `scan` says that all of each is read, as rows of `kind` and with these `columns` where that was said.
    """

    def __init__(
        self, files: Sequence[str], *, scan: bool, kind: str | None = None, columns: str = ""
    ) -> None:
        super().__init__("files")
        self.files, self.scan, self.kind, self.columns = tuple(files), scan, kind, columns
