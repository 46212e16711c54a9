"""No key twice in a YAML file: the first would be lost without a word."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FILES = sorted(p for folder in ("handlers", "nlp") for p in (ROOT / folder).rglob("*.yaml"))


def twice(node: yaml.Node) -> Iterator[str]:
    if isinstance(node, yaml.MappingNode):
        keys = [str(key.value) for key, _ in node.value]
        yield from {k for k in keys if keys.count(k) > 1}
        for _, value in node.value:
            yield from twice(value)
    elif isinstance(node, yaml.SequenceNode):
        for one in node.value:
            yield from twice(one)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_key_comes_twice(path: Path) -> None:
    node = yaml.compose(path.read_text("utf-8"))
    assert node is not None
    assert list(twice(node)) == []
