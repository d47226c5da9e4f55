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


def test_a_cluster_of_others_is_not_forgotten_when_it_is_silent() -> None:
    assert opened(samples.CLUSTER).one(PROVIDER).inputs["deleteUnreachable"] == "true"
    shared = opened(replace(samples.CLUSTER, shared=True))
    assert shared.one(PROVIDER).inputs["deleteUnreachable"] == "false"
