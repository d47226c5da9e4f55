"""The way into the cluster, and Rasa's namespace in it."""

from __future__ import annotations

from dataclasses import replace

from components.contract.cluster import Kubernetes
from components.kubernetes.access import ClusterAccess
from tests.rasa import samples
from tests.recorder import Recording, record, value_of

PROVIDER, NAMESPACE = "pulumi:providers:kubernetes", "kubernetes:core/v1:Namespace"


def opened(cluster: Kubernetes) -> Recording[ClusterAccess]:
    return record(lambda: ClusterAccess("cluster", cluster))


def test_the_namespace_lets_in_no_pod_with_rights() -> None:
    made = opened(samples.CLUSTER).one(NAMESPACE).inputs["metadata"]
    assert made["name"] == "rasa"
    assert made["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_a_namespace_that_exists_is_used_and_left() -> None:
    recording = opened(replace(samples.CLUSTER, has_namespace=True))
    assert recording.of(NAMESPACE) == []
    assert value_of(recording.result.namespace) == "rasa"


def test_a_silent_cluster_is_forgotten_only_where_it_is_the_stacks_to_lose() -> None:
    """Unset, not false: false would overrule the variable by which people say that it is gone."""
    assert opened(samples.CLUSTER).one(PROVIDER).inputs["deleteUnreachable"] == "true"
    for kept in (replace(samples.CLUSTER, shared=True), replace(samples.CLUSTER, deletion_protection=True)):
        assert "deleteUnreachable" not in opened(kept).one(PROVIDER).inputs


def test_a_cluster_is_not_its_address() -> None:
    assert opened(samples.CLUSTER).one(PROVIDER).inputs["clusterIdentifier"] == "company"


def test_the_namespace_is_protected_with_the_stack() -> None:
    assert not opened(samples.CLUSTER).one(NAMESPACE).protect
    assert opened(replace(samples.CLUSTER, deletion_protection=True)).one(NAMESPACE).protect
