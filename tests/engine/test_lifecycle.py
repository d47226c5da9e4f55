"""The whole life of every stack on the real engine, and what its longest wait is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simcloud.lifecycle import Lifecycle
from simcloud.run import Result
from tests.simulations import example
from tests.stacks import STACKS

pytestmark = pytest.mark.engine

SETUP_SECONDS = 35
"""The Job that makes Rasa's role, and the grant that it waits for: needed first, and no input shows it."""
OPERATED = {"kubernetes:postgresql.cnpg.io/v1:Cluster", "kubernetes:kafka.strimzi.io/v1:Kafka"}
OPERATOR_SECONDS = 70
"""The operator that brings the type of an object: no value of it flows into the object."""
COMPANION, COMPANION_SECONDS = "kubernetes:apps/v1:Deployment", 60
"""What the preflight calls must be up before it: again no value that flows."""
PATCH_SECONDS = 60
"""The patch of the release's Deployment, whose name must be plain: no value of the release flows into it."""
ENDPOINT, DATABASE_SECONDS = "azure-native:network:PrivateEndpoint", 60
"""Azure takes one change of a Managed Redis at a time: its endpoint waits for its database."""
SLOW = (
    "eks/cluster:",
    "msk/cluster:",
    "ManagedCluster::",
    "dbforpostgresql:Server::",
    "container/cluster:",
    "managedkafka/cluster:",
)
"""The services that take longest; a chain with two of them would be their sum."""


@pytest.mark.parametrize("stack", STACKS)
def test_lifecycle(stack: str, tmp_path: Path) -> None:
    outcome = Lifecycle(example(stack, tmp_path / "state"), lambda _: None).run()
    assert not outcome.problem, outcome.problem
    first = next(step for step in outcome.steps if step.command == "up")
    _longest_wait_is_one_service_and_not_a_sum(first)


def _longest_wait_is_one_service_and_not_a_sum(up: Result) -> None:
    report: Any = up.report
    path, bound = report["critical_path"], report["lower_bound"]
    made = {operation["type"] for operation in report["operations"]}
    setup = SETUP_SECONDS + PATCH_SECONDS
    setup += bool(made & OPERATED) * OPERATOR_SECONDS + (COMPANION in made) * COMPANION_SECONDS
    setup += (ENDPOINT in made) * DATABASE_SECONDS
    assert path["seconds"] <= 1.05 * bound["seconds"] + setup, path["chain"]
    slow = [urn for urn in path["chain"] if any(word in urn for word in SLOW)]
    assert len(slow) <= 1, path["chain"]  # none, where those exist already
