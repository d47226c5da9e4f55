"""Policies for the data stores that run inside the cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policy.stack import Policy, Stack, at, demand, present

POSTGRES = "kubernetes:postgresql.cnpg.io/v1:Cluster"
KAFKA = "kubernetes:kafka.strimzi.io/v1:Kafka"
NODES = "kubernetes:kafka.strimzi.io/v1:KafkaNodePool"
TOPIC = "kubernetes:kafka.strimzi.io/v1:KafkaTopic"
PODS = "kubernetes:apps/v1:StatefulSet"
SEVERAL = 3


def traffic_is_encrypted(stack: Stack) -> Iterator[str]:
    """PostgreSQL turns plain text away, Kafka listens with TLS and a login only."""
    for server in stack.of(POSTGRES):
        if "hostnossl all all all reject" not in (at(server.inputs, "spec.postgresql.pg_hba") or []):
            yield f"{server.type} {server.name}: takes connections without TLS"
    for kafka in stack.of(KAFKA):
        for listener in at(kafka.inputs, "spec.kafka.listeners"):
            if listener.get("tls") is not True or not at(listener, "authentication.type"):
                yield f"{kafka.type} {kafka.name}: listener {listener.get('name')} is open"
        yield from demand(kafka, "spec.kafka.authorization.type", "simple")


def production_survives(stack: Stack) -> Iterator[str]:
    """Three of each on three nodes, nothing lost with one of them, and a backup of the conversations."""
    if not stack.production:
        return
    for server in stack.of(POSTGRES):
        yield from demand(server, "spec.instances", SEVERAL)
        yield from demand(server, "spec.affinity.podAntiAffinityType", "required")
        yield from demand(server, "spec.postgresql.synchronous", present)
        yield from demand(server, "spec.backup", present)
    for nodes in stack.of(NODES):
        yield from demand(nodes, "spec.replicas", SEVERAL)
        yield from demand(nodes, "spec.template.pod.affinity", present)
        for volume in at(nodes.inputs, "spec.storage.volumes"):
            if volume.get("deleteClaim") is not False:
                yield f"{nodes.type} {nodes.name}: a volume goes with it"
    for topic in stack.of(TOPIC):
        yield from demand(topic, "spec.replicas", SEVERAL)
    for pods in stack.of(PODS):
        yield from demand(pods, "spec.replicas", SEVERAL)
        yield from demand(pods, "spec.template.spec.affinity", present)


POLICIES: Sequence[Policy] = (traffic_is_encrypted, production_survives)
