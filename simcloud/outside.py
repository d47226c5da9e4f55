"""What exists outside of the simulated account: an id or ARN that the stack's config names."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from simcloud.wire import Value, walk


def named_in(config: Value, *places: Path) -> Iterator[str]:
    """Every text in a config, and in the Python files that it names below one of the places."""
    for _, value, _ in walk(config):
        if isinstance(value, str):
            # `user:<id>` names the id
            yield from (value, value.rpartition(":")[2])
            if value.startswith("projects/"):
                yield value.rpartition("/")[2]  # Google's services take the name alone, too
            if value.endswith(".py"):
                files = (place / value for place in places)
                yield from (text for file in files if file.is_file() for text in _texts_of(file))


def _texts_of(file: Path) -> Iterator[str]:
    try:
        program = ast.parse(file.read_text())
    except SyntaxError:
        return  # the program says so
    for node in ast.walk(program):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
