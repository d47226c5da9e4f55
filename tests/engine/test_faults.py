"""A failed create leaves a stack on which the next `up` goes on, and from which `destroy` leaves nothing.

One stack fails its way up: each run fails at the first types that have not failed yet and goes on from what
the run before it left. So each type fails once, on a stack that is half made in yet another way.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from simcloud.run import Result, Simulation
from tests.golden.inventory import golden_file
from tests.long import mostly_long
from tests.simulations import example
from tests.stacks import STACKS

pytestmark = pytest.mark.engine


def _types() -> dict[str, frozenset[str]]:
    """Stack → the types that must fail there: each once, in the first stack of dev that has it.

    They are counted in the golden inventories, which tests/golden holds to what the stacks make: recording
    the stacks here would load three clouds' SDKs in every process that collects tests.
    """
    found: dict[str, frozenset[str]] = {}
    seen: set[str] = set()
    for stack in (stack for stack in STACKS if stack.endswith("-dev")):
        made = set(yaml.safe_load(golden_file(stack).read_text())["counts"])
        # Components, providers and stashes are made on this side: no cloud can refuse them.
        fresh = {type_ for type_ in made - seen if not type_.startswith(("rasa:", "pulumi:"))}
        seen |= fresh
        if fresh:
            found[stack] = frozenset(fresh)
    return found


TYPES = _types()


@pytest.mark.parametrize("stack", mostly_long(TYPES, now=["local-dev"]))
def test_recovers_from_each_failed_create(stack: str, tmp_path: Path) -> None:
    state, pending = tmp_path / "state", set(TYPES[stack])
    simulation = example(stack, state)
    while pending:
        failed = simulation.up(fail=[f"^{type_}$:create" for type_ in sorted(pending)])
        faulty = {type_ for type_ in pending if _faulted(failed, type_)}
        assert faulty, f"none of {sorted(pending)} was asked for, or one failed otherwise: {failed.errors}"
        pending -= faulty
        _leaves_nothing(example(stack, _copy(state, tmp_path / str(len(pending)))))
    finished = simulation.up()
    assert finished.success, finished.errors
    assert not simulation.up().changed
    _leaves_nothing(simulation)


def test_a_half_made_stack_can_be_previewed(tmp_path: Path) -> None:
    """`pulumi up` previews first: what a provider refuses to preview would stop every further `up`."""
    simulation = example("aws-dev", tmp_path / "state")
    assert not simulation.up(fail=["helm.sh/v3:Release:create"]).success
    previewed = simulation.preview()
    assert previewed.success, previewed.errors


def _faulted(result: Result, type_: str) -> bool:
    return any(f"create of {type_} failed as --fail asks" in error for error in result.errors)


def _copy(state: Path, target: Path) -> Path:
    return Path(shutil.copytree(state, target))


def _leaves_nothing(simulation: Simulation) -> None:
    destroyed = simulation.destroy()
    assert destroyed.success, destroyed.errors
    assert not simulation.workspace.resources()
    assert not simulation.account.records
