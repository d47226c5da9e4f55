"""No change of one key loses a data store of a running, protected stack in a preview that says nothing.

`make matrix` judges all; verdicts.yaml holds what it said of the production stacks and of local-dev. What
needs no plan is judged anew in each run, and of the rest one stack as a whole and a sample of the others.
"""

from __future__ import annotations

import zlib

import pytest

from tests.matrix import table
from tests.matrix.changes import Change, changes
from tests.matrix.verdicts import refused_before_a_plan, verdict
from tests.stacks import STACKS

WHOLE = "openshift-production"
SAMPLE = 24
"""One of so many changes of the other stacks is planned in each run."""
MATRIX = table.read()
ALL = [change for stack in MATRIX for change in changes(stack)]
PLANNED = [
    change for change in ALL if MATRIX.get(change.stack, {}).get(change.key) in {"harmless", "protected"}
]


def _in_sample(change: Change) -> bool:
    return change.stack == WHOLE or zlib.crc32(f"{change.stack} {change.key}".encode()) % SAMPLE == 0


def test_nothing_is_lost_in_silence() -> None:
    assert sum(len(verdicts) for verdicts in MATRIX.values()) >= 300
    assert [(s, key) for s, verdicts in MATRIX.items() for key, v in verdicts.items() if v == "LOSS"] == []


def test_every_change_is_judged() -> None:
    assert {stack for stack in STACKS if stack.endswith("-production")} <= MATRIX.keys()
    assert {(change.stack, change.key) for change in ALL} == {(s, key) for s in MATRIX for key in MATRIX[s]}


@pytest.mark.parametrize("stack", MATRIX)
def test_what_is_refused_needs_no_plan(stack: str) -> None:
    for change in ALL:
        if change.stack == stack:
            known = MATRIX[stack][change.key]
            early = refused_before_a_plan(change)
            assert early in {None, known}, change.key
            assert early is not None or known in {"harmless", "protected", "not accepted"}, change.key


@pytest.mark.slow
@pytest.mark.parametrize(
    "change", [one for one in PLANNED if _in_sample(one)], ids=lambda one: f"{one.stack} {one.key}"
)
def test_a_plan_says_so(change: Change) -> None:
    assert verdict(change)[0] == MATRIX[change.stack][change.key]


def test_the_table_is_in_step() -> None:
    text = table.DOCUMENT.read_text()
    assert table.written(text, MATRIX) == text, "make matrix"
