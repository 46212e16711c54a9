"""Where the trained model lies, what it was made from, and how the parser gets it."""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

from nlp.reading import Context, Reading
from nlp.spans import Span

HERE = Path(__file__).parent
PATH = HERE / "artefact"
_MARK = "made-from.json"
_LEARNING = (
    "augment corpus examples features invent linear network reader spoken tokens train vectors words".split()
)
_log = logging.getLogger(__name__)


def fingerprint(phrases: Mapping[str, Any]) -> str:
    """What a model is made from, as one hash: the corpus, the phrases, the tables, and the code that learns."""
    digest = hashlib.sha256(json.dumps(phrases, sort_keys=True, ensure_ascii=False).encode())
    tables = [HERE.parent / name for name in ("catalogue.yaml", "lexicon.yaml", "wordclasses.yaml")]
    tables += [HERE / "vectors.npz", HERE / "words.txt.xz"]
    code = [HERE / "config.cfg", *(HERE / f"{name}.py" for name in _LEARNING)]
    for path in (*sorted((HERE.parent / "corpus").rglob("*.txt")), *code, *tables):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_current(phrases: Mapping[str, Any], path: Path = PATH) -> bool:
    """Whether the model at `path` was made from what there is now."""
    try:
        return bool(json.loads((path / _MARK).read_text("utf-8"))["hash"] == fingerprint(phrases))
    except (OSError, ValueError, KeyError):
        return False


def mark(phrases: Mapping[str, Any], path: Path = PATH) -> None:
    """Write down what the model at `path` was made from."""
    (path / _MARK).write_text(json.dumps({"hash": fingerprint(phrases)}) + "\n", "utf-8")


class LazyModel:
    """The model at `path`, loaded with the first message; without one nothing is read, and the log says so."""

    def __init__(self, path: Path = PATH) -> None:
        self.path = path

    @cached_property
    def _model(self) -> Any:
        # spaCy takes its time to import, and many a command needs no model
        try:
            return import_module("nlp.learned.model").Model.load(self.path)
        except Exception as error:  # noqa: BLE001 - whatever is broken in it, the rest goes on
            _log.warning("The language model cannot be read (%s): make it with `parley train`.", error)
            return None

    def read(self, text: str, folded: str, spans: Sequence[Span], context: Context) -> list[Reading]:
        """The readings of a message, best first, their confidences adding up to at most 1."""
        return self._model.read(text, folded, spans, context) if self._model else []
