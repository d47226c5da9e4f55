"""The whole life of every stack on the real engine: what its longest wait is, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from ci import pulumi_cli
from simcloud.events import Step
from simcloud.lifecycle import Lifecycle
from simcloud.run import Result, Simulation
from simcloud.wire import Value
from tests.engine import operators, planted
from tests.long import mostly_long
from tests.simulations import commands_on, example
from tests.stacks import STACKS

pytestmark = pytest.mark.engine

AFTER_UP = "preview after up"
"""The step of a life that finds the stack as `up` left it."""
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


ACCOUNTS: Mapping[str, tuple[str, str]] = {
    "aws-production": ("123456789012", "210987654321"),
    "azure-production": ("00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"),
    "gcp-production": ("example-rasa-production", "example-rasa-another"),
}
"""The account that a stack runs in, and another one."""
NOW = ("aws-production", "azure-dev", "gcp-dev", "local-dev", "openshift-production")
"""One of each cloud and each kind of cluster, and a protected one of both."""
MOVES: Mapping[str, Sequence[Mapping[str, Value]]] = {
    stack: [
        {"rasa:cloud": cloud, "rasa:region": region},
        {"rasa:region": other},
        {"rasa:account": account[1]},
    ]
    for (stack, account), (cloud, region, other) in zip(
        ACCOUNTS.items(),
        [
            ("azure", "westeurope", "eu-west-1"),
            ("gcp", "europe-west3", "northeurope"),
            ("aws", "eu-central-1", "europe-west4"),
        ],
        strict=True,
    )
} | {
    "openshift-production": [
        {"rasa:namespace": "another", "rasa:profile": "dev", "rasa:trackerStore": {"from": "in-cluster"}}
    ]
}
"""What a running stack is, changed by an edit of its file."""


@pytest.mark.parametrize("stack", mostly_long(STACKS, now=NOW))
def test_lifecycle(stack: str, tmp_path: Path) -> None:
    said: list[Step] = []
    begun: list[str] = []
    account: dict[str, Value] = {"rasa:account": ACCOUNTS[stack][0]} if stack in ACCOUNTS else {}
    simulation = example(stack, tmp_path / "state", config=account, progress=said.append)

    def begins(step: str) -> None:
        begun.append(step)
        if step == AFTER_UP:
            planted.are_in_no_file(tmp_path)
            planted.what_vault_makes_is_in_no_state(simulation)
            _green_night(simulation)

    outcome = Lifecycle(simulation, begins, refused=MOVES.get(stack, ())).run()
    assert not outcome.problem, outcome.problem
    assert AFTER_UP in begun
    planted.are_in_no_output(said, outcome.steps)
    first, last = next(step for step in outcome.steps if step.command == "up"), outcome.steps[-1]
    _longest_wait_is_one_service_and_not_a_sum(first)
    if stack in operators.STACKS:
        operators.come_first_and_go_last(first, last)


def _green_night(simulation: Simulation) -> None:
    """The drift job on the night after the first `up`: what services fill in later is no drift."""
    found = pulumi_cli.drift(simulation.workspace.stack, runner=commands_on(simulation))
    assert [one for one in found if one.is_drift] == []


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
