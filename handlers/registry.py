"""All that Parley can do: the one list to add a capability to."""

from pathlib import Path

from handlers.activities import activities
from handlers.basics import basics
from handlers.capability import Capability, Spec
from handlers.companies import companies
from handlers.contacts import contacts
from handlers.data import data
from handlers.deals import deals
from handlers.digests import digests
from handlers.files import files
from handlers.history import history
from handlers.outbox import outbox
from handlers.phrasebook import Phrasebook
from handlers.reminders import reminders
from handlers.reports import reports
from handlers.rooms import rooms
from handlers.rules import rules
from handlers.tasks import tasks
from handlers.team import team
from handlers.tickets import tickets

HANDLERS = Path(__file__).parent
CAPABILITIES: tuple[Capability, ...] = (
    contacts,
    companies,
    activities,
    tasks,
    reminders,
    deals,
    tickets,
    data,
    history,
    files,
    reports,
    basics,
    outbox,
    team,
    rooms,
    rules,
    digests,
)


def specs() -> dict[str, Spec]:
    """Every command by its public name."""
    return {name: spec for capability in CAPABILITIES for name, spec in capability.specs.items()}


def phrasebook() -> Phrasebook:
    """The words of all capabilities, and those of the conversation itself."""
    return Phrasebook(_folders())


def catalogue_phrasebook() -> Phrasebook:
    """Those words, and how to say what the catalogue has and no capability does yet."""
    return Phrasebook([HANDLERS / "ahead", *_folders()])


def _folders() -> list[Path]:
    return [HANDLERS / "words", *(c.folder for c in CAPABILITIES)]
