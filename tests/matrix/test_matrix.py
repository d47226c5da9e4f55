"""No change of one key loses a data store of a running stack in a preview that says nothing.

`make matrix` judges all; verdicts.yaml holds what it said of every example. What needs no plan is judged
anew in each run, and of the rest a sample, which is another one after each change of the program;
`make long-tests` judges all of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.matrix import table
from tests.matrix.changes import Change, and_lifted, changes, with_protection
from tests.matrix.verdicts import refused_before_a_plan, verdict
from tests.stacks import STACKS

COMPONENTS = Path(__file__).parents[2] / "components"
SEED = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(COMPONENTS.rglob("*.py")))).hexdigest()
"""The sample is the same for the same program, so that who sees a test fail can run it again."""
SAMPLE = 3, 8
"""Stacks of a run, and changes of each: what is planned of a stack first takes as long as three changes."""
MATRIX = table.read()
ALL = [change for stack in MATRIX for change in changes(stack)]


def _by_lot(names: Iterable[str], count: int) -> list[str]:
    return sorted(names, key=lambda name: hashlib.sha256(f"{SEED} {name}".encode()).digest())[:count]


def _sample() -> Iterator[Change]:
    stacks, count = SAMPLE
    for stack in _by_lot(MATRIX, stacks):
        planned = {key for key, known in MATRIX[stack].items() if known not in {"refused", "not accepted"}}
        chosen = _by_lot(planned, count)
        yield from (change for change in ALL if change.stack == stack and change.key in chosen)


def test_nothing_is_lost_in_silence() -> None:
    assert sum(len(verdicts) for verdicts in MATRIX.values()) >= 300
    assert [(s, key) for s, verdicts in MATRIX.items() for key, v in verdicts.items() if v == "LOSS"] == []


def test_every_change_is_judged() -> None:
    assert set(STACKS) == MATRIX.keys()
    assert {(change.stack, change.key) for change in ALL} == {(s, key) for s in MATRIX for key in MATRIX[s]}


@pytest.mark.parametrize("stack", MATRIX)
def test_what_is_refused_needs_no_plan(stack: str) -> None:
    for change in ALL:
        if change.stack == stack:
            known = MATRIX[stack][change.key]
            early = refused_before_a_plan(change)
            assert early in {None, known}, change.key
            assert early is not None or known in {"harmless", "said", "protected", "not accepted"}, change.key


@pytest.mark.slow
def test_what_goes_from_a_stack_without_protection_is_refused_with_it() -> None:
    gone = [with_protection(change) for change in ALL if MATRIX[change.stack][change.key] == "said"]
    assert gone
    late = [one for one in gone if refused_before_a_plan(one) != "refused"]
    assert {f"{one.stack} {one.key}" for one in late if verdict(one)[0] != "protected"} == set()


@pytest.mark.slow
def test_what_the_engine_protects_is_kept_in_the_edit_that_lifts_the_protection() -> None:
    """It replaces what the same run has stopped to protect; what goes is protected by the state."""
    kept = [and_lifted(one) for one in ALL if MATRIX[one.stack][one.key] == "protected"]
    late = [one for one in kept if refused_before_a_plan(one) != "refused"]
    assert {f"{one.stack} {one.key}" for one in late if verdict(one)[0] != "protected"} == set()


@pytest.mark.slow
@pytest.mark.parametrize("change", [*_sample()], ids=lambda one: f"{one.stack} {one.key}")
def test_a_plan_says_so(change: Change) -> None:
    assert verdict(change)[0] == MATRIX[change.stack][change.key]


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("stack", MATRIX)
def test_every_plan_says_so(stack: str) -> None:
    assert table.judged(stack) == MATRIX[stack]


def test_the_table_is_in_step() -> None:
    text = table.DOCUMENT.read_text()
    assert table.written(text, MATRIX) == text, "make matrix"
