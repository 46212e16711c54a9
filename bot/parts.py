"""What every talk needs and none changes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.interpret import Interpreter
from handlers.capability import Spec
from handlers.phrasebook import Phrasebook
from handlers.turn import Call


@dataclass(frozen=True)
class Parts:
    """What every talk needs and none changes."""

    specs: Mapping[str, Spec]
    book: Phrasebook
    interpreter: Interpreter
    country_of: Callable[[str], str | None]
    site: str | None = None  # where the page is, as far as the settings say

    @staticmethod
    def calls(*names: str) -> tuple[Call, ...]:
        """Calls of commands that need no slots."""
        return tuple(Call(name=name) for name in names)
