"""A run that is cut off in the middle leaves a stack on which `up` finishes and `destroy` leaves nothing.

One stack is cut off on its way up, again and again, each time at a later operation, then in a refresh, then
on its way down; after each end stands what docs/recovery.md says: one end of each command here, twenty of
each cloud by `make recovery`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ci.errors import JobError
from ci.recover import recover
from simcloud.faults import End, How
from simcloud.known_ids import is_nowhere
from tests.engine.crashes import cut_off, cut_the_state, follow_the_page, helm, nothing_is_lost
from tests.long import mostly_long
from tests.simulations import commands_on, example
from tests.stacks import record_stack

pytestmark = pytest.mark.engine

SMALLEST = "local-dev"
STACKS = (SMALLEST, "aws-dev", "azure-dev", "gcp-dev")
ENDS = (
    {"up": 12, "refresh": 2, "destroy": 6}
    if os.environ.get("EVERY_END")
    else {"up": 1, "refresh": 1, "destroy": 1}
)
RELEASE = "^kubernetes:helm.sh/v3:Release$"


@pytest.mark.parametrize("stack", mostly_long(STACKS, now=[SMALLEST]))
def test_goes_on_after_each_end(stack: str, tmp_path: Path) -> None:
    simulation = example(stack, tmp_path / "state")
    whole = sum(one.custom and not is_nowhere(one.type) for one in record_stack(stack).resources)
    for command, count in ENDS.items():
        for number in range(1, count + 1):
            there = len(simulation.account.records)
            left = whole - there if command == "up" else there
            # An `up` and a destroy go on where the one before ended, a refresh begins anew. What was under
            # way beside the last operation is often done, too: so each step is a part of what is left then.
            step = left * number // (count + 1) if command == "refresh" else left // (count + 2 - number)
            assert cut_off(simulation, command, End(step)), (command, number, step)
        nothing_is_lost(simulation)
        finished = simulation.destroy() if command == "destroy" else simulation.up()
        assert finished.success, finished.errors
    assert not simulation.workspace.resources()
    assert not simulation.account.records


@pytest.mark.long
def test_goes_on_when_the_credentials_ended_or_the_state_was_cut(tmp_path: Path) -> None:
    simulation = example(SMALLEST, tmp_path / "state")
    ended = simulation.up(end=End(20, How.EXPIRED))
    assert not ended.success
    assert "ExpiredToken" in "".join(ended.errors)
    finished = simulation.up(end=End(10_000))
    assert finished.success, finished.errors
    cut_the_state(simulation, whole=True)
    follow_the_page(simulation)
    assert not simulation.up().changed
    cut_the_state(simulation, whole=False)
    follow_the_page(simulation)
    settled = simulation.up()
    assert settled.success, settled.errors
    # What was written last is what the copy lacks.
    assert len(settled.changed) <= 1, settled.changed


@pytest.mark.long
def test_an_interrupted_release(tmp_path: Path) -> None:
    """docs/recovery.md, "A Helm release was interrupted"."""
    simulation = example(SMALLEST, tmp_path / "state")
    stack, runner = simulation.workspace.stack, commands_on(simulation)
    assert not simulation.up(end=End(1, types=RELEASE)).success
    for command in ("uninstall", "rollback"):
        assert not runner("pulumi", "cancel", "--yes", "--stack", stack).code
        with pytest.raises(JobError, match=rf"helm {command} \S+ --namespace ") as refused:
            recover(stack, runner=runner)
        helm(simulation, str(refused.value))
        assert recover(stack, runner=runner) == []
        finished = simulation.up()
        assert finished.success, finished.errors
        if command == "uninstall":
            simulation.set_config("assistant.replicas", 2)
            assert not simulation.up(end=End(1, types=RELEASE)).success
    nothing_is_lost(simulation)
