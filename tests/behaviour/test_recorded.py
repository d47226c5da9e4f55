"""What the clouds refuse although each value is valid: asked of all that the stacks and the stores make.

The simulated cloud asks the same in every engine test; here each size and each order is covered without one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from itertools import combinations
from typing import Any

import pytest

from simcloud import behaviour, catalog, rules
from simcloud.wire import Properties
from tests.computed import AUTONAMED, IDS
from tests.recorder import Recorded, Recording
from tests.stacks import STACKS, record_stack

SIZES = ("small", "medium", "large")
STORES = {
    "aws": ("model-storage", "lock-store", "postgres", "dynamodb", "mongodb", "event-broker"),
    "azure": ("model-storage", "lock-store", "postgres", "mongodb", "event-broker", "vault-unseal"),
    "gcp": ("model-storage", "lock-store", "postgres", "event-broker", "vault-unseal"),
}
KUBERNETES = {
    "aws:eks/cluster:Cluster": "version",
    "azure-native:containerservice:ManagedCluster": "kubernetesVersion",
}
"""Cluster type → the input that says its version of Kubernetes."""
PROFILED = [
    (cloud, store, profile)
    for cloud, stores in STORES.items()
    for store in stores
    for profile in ("dev", "production")
]


@cache
def made(cloud: str, store: str, profile: str, size: str) -> Recording[Any]:
    """One store made alone; the cloud's SDK is loaded for its own tests only."""
    return import_module(f"tests.{cloud}.stores").make(store, profile, size=size)


def kinds(recording: Recording[Any]) -> Iterator[tuple[Recorded, catalog.ResourceType]]:
    for resource in recording.resources:
        package = resource.type.split(":", 1)[0]
        kind = catalog.load(package).type(resource.type) if package in catalog.names() else None
        if kind is not None:
            yield resource, kind


def refused(recording: Recording[Any]) -> list[str]:
    return [
        f"{resource.type} {resource.name}: {problem}"
        for resource, kind in kinds(recording)
        for problem in rules.problems(kind.rules, dict(resource.inputs), named_by(resource, recording))
    ]


def named_by(resource: Recorded, recording: Recording[Any]) -> rules.LookUp:
    """Finds what an id among a resource's inputs names."""
    known: dict[str, Properties] = {}
    for one in recording.resources:
        if one.urn in resource.data_flow:
            name = one.inputs.get(AUTONAMED.get(one.type, "name"), f"test-{one.name}-0a1b2c")
            known[IDS.get(one.type, "{name}-id").format(name=name)] = dict(one.inputs)
    return known.get


@pytest.mark.parametrize("stack", STACKS)
def test_no_cloud_refuses_what_a_stack_asks_for(stack: str) -> None:
    assert refused(record_stack(stack)) == []


@pytest.mark.parametrize("stack", STACKS)
def test_no_cloud_refuses_the_next_kubernetes_for_what_a_cluster_is_made_of(stack: str) -> None:
    for cluster, kind in kinds(record_stack(stack)):
        if cluster.type in KUBERNETES:
            key = KUBERNETES[cluster.type]
            major, minor = str(cluster.inputs[key]).split(".")
            later: Properties = {**cluster.inputs, key: f"{major}.{int(minor) + 1}"}
            assert rules.problems(kind.rules, later, lambda _: None) == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("cloud", "store", "profile"), PROFILED)
def test_no_cloud_refuses_a_size(cloud: str, store: str, profile: str, size: str) -> None:
    assert refused(made(cloud, store, profile, size)) == []


@pytest.mark.parametrize(("before", "after"), list(combinations(SIZES, 2)))
@pytest.mark.parametrize(("cloud", "store", "profile"), PROFILED)
def test_a_smaller_size_asks_for_nothing_that_cannot_shrink(
    cloud: str, store: str, profile: str, before: str, after: str
) -> None:
    """From the larger size to the smaller one; what is ignored stays as it is."""
    news = {one.urn: one for one in made(cloud, store, profile, before).resources}
    for resource, kind in kinds(made(cloud, store, profile, after)):
        grows = [path for path in kind.grows if path not in resource.ignored]
        smaller = news.get(resource.urn, resource)
        assert rules.shrunk(grows, dict(resource.inputs), dict(smaller.inputs)) == [], resource.name


@pytest.mark.parametrize("stack", STACKS)
def test_changes_that_exclude_each_other_are_in_a_row(stack: str) -> None:
    recording = record_stack(stack)
    changed: dict[tuple[str, str], list[Recorded]] = {}
    for resource, kind in kinds(recording):
        name = kind.name.property if kind.name else "name"
        named: Properties = {
            name: f"test-{resource.name}-0a1b2c",
            **resource.inputs,
        }  # as tests/recorder.py names them
        key = behaviour.what_takes_one_change(kind, named)
        if key:
            # a name of one cloud's may be another's
            changed.setdefault((resource.type.split(":", 1)[0], key.removesuffix("-id")), []).append(resource)
    for (_, key), resources in changed.items():
        for one, other in combinations(resources, 2):
            assert one.urn in recording.waits_for(other) or other.urn in recording.waits_for(one), (
                f"{one.type} {one.name} and {other.type} {other.name} change {key} at the same time"
            )


@pytest.mark.parametrize("stack", STACKS)
def test_what_takes_time_to_be_known_is_not_named_at_once(stack: str) -> None:
    """Nor is it deleted at once after what named it: the way back has to be as long."""
    recording = record_stack(stack)
    for resource, kind in kinds(recording):
        if kind.known_after:
            for user in recording.resources:
                if resource.urn in user.data_flow:
                    between = seconds_between(recording, resource, user)
                    assert between >= kind.known_after, f"{user.name}: {between} s after {resource.name}"


def seconds_between(recording: Recording[Any], first: Recorded, last: Recorded) -> float:
    """The longest chain of creations between two resources."""
    by_urn = {one.urn: one for one in recording.resources}

    @cache
    def longest(urn: str) -> float:
        """From the end of the first one to the beginning of this one; nothing where it does not wait."""
        waits = [
            longest(before) + _seconds(by_urn[before])
            for before in by_urn[urn].dependencies
            if before != first.urn and first.urn in recording.waits_for(by_urn[before])
        ]
        return max(waits, default=0)

    return longest(last.urn)


def _seconds(resource: Recorded) -> float:
    package = resource.type.split(":", 1)[0]
    if package not in catalog.names():
        return 0
    return catalog.load(package).duration(resource.type, "create", dict(resource.inputs))


@pytest.mark.parametrize("stack", STACKS)
def test_what_cannot_be_deleted_goes_with_something(stack: str) -> None:
    for resource, kind in kinds(record_stack(stack)):
        if kind.cannot_delete:
            assert resource.deleted_with, f"{resource.type} {resource.name}: {kind.cannot_delete}"


@pytest.mark.parametrize("stack", STACKS)
def test_fields_of_a_releases_object_go_and_come_with_it(stack: str) -> None:
    """To give them back would need a cluster that answers, and roll the pods of what is going away."""
    recording = record_stack(stack)
    releases = {one.urn for one in recording.of("kubernetes:helm.sh/v3:Release")}
    for patch in recording.resources:
        if patch.type.startswith("kubernetes:") and patch.type.endswith("Patch"):
            assert patch.deleted_with in releases
            assert patch.replaced_with == {patch.deleted_with}
