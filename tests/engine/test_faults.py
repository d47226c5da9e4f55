"""A failed create leaves a stack on which the next `up` finishes, and `destroy` leaves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from simcloud.run import Simulation
from tests.stacks import STACKS, record_stack

DEV_STACKS = [stack for stack in STACKS if stack.endswith("-dev")]
TYPES = [
    (stack, type_)
    for stack in DEV_STACKS
    for type_ in sorted({resource.type for resource in record_stack(stack).resources if resource.custom})
    if not type_.startswith("pulumi:providers:")  # made on this side: no cloud can refuse them
]

pytestmark = pytest.mark.engine


@pytest.mark.parametrize(("stack", "type_"), TYPES, ids=[f"{stack}-{type_}" for stack, type_ in TYPES])
def test_recovers_from_a_failed_create(stack: str, type_: str, tmp_path: Path) -> None:
    simulation = Simulation(stack, state_dir=tmp_path / "state")
    failed = simulation.up(fail=[f"^{type_}$:create"])
    assert not failed.success
    assert any("SimulatedFault" in error for error in failed.errors), failed.errors
    finished = simulation.up()
    assert finished.success, finished.errors
    destroyed = simulation.destroy()
    assert destroyed.success, destroyed.errors
    assert not simulation.workspace.resources()
    assert not simulation.account.records
