"""`rasa:transforms` names a file of the project."""

from __future__ import annotations

import pytest

from components.config.load import parse
from components.contract.errors import ConfigurationError
from tests.config import blocks


def settings(file: str) -> str | None:
    raw = {**blocks.existing_stack(), "transforms": file}
    return parse(raw, secret_keys=frozenset(raw), stack="s").transforms


def test_a_file_of_the_project() -> None:
    assert settings("examples/transforms.py") == "examples/transforms.py"


@pytest.mark.parametrize("file", ["none.py", "../elsewhere.py", "/etc/passwd.py", "examples"])
def test_another_one(file: str) -> None:
    with pytest.raises(ConfigurationError, match="rasa:transforms") as refused:
        settings(file)
    (problem,) = refused.value.problems
    assert file in problem
