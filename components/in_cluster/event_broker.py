"""Event broker inside Kubernetes: Apache Kafka without ZooKeeper (KRaft), run by Strimzi.

One listener, TLS and SCRAM-SHA-512; one user with rights on this stack's topics and no others. Strimzi makes
the password and a certificate authority for this Kafka; Rasa's pods take both from Strimzi's own Secrets
(docs/adr/0003-secrets-that-exist.md). The authority lives for a year and is renewed a month before the end
(documentation, "Configuring the renewal of CA certificates"): Rasa's pods read it when they start.

Each node is broker and controller at once, which Strimzi recommends for small clusters and which saves three
pods (packaging/examples/kafka, README: `kafka-with-dual-role-nodes.yaml`). In production three nodes on three
machines; an event counts as written when two of them have it. Strimzi makes the disruption budgets.

What it deliberately does not do: open Kafka to the outside of the cluster, or back it up. Kafka keeps events
for their consumers for some days; the conversations are in the tracker store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pulumi import ComponentResource, CustomTimeouts, Resource, ResourceOptions
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.contract.connections import Kafka, Pods, SaslTls
from components.contract.images import KAFKA_VERSION, METADATA_VERSION
from components.contract.provider import EventBrokerArgs
from components.contract.secrets import SecretRef
from components.contract.terms import Profile, Size
from components.in_cluster.operators import READY, once_ready, strimzi
from components.in_cluster.placement import Placement
from components.kubernetes.scheduling import apart, spread

API = "kafka.strimzi.io/v1"
PORT = 9093
MECHANISM = "SCRAM-SHA-512"
READY_MINUTES = 20
RETENTION_DAYS: Mapping[Profile, int] = {"dev": 3, "production": 14}
"""How long the brokers keep an event for its consumers."""
CONSUMERS = "rasa"
"""Prefix of the consumer groups that may read."""
ENTITY_OPERATOR = {"requests": {"cpu": "50m", "memory": "384Mi"}, "limits": {"memory": "384Mi"}}
"""Each of the two operators, for topics and for users: Java, with half of the memory as its heap."""


@dataclass(frozen=True, slots=True)
class Brokers:
    """What each `size` gets."""

    count: int
    cpu: str
    memory: str
    storage: str
    partitions: int

    @property
    def enough(self) -> int:
        """How many nodes must have an event before it counts as written (`min.insync.replicas`)."""
        return max(1, self.count - 1)


BROKERS: Mapping[tuple[Profile, Size], Brokers] = {
    ("dev", "small"): Brokers(1, "100m", "1Gi", "2Gi", 3),
    ("dev", "medium"): Brokers(1, "250m", "2Gi", "10Gi", 3),
    ("dev", "large"): Brokers(1, "500m", "4Gi", "20Gi", 6),
    ("production", "small"): Brokers(3, "500m", "2Gi", "50Gi", 6),
    ("production", "medium"): Brokers(3, "1", "4Gi", "100Gi", 12),
    ("production", "large"): Brokers(3, "2", "8Gi", "250Gi", 24),
}


class EventBroker(ComponentResource):
    """The operator, the brokers, the topics and Rasa's user."""

    connection: Kafka

    def __init__(
        self, name: str, args: EventBrokerArgs[Placement], opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("rasa:in_cluster:EventBroker", name, {}, opts)
        place = args.placement
        operator = strimzi(place, parent=self)
        nodes = _nodes(name, args, operator, parent=self)
        kafka = _kafka(name, args, nodes, parent=self)
        username = f"{name}-rasa"
        user = _user(username, name, args, kafka, parent=self)
        authority = once_ready(kafka, f"{name}-cluster-ca-cert")
        self.connection = Kafka(
            bootstrap=once_ready(kafka, f"{name}-kafka-bootstrap.{place.domain}:{PORT}"),
            topics=args.topics,
            security=SaslTls(
                mechanism=MECHANISM,
                username=username,
                password=SecretRef(name=once_ready(user, username), key="password"),
                ca=SecretRef(name=authority, key="ca.crt"),
            ),
            ready=(user, *_topics(name, args, kafka, parent=self)),
            # The brokers, and the operator of topics and users, which talks to them and to Kubernetes.
            pods=Pods(
                namespace=place.access.cluster.namespace, labels={"strimzi.io/cluster": name}, ports=(PORT,)
            ),
        )
        self.register_outputs({"bootstrap": self.connection.bootstrap})


def _nodes(
    name: str, args: EventBrokerArgs[Placement], operator: list[Resource], *, parent: Resource
) -> CustomResource:
    brokers = BROKERS[args.profile, args.size]
    volume: dict[str, object] = {
        "id": 0,
        "type": "persistent-claim",
        "size": brokers.storage,
        "kraftMetadata": "shared",
        # Kept with its claims in production, so that only a person deletes the disks of a broker.
        "deleteClaim": args.profile == "dev",
    }
    if args.placement.storage_class is not None:
        volume["class"] = args.placement.storage_class
    pods = {"strimzi.io/name": f"{name}-kafka"}
    template = {"affinity": apart(pods), "topologySpreadConstraints": spread(pods)}
    spec: dict[str, object] = {
        "replicas": brokers.count,
        "roles": ["controller", "broker"],
        "storage": {"type": "jbod", "volumes": [volume]},
        "resources": {
            "requests": {"cpu": brokers.cpu, "memory": brokers.memory},
            "limits": {"memory": brokers.memory},
        },
    }
    return CustomResource(
        f"{name}-nodes",
        api_version=API,
        kind="KafkaNodePool",
        metadata=ObjectMetaArgs(
            name="nodes", namespace=args.placement.access.namespace, labels={"strimzi.io/cluster": name}
        ),
        spec={**spec, "template": {"pod": template}} if brokers.count > 1 else spec,
        # The operator's chart brings the definition of this type, and the operator must still run when its
        # objects are deleted.
        opts=ResourceOptions(parent=parent, depends_on=operator, protect=args.deletion_protection),
    )


def _kafka(
    name: str, args: EventBrokerArgs[Placement], nodes: CustomResource, *, parent: Resource
) -> CustomResource:
    brokers = BROKERS[args.profile, args.size]
    listener = {
        "name": "tls",
        "port": PORT,
        "type": "internal",
        "tls": True,
        "authentication": {"type": MECHANISM.lower()},
    }
    return CustomResource(
        name,
        api_version=API,
        kind="Kafka",
        metadata=ObjectMetaArgs(name=name, namespace=args.placement.access.namespace, annotations=READY),
        spec={
            "kafka": {
                "version": KAFKA_VERSION,
                "metadataVersion": METADATA_VERSION,
                "listeners": [listener],
                "authorization": {"type": "simple"},
                "config": {
                    # A misspelt topic is to be an error, not a new topic.
                    "auto.create.topics.enable": False,
                    "default.replication.factor": brokers.count,
                    "offsets.topic.replication.factor": brokers.count,
                    "transaction.state.log.replication.factor": brokers.count,
                    "transaction.state.log.min.isr": brokers.enough,
                    "min.insync.replicas": brokers.enough,
                },
            },
            "entityOperator": {
                "topicOperator": {"resources": ENTITY_OPERATOR},
                "userOperator": {"resources": ENTITY_OPERATOR},
            },
        },
        opts=ResourceOptions(
            parent=parent,
            # Created after its nodes and deleted before them: Strimzi reports a Kafka without nodes as an
            # error.
            depends_on=[nodes],
            custom_timeouts=CustomTimeouts(create=f"{READY_MINUTES}m", update=f"{READY_MINUTES}m"),
            protect=args.deletion_protection,
        ),
    )


def _topics(
    name: str, args: EventBrokerArgs[Placement], kafka: CustomResource, *, parent: Resource
) -> list[Resource]:
    brokers = BROKERS[args.profile, args.size]
    retention = RETENTION_DAYS[args.profile] * 24 * 60 * 60 * 1000

    def create(purpose: str, topic: str, partitions: int) -> CustomResource:
        return CustomResource(
            f"{name}-{purpose}",
            api_version=API,
            kind="KafkaTopic",
            metadata=_belonging(f"{name}-{purpose}", name, args.placement),
            spec={
                # A topic's name may have letters that an object's may not.
                "topicName": topic,
                "partitions": partitions,
                "replicas": brokers.count,
                "config": {"cleanup.policy": "delete", "retention.ms": retention},
            },
            # Its operator runs beside the brokers, and must be there when it comes and when it goes.
            opts=ResourceOptions(parent=parent, depends_on=[kafka], protect=args.deletion_protection),
        )

    return [
        *(create(purpose, topic, brokers.partitions) for purpose, topic in args.topics.written.items()),
        create("dead-letters", args.topics.analytics_dead_letter, 1),
    ]


def _user(
    username: str, name: str, args: EventBrokerArgs[Placement], kafka: CustomResource, *, parent: Resource
) -> CustomResource:
    def may(kind: str, what: str, pattern: str, *operations: str) -> dict[str, object]:
        resource = {"type": kind, "name": what, "patternType": pattern}
        return {"resource": resource, "operations": list(operations), "host": "*"}

    topics = (*args.topics.written.values(), args.topics.analytics_dead_letter)
    rights = [may("topic", topic, "literal", "Describe", "Read", "Write") for topic in topics]
    return CustomResource(
        username,
        api_version=API,
        kind="KafkaUser",
        metadata=_belonging(username, name, args.placement),
        spec={
            "authentication": {"type": MECHANISM.lower()},
            "authorization": {
                "type": "simple",
                "acls": [*rights, may("group", CONSUMERS, "prefix", "Read")],
            },
        },
        # Its operator runs beside the brokers, and must be there when it comes and when it goes.
        opts=ResourceOptions(parent=parent, depends_on=[kafka]),
    )


def _belonging(name: str, kafka: str, place: Placement) -> ObjectMetaArgs:
    return ObjectMetaArgs(
        name=name, namespace=place.access.namespace, labels={"strimzi.io/cluster": kafka}, annotations=READY
    )
