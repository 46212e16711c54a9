"""Commands are declared once; slots, permissions and everything shown of them are derived from here."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError

from handlers.errors import Invalid, Missing
from handlers.reply import Reply
from handlers.slots import Slot
from handlers.turn import Call

if TYPE_CHECKING:
    from handlers.context import Context

C = TypeVar("C", bound="Command")
Handler = Callable[[C, "Context"], Reply]
Asks = Callable[[Call, "Context"], dict[str, Any]]


class Command(BaseModel):
    """What someone wants done: one frozen model a command; its fields are the slots of the catalogue."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True)
class SlotSpec:
    """One slot of a command."""

    name: str
    kind: str
    required: bool
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Spec:
    """A command: its public name, its slots, who may use it and what does it."""

    name: str
    model: type[Command]
    handler: Handler[Any]
    needs: str | None
    capability: str
    slots: dict[str, SlotSpec]
    undoable: bool
    asks: Asks | None = None

    def build(self, call: Call) -> Command:
        """The checked Command. Raises `Missing` for the first slot to ask for, `Invalid` for one that makes no sense."""
        for slot in self.slots.values():
            if slot.required and not call.slots.get(slot.name):
                raise Missing(slot.name)
        known = {k: v for k, v in call.slots.items() if k in self.slots}
        for name, value in known.items():
            if self.slots[name].choices and value not in self.slots[name].choices:
                raise Invalid("invalid.choice", slot=name, value=str(value), choices=self.slots[name].choices)
        try:
            return self.model(**known)
        except ValidationError as error:
            slot_name = str(error.errors()[0]["loc"][0])
            raise Invalid("invalid.value", slot=slot_name, value=str(known[slot_name])) from error


def _slots(model: type[Command]) -> dict[str, SlotSpec]:
    found = {}
    for name, info in model.model_fields.items():
        marks = [m for m in _metadata(model, name) if isinstance(m, Slot)]
        if len(marks) != 1:
            raise TypeError(f"{model.__name__}.{name} has no slot kind: give it a type of handlers.slots")
        found[name] = SlotSpec(name, marks[0].kind, info.is_required(), marks[0].choices)
    return found


def _metadata(model: type[Command], name: str) -> list[Any]:
    """Annotations of a field, also from inside `X | None`."""
    hint = get_type_hints(model, include_extras=True)[name]
    options = [hint, *getattr(hint, "__args__", ())]
    return [mark for option in options for mark in getattr(option, "__metadata__", ())]


@dataclass
class Capability:
    """A part of the CRM: a folder with commands, and their phrases in every language."""

    name: str
    folder: Path
    specs: dict[str, Spec] = field(default_factory=dict)

    def command(
        self, name: str, *, needs: str | None = None, undoable: bool = True, asks: Asks | None = None
    ) -> Callable[[Handler[C]], Handler[C]]:
        """Declare the handler of a command; its first parameter's type is the Command.

        `needs` is the permission; `asks` gives further words for the questions about missing slots.
        """

        def declare(handler: Handler[C]) -> Handler[C]:
            model = get_type_hints(handler, localns={"Context": Any})["cmd"]
            self.specs[name] = Spec(name, model, handler, needs, self.name, _slots(model), undoable, asks)
            return handler

        return declare


def usage(spec: Spec) -> str:
    """The slash grammar of a command: "/task add TITLE [due:…] [assignee:…]"."""
    head = "/" + spec.name.replace(".", " ")
    required = [s.name.upper() for s in spec.slots.values() if s.required]
    optional = [f"[{s.name}:…]" for s in spec.slots.values() if not s.required]
    return " ".join([head, *required, *optional])
