"""What the documents name is there."""

import re
from pathlib import Path

import pytest

from handlers.registry import specs

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/architecture.md").read_text("utf-8")
TOUCHED = re.findall(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE)


def test_the_files_that_a_command_touches_name_it() -> None:
    assert len(TOUCHED) == 5
    for path in TOUCHED:
        text = (ROOT / path).read_text("utf-8")
        assert "contact.tag" in text or "> tag " in text, path


def test_the_code_in_the_page_is_the_code() -> None:
    shown = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    source = (ROOT / TOUCHED[0]).read_text("utf-8")
    for code in shown:
        for part in code.strip().split("\n\n\n"):
            assert part.strip() in source


@pytest.mark.parametrize(
    "name", sorted(set(re.findall(r"`(?:bot|handlers|nlp|storage|schedules)/[\w/.]+`", PAGE)))
)
def test_the_modules_that_are_named_exist(name: str) -> None:
    assert (ROOT / name.strip("`")).exists()


def test_every_capability_has_a_conversation() -> None:
    folders = {spec.capability for spec in specs().values()} - {"basics"}
    assert all((ROOT / f"tests/conversations/{folder}.md").exists() for folder in folders)
