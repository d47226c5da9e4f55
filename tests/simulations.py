"""The example stacks on the simulated cloud: the only place of the tests that says where their files are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ci.pulumi_cli import Outcome, Runner
from simcloud.events import Progress
from simcloud.run import Simulation
from simcloud.wire import Value
from tests.stacks import EXAMPLES

IN_EXAMPLES = ("--stacks", str(EXAMPLES))
"""The same for a command line."""


def example(
    stack: str,
    state_dir: Path,
    *,
    config: Mapping[str, Value] | None = None,
    progress: Progress | None = None,
) -> Simulation:
    """Simulate an example, whatever is in the folder of the user's own stacks."""
    return Simulation(stack, stacks=EXAMPLES, state_dir=state_dir, config=config, progress=progress)


def commands_on(simulation: Simulation) -> Runner:
    """Runs the `pulumi` commands of ci/ that need no program, on a simulated stack."""

    def runner(*command: str, live: bool = False) -> Outcome:
        del live
        done = simulation.command(*command[1:])
        return Outcome(code=done.returncode, stdout=done.stdout, stderr=done.stderr)

    return runner
