"""What one message, press or slash command comes down to, before the dialogue has looked at it."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Value = str | list[str]
Control = Literal[
    "confirm",
    "deny",
    "cancel",
    "skip",
    "repeat",
    "correct",
    "human",
    "show",
    "next",
    "previous",
    "why",
    "undo",
]


class Call(BaseModel):
    """A command as it was said: its public name and its slots in their normal form, not yet checked."""

    model_config = ConfigDict(frozen=True)
    name: str
    slots: dict[str, Value] = {}

    def fill(self, slot: str, value: Value) -> "Call":
        """The same with one slot filled."""
        return Call(name=self.name, slots={**self.slots, slot: value})


class Turn(BaseModel):
    """Commands to run, or a move in the conversation itself.

    `confirmed` is the seal of what was shown before the tap; `offset` pages a list; `replace` edits the message.
    With calls, `change_set` is what is taken back before they run, and `files` are the kept files that belong to what they make.
    """

    model_config = ConfigDict(frozen=True)
    calls: tuple[Call, ...] = ()
    control: Control | None = None
    confirmed: str | None = None
    offset: int = 0
    replace: bool = False
    change_set: str | None = None
    allow_twin: bool = False
    files: tuple[str, ...] = ()

    def dump(self) -> dict[str, Any]:
        """As it is kept behind a button."""
        return self.model_dump(mode="json", exclude_defaults=True)
