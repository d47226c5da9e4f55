"""Two `up`s of a stack at once: the second is refused, and the first comes to its end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from simcloud.events import Step
from simcloud.run import Simulation
from tests.engine.crashes import nothing_is_lost
from tests.simulations import IN_EXAMPLES, example

pytestmark = pytest.mark.engine

STACK = "existing-production"


def test_the_second_is_refused_and_the_first_finishes(tmp_path: Path) -> None:
    state = tmp_path / "state"
    second: list[subprocess.CompletedProcess[str]] = []

    def begin_another(_: Step) -> None:
        if not second:
            command = [sys.executable, "-m", "simcloud", "up", STACK, "--state-dir", str(state), *IN_EXAMPLES]
            second.append(subprocess.run(command, capture_output=True, text=True, check=False))

    first = example(STACK, state, progress=begin_another).up()
    assert first.success, first.errors
    (refused,) = second
    said = refused.stdout + refused.stderr
    assert refused.returncode, said
    assert "the stack is currently locked by 1 lock(s)" in said
    assert "Traceback" not in said
    alone = Simulation(STACK, stacks=Path(IN_EXAMPLES[1]), state_dir=state)
    nothing_is_lost(alone)
    assert not alone.up().changed
