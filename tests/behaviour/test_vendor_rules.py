"""No input of an example is outside the limits that its vendor publishes."""

from __future__ import annotations

import pytest

from tests.behaviour.vendor_rules import compared, problem
from tests.stacks import STACKS, record_stack

AWS = [stack for stack in STACKS if stack.startswith("aws")]
LEAST = 40
"""Inputs that CloudFormation limits in each stack: fewer would mean that its schemas are not found."""


@pytest.mark.parametrize("stack", AWS)
def test_inputs_are_within_their_limits(stack: str) -> None:
    found = [one for resource in record_stack(stack).resources for one in compared(resource)]
    assert [f"{one.resource.type}.{one.name}: {one.problem}" for one in found if one.problem] == []
    assert len(found) >= LEAST


@pytest.mark.parametrize(
    ("value", "limits", "bad"),
    [
        ("a", {"enum": ["a", "b"]}, False),
        ("c", {"enum": ["a", "b"]}, True),
        (14, {"enum": ["7", "14"]}, False),
        ("a1", {"pattern": "^[a-z]+$"}, True),
        ("abc", {"maxLength": 2}, True),
        ("abc", {"minLength": 3, "maxLength": 3}, False),
        (36, {"maximum": 35}, True),
        (0, {"minimum": 1}, True),
        (5, {"minimum": 1, "maximum": 35, "pattern": "x"}, False),
    ],
)
def test_a_value_outside_its_limits_is_found(
    value: str | float, limits: dict[str, object], *, bad: bool
) -> None:
    assert bool(problem(value, limits)) == bad
