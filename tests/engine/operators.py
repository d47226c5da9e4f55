"""No object precedes or outlives its operator, and no operator its objects."""

from __future__ import annotations

from typing import Any

from simcloud.run import Result

OPERATORS = {"postgresql.cnpg.io": "cloudnative-pg", "kafka.strimzi.io": "strimzi"}
"""Group of types → the release that brings it."""
STACKS = ("local-dev", "openshift-production")
"""The examples whose stores operators run."""


def come_first_and_go_last(up: Result, down: Result) -> None:
    made, deleted = _order(up.report, "create"), _order(down.report, "delete")
    for group, operator in OPERATORS.items():
        release = ("helm.sh/v3:Release", operator)
        objects = [one for one in made if one[0].startswith(group)]
        assert objects
        assert all(made.index(release) < made.index(one) for one in objects)
        assert all(deleted.index(one) < deleted.index(release) for one in objects)


def _order(report: Any, op: str) -> list[tuple[str, str]]:
    """Type and name of what was done, in the order in which it was finished."""
    done = [one for one in report["operations"] if one["op"] == op]
    return [(one["type"].removeprefix("kubernetes:"), one["urn"].rsplit("::", 1)[-1]) for one in done]
