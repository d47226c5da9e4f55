"""What people write into a stack file, kind by kind, each with its verdict (inputs.yaml)."""

from __future__ import annotations

import copy
import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.config.load import parse
from components.contract.errors import ConfigurationError
from tests.config.everything import EVERY_KEY, STACKS

FILE = Path(__file__).with_name("inputs.yaml")
TABLE: dict[str, list[Any]] = yaml.safe_load(FILE.read_text())
CASES = [(f"{kind}: {case[0]}", case) for kind, cases in TABLE.items() for case in cases]
STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")
TODAY = dt.date(2026, 11, 26)
LEAST = 300
FEWEST, MOST = 3, 30
"""Cases of one kind: the table goes wide, and not deep in one place."""


def changed(base: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """A stack of everything.py with other values, `~` for a key that is left out."""
    raw: Any = copy.deepcopy(dict(STACKS[base]))
    for path, value in changes.items():
        steps = [int(index) if index else key for key, index in STEP.findall(path)]
        block = raw
        for step in steps[:-1]:
            block = block[step] if isinstance(step, int) else block.setdefault(step, {})
        last = steps[-1]
        if value == "~" and isinstance(last, str):
            block.pop(last, None)
        elif isinstance(last, int) and last == len(block):
            block.append(value)
        else:
            block[last] = value
    return raw


def verdict(base: str, changes: Mapping[str, Any], stack: str = "aws-dev") -> tuple[str, ...]:
    """The messages; none where the stack is accepted."""
    try:
        parse(changed(base, changes), secret_keys=EVERY_KEY, stack=stack, today=TODAY)
    except ConfigurationError as refused:
        return refused.problems
    return ()


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[name for name, _ in CASES])
def test_input(case: list[Any]) -> None:
    """A case: what it is, the stack, the changes, and words of the one message, or `accepted`."""
    _, base, changes, words, *stack = case
    found = verdict(base, changes, *stack)
    if words == "accepted":
        assert found == ()
        return
    wanted: list[str] = [words] if isinstance(words, str) else words
    assert any(all(word in problem for word in wanted) for problem in found), found


def test_no_kind_stands_twice() -> None:
    """YAML takes the last one, and the cases of the first would be gone."""
    kinds = re.findall(r"^(\w.*):$", FILE.read_text(), re.MULTILINE)
    assert sorted(kinds) == sorted(TABLE)


def test_kinds_are_even() -> None:
    assert sum(map(len, TABLE.values())) >= LEAST
    assert {kind: len(cases) for kind, cases in TABLE.items() if not FEWEST <= len(cases) <= MOST} == {}
    names = [name for name, _ in CASES]
    assert len(set(names)) == len(names)
