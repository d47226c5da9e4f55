"""On the real engine: no object precedes or outlives its operator, and no operator its objects."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.simulations import example

pytestmark = pytest.mark.engine

OPERATORS = {"postgresql.cnpg.io": "cloudnative-pg", "kafka.strimzi.io": "strimzi"}
"""Group of types → the release that brings it."""


def order(report: Any, op: str) -> list[tuple[str, str]]:
    """Type and name of what was done, in the order in which it was finished."""
    done = [one for one in report["operations"] if one["op"] == op]
    return [(one["type"].removeprefix("kubernetes:"), one["urn"].rsplit("::", 1)[-1]) for one in done]


@pytest.mark.parametrize("stack", ["local-dev", "openshift-production"])
def test_operators_come_first_and_go_last(stack: str, tmp_path: Path) -> None:
    simulation = example(stack, tmp_path / "state", config={"rasa:deletionProtection": False})
    up, down = simulation.up(), simulation.destroy()
    assert up.success, up.errors
    assert down.success, down.errors
    made, deleted = order(up.report, "create"), order(down.report, "delete")
    for group, operator in OPERATORS.items():
        release = ("helm.sh/v3:Release", operator)
        objects = [one for one in made if one[0].startswith(group)]
        assert objects
        assert all(made.index(release) < made.index(one) for one in objects)
        assert all(deleted.index(one) < deleted.index(release) for one in objects)
