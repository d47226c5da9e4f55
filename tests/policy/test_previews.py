"""The policies judge previews too, where much is unknown: they are silent about what only `up` will know."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import pytest

from policy import aws, azure, gcp, kubernetes
from policy.stack import UNKNOWN, Policy, Stack
from tests.recorder import UNKNOWN as ON_THE_WIRE
from tests.stacks import STACKS, is_production, record_stack

pytestmark = pytest.mark.slow

POLICIES = (*aws.POLICIES, *azure.POLICIES, *gcp.POLICIES, *kubernetes.POLICIES)


@dataclass(frozen=True)
class Previewed:
    """A resource as a policy pack sees it in a preview."""

    type: str
    name: str
    inputs: Mapping[str, Any]


def as_in_the_pack(value: Any) -> Any:
    if value == ON_THE_WIRE:
        return UNKNOWN
    if isinstance(value, dict):
        return {key: as_in_the_pack(item) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [as_in_the_pack(item) for item in cast("list[Any]", value)]
    return value


@functools.cache
def seen(stack: str) -> Stack:
    resources = [
        Previewed(one.type, one.name, as_in_the_pack(dict(one.inputs)))
        for one in record_stack(stack, preview=True).resources
    ]
    return Stack(resources=resources, production=is_production(stack))


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: f"{policy.__module__}.{policy.__name__}")
def test_nothing_is_known_of_anything(policy: Policy) -> None:
    """As much as the engine ever keeps back: each property of each resource."""
    for stack in STACKS:
        known = seen(stack)
        nothing = [
            Previewed(one.type, one.name, dict.fromkeys(one.inputs, UNKNOWN)) for one in known.resources
        ]
        assert list(policy(Stack(resources=nothing, production=known.production))) == []
