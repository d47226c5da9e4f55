"""The whole life of every stack on the real engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simcloud.lifecycle import Lifecycle
from simcloud.run import Simulation
from tests.stacks import STACKS

pytestmark = pytest.mark.engine


@pytest.mark.parametrize("stack", STACKS)
def test_lifecycle(stack: str, tmp_path: Path) -> None:
    outcome = Lifecycle(Simulation(stack, state_dir=tmp_path / "state"), lambda _: None).run()
    assert not outcome.problem, outcome.problem


@pytest.mark.parametrize("stack", STACKS)
def test_the_longest_wait_is_one_service_and_not_a_sum(stack: str, tmp_path: Path) -> None:
    result = Simulation(stack, state_dir=tmp_path / "state").up()
    assert result.success, result.errors
    report: Any = result.report
    path, bound = report["critical_path"], report["lower_bound"]
    assert path["seconds"] <= 1.05 * bound["seconds"]
    slow = [urn for urn in path["chain"] if any(word in urn for word in SLOW)]
    assert len(slow) == 1, path["chain"]


SLOW = (
    "eks/cluster:",
    "msk/cluster:",
    "ManagedCluster::",
    "dbforpostgresql:Server::",
    "container/cluster:",
    "managedkafka/cluster:",
)
"""The services that take longest; a chain with two of them would be their sum."""
