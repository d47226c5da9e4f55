"""Every policy for what runs inside the cluster can be broken."""

from __future__ import annotations

import pytest

from policy import in_cluster
from policy.stack import Policy
from tests.policy.test_stacks import spoil

LISTENER = {"name": "plain", "port": 9092, "type": "internal", "tls": False}

SPOILT: list[tuple[Policy, str, str, object]] = [
    (in_cluster.traffic_is_encrypted, in_cluster.POSTGRES, "spec.postgresql.pg_hba", []),
    (in_cluster.traffic_is_encrypted, in_cluster.KAFKA, "spec.kafka.listeners.0", LISTENER),
    (in_cluster.traffic_is_encrypted, in_cluster.KAFKA, "spec.kafka.authorization", {}),
    (in_cluster.production_survives, in_cluster.POSTGRES, "spec.instances", 1),
    (in_cluster.production_survives, in_cluster.POSTGRES, "spec.affinity.podAntiAffinityType", "preferred"),
    (in_cluster.production_survives, in_cluster.POSTGRES, "spec.postgresql.synchronous", None),
    (in_cluster.production_survives, in_cluster.POSTGRES, "spec.backup", None),
    (in_cluster.production_survives, in_cluster.NODES, "spec.replicas", 1),
    (in_cluster.production_survives, in_cluster.NODES, "spec.template", {}),
    (in_cluster.production_survives, in_cluster.NODES, "spec.storage.volumes.0.deleteClaim", True),
    (in_cluster.production_survives, in_cluster.TOPIC, "spec.replicas", 1),
    (in_cluster.production_survives, in_cluster.PODS, "spec.replicas", 1),
    (in_cluster.production_survives, in_cluster.PODS, "spec.template.spec.affinity", None),
]


@pytest.mark.parametrize(
    ("policy", "type_", "path", "value"), SPOILT, ids=[f"{s[0].__name__}-{i}" for i, s in enumerate(SPOILT)]
)
def test_policy_can_be_broken(policy: Policy, type_: str, path: str, value: object) -> None:
    assert list(policy(spoil("openshift-production", type_, path, value)))


def test_every_policy_has_been_seen_to_fail() -> None:
    assert {policy for policy, *_ in SPOILT} == set(in_cluster.POLICIES)
