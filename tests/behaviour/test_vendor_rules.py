"""No input of an example is outside the limits that its vendor publishes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from tests.behaviour.vendor.clouds import PREFIXES, compared
from tests.behaviour.vendor.schema import problem
from tests.recorder import Recorded
from tests.stacks import STACKS, record_stack

LEAST = {"aws": 45, "azure": 80, "gcp": 80}
"""Values that are limited in each stack of a cloud: fewer would mean that its data are not found."""
MISTAKES: tuple[tuple[str, str, str, object], ...] = (
    # Stack, type, path of an input, and a value that its vendor refuses.
    ("aws-production", "aws:cloudwatch/logGroup:LogGroup", "retentionInDays", 31),
    ("aws-production", "aws:eks/cluster:Cluster", "accessConfig.authenticationMode", "CONFIGMAP"),
    ("azure-production", "azure-native:eventhub:Namespace", "maximumThroughputUnits", -1),
    ("azure-production", "azure-native:keyvault:Vault", "properties.sku.name", "gold"),
    ("azure-production", "azure-native:containerservice:ManagedCluster", "agentPoolProfiles.0.mode", "Main"),
    ("azure-production", "azure-native:containerservice:ManagedCluster", "networkProfile.serviceCidr", "ten"),
    ("azure-production", "azure-native:monitor:MetricAlert", "criteria.allOf.0.operator", ">"),
    ("azure-production", "azure-native:storage:StorageAccount", "minimumTlsVersion", "TLS9"),
    ("gcp-production", "gcp:redis/instance:Instance", "tier", "STANDARD"),
    ("gcp-production", "gcp:compute/globalAddress:GlobalAddress", "prefixLength", 2**40),
    ("gcp-production", "gcp:kms/cryptoKey:CryptoKey", "rotationPeriod", "90 days"),
    ("gcp-production", "gcp:monitoring/alertPolicy:AlertPolicy", "combiner", "XOR"),
)


@pytest.mark.slow
@pytest.mark.parametrize("stack", [one for one in STACKS if one.startswith(tuple(PREFIXES))])
def test_inputs_are_within_their_limits(stack: str) -> None:
    found = [one for resource in record_stack(stack).resources for one in compared(resource)]
    assert [f"{one.path}: {one.problem}" for one in found if one.problem] == []
    assert len(found) >= LEAST[stack.partition("-")[0]]


@pytest.mark.slow
@pytest.mark.parametrize(("stack", "type_", "path", "value"), MISTAKES)
def test_a_value_that_its_vendor_refuses_is_found(stack: str, type_: str, path: str, value: object) -> None:
    resource = next(one for one in record_stack(stack).resources if one.type == type_)
    inputs = _with(resource.inputs, path.split("."), value)
    (found,) = [one for one in compared(_changed(resource, inputs)) if one.problem]
    assert found.path.replace("[]", ".0") == f"{type_}.{path}"


def _changed(resource: Recorded, inputs: Any) -> Recorded:
    return replace(resource, inputs=inputs)


def _with(value: Any, path: list[str], new: object) -> Any:
    """A copy with another value at the path."""
    if not path:
        return new
    if isinstance(value, list):
        items = cast("list[object]", value)
        return [_with(one, path[1:], new) if at == int(path[0]) else one for at, one in enumerate(items)]
    return {**value, path[0]: _with(value[path[0]], path[1:], new)}


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
