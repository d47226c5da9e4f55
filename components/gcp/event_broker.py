"""Event queue on Google Cloud: Managed Service for Apache Kafka; Rasa logs in with a client certificate.

Of the service's three logins Rasa can use two: the *key* of a service account as a password, which never
expires, and mutual TLS. This is mutual TLS (`client_certificate.py`); for the third Rasa cannot make the
token.

Brokers run in three zones in either profile, and Google manages their disks. Going from `dev` to `production`
replaces nothing. What it deliberately does not do: create a topic that a client misspells, or let Rasa read.
`pulumi up` creates the topics over the service's own API, without access to the network; its principal needs
`roles/managedkafka.admin`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pulumi import ComponentResource, Output, Resource, ResourceOptions
from pulumi_gcp import managedkafka

from components.contract.connections import Kafka, MutualTls
from components.contract.provider import EventBrokerArgs
from components.contract.terms import Profile, Size
from components.gcp.alarms import Alarm, Watched, create_alarms
from components.gcp.apis import enable_api
from components.gcp.certificates import google_roots
from components.gcp.client_certificate import Authority, create_authority, create_client_certificate
from components.gcp.key import grant_key, service_agent
from components.gcp.placement import Placement

MUTUAL_TLS_PORT = 9192
"""The service returns the address for SASL, on 9092 (docs/cloud-services.md, Google Cloud Kafka)."""
PRINCIPAL = "rasa"
PRINCIPAL_RULES = r"RULE:^CN=([A-Za-z0-9-]+)$/$1/,DEFAULT"
"""From the certificate's name to the one that access lists know: CN=rasa → rasa."""
REPLICAS = 3
"""One copy in each zone."""
PARTITIONS = 12
"""Of the events topic, the same in every size: partitions are never taken away, so a smaller size would be
refused, and more of them move conversations to others, which upsets their order for a moment."""
RETENTION_DAYS: Mapping[Profile, int] = {"dev": 3, "production": 14}
"""How long the brokers keep an event for its consumers."""
GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Capacity:
    """What each `size` gives all brokers together; the service wants 1 to 8 GiB for each core."""

    cores: int
    memory_gib: int


CAPACITY: Mapping[tuple[Profile, Size], Capacity] = {
    ("dev", "small"): Capacity(3, 3),
    ("dev", "medium"): Capacity(3, 6),
    ("dev", "large"): Capacity(3, 12),
    ("production", "small"): Capacity(3, 12),
    ("production", "medium"): Capacity(6, 24),
    ("production", "large"): Capacity(12, 48),
}

TOPIC_ALARMS = (
    # Some come with every change of a partition's leader; an access list that is wrong makes many.
    Alarm(metric="managedkafka.googleapis.com/topic_error_count", above=10, statistic="DELTA", total=True),
)
CLUSTER_ALARMS = (
    # In milliseconds. Brokers out of memory, processor or disk show here first.
    Alarm(
        metric="managedkafka.googleapis.com/request_latencies",
        above=1000,
        statistic="PERCENTILE_99",
        minutes=15,
    ),
)


class EventBroker(ComponentResource):
    """The Kafka cluster, its topics, and Rasa's right to write."""

    connection: Kafka

    def __init__(
        self, name: str, args: EventBrokerArgs[Placement], opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("rasa:gcp:EventBroker", name, {}, opts)
        place = args.placement
        project = enable_api(name, "managedkafka", place.project, parent=self)
        brokers = service_agent(name, "managedkafka", project, parent=self)
        authority = create_authority(name, args, brokers, parent=self)
        key_id = grant_key(name, place.key_id, brokers, parent=self)
        cluster = managedkafka.Cluster(
            name,
            _cluster_args(args, project, key_id, authority),
            # The cluster's input is the pool alone, and Kafka trusts no client by a pool without an
            # authority.
            ResourceOptions(parent=self, depends_on=[authority.ca]),
        )
        written, dead_letter = _topics(name, args, cluster, parent=self)
        access = _let_rasa_in(name, args, cluster, written, dead_letter, parent=self)
        client = create_client_certificate(f"{name}-client", PRINCIPAL, authority, args, parent=self)
        _watch(name, cluster, place, parent=self)
        self.connection = Kafka(
            bootstrap=cluster.bootstrap_address.apply(mutual_tls_address),
            topics=args.topics,
            security=MutualTls(
                certificate=client.certificate, key=client.key, ca=Output.from_input(google_roots())
            ),
            ready=(*written.values(), dead_letter, *access),
        )
        self.register_outputs({"bootstrap": self.connection.bootstrap})


def mutual_tls_address(bootstrap: str) -> str:
    """`bootstrap.….cloud.goog:9092` → the same on the port for certificates."""
    return re.sub(r":\d+", f":{MUTUAL_TLS_PORT}", bootstrap)


def _cluster_args(
    args: EventBrokerArgs[Placement], project: Output[str], key_id: Output[str], authority: Authority
) -> managedkafka.ClusterArgs:
    place, capacity = args.placement, CAPACITY[args.profile, args.size]
    return managedkafka.ClusterArgs(
        project=project,
        location=place.region,
        # The engine does not name clusters; this is the name of the pool, which the engine has named and of
        # which each cluster has one.
        cluster_id=authority.pool.name,
        capacity_config=managedkafka.ClusterCapacityConfigArgs(
            vcpu_count=str(capacity.cores), memory_bytes=str(capacity.memory_gib * GIB)
        ),
        gcp_config=managedkafka.ClusterGcpConfigArgs(
            kms_key=key_id,
            access_config=managedkafka.ClusterGcpConfigAccessConfigArgs(
                network_configs=[
                    managedkafka.ClusterGcpConfigAccessConfigNetworkConfigArgs(subnet=place.subnet_id)
                ]
            ),
        ),
        tls_config=managedkafka.ClusterTlsConfigArgs(
            trust_config=managedkafka.ClusterTlsConfigTrustConfigArgs(
                cas_configs=[
                    managedkafka.ClusterTlsConfigTrustConfigCasConfigArgs(ca_pool=authority.trusted_pool)
                ]
            ),
            ssl_principal_mapping_rules=PRINCIPAL_RULES,
        ),
        rebalance_config=managedkafka.ClusterRebalanceConfigArgs(mode="AUTO_REBALANCE_ON_SCALE_UP"),
        deletion_policy="PREVENT" if args.deletion_protection else "DELETE",
    )


def _topics(
    name: str, args: EventBrokerArgs[Placement], cluster: managedkafka.Cluster, *, parent: Resource
) -> tuple[dict[str, managedkafka.Topic], managedkafka.Topic]:
    """Create those that Rasa writes its events to, by purpose, and the analytics' own."""
    retention_ms = RETENTION_DAYS[args.profile] * 24 * 60 * 60 * 1000

    def create(purpose: str, topic: str, partitions: int) -> managedkafka.Topic:
        return managedkafka.Topic(
            f"{name}-{purpose}",
            project=cluster.project,
            location=args.placement.region,
            cluster=cluster.cluster_id,
            topic_id=topic,
            partition_count=partitions,
            replication_factor=REPLICAS,
            configs={"cleanup.policy": "delete", "retention.ms": str(retention_ms)},
            deletion_policy="PREVENT" if args.deletion_protection else "DELETE",
            opts=ResourceOptions(parent=parent),
        )

    return (
        {purpose: create(purpose, topic, PARTITIONS) for purpose, topic in args.topics.written.items()},
        create("dead-letter", args.topics.analytics_dead_letter, REPLICAS),
    )


def _let_rasa_in(
    name: str,
    args: EventBrokerArgs[Placement],
    cluster: managedkafka.Cluster,
    written: Mapping[str, managedkafka.Topic],
    dead_letter: managedkafka.Topic,
    *,
    parent: Resource,
) -> list[Resource]:
    """What producing needs, and no more; and consuming, where Rasa Pro Services shows the same certificate.

    Rasa's producer is not idempotent; `list_topics`, which it calls before each event, shows the topics that
    it may describe.
    """

    def allow(purpose: str, resource: Output[str], *operations: str) -> Resource:
        return managedkafka.Acl(
            f"{name}-{purpose}",
            project=cluster.project,
            location=cluster.location,
            cluster=cluster.cluster_id,
            acl_id=resource,
            acl_entries=[
                managedkafka.AclAclEntryArgs(
                    principal=f"User:{PRINCIPAL}", permission_type="ALLOW", operation=operation, host="*"
                )
                for operation in operations
            ],
            opts=ResourceOptions(parent=parent),
        )

    def write(purpose: str, *further: str) -> Resource:
        topic = Output.concat("topic/", written[purpose].topic_id)
        return allow(purpose, topic, "DESCRIBE", *further, "WRITE")

    copies = [write(purpose) for purpose in written if purpose != "events"]
    if not args.analytics:
        return [write("events"), *copies]
    group = Output.concat("consumerGroup/", args.topics.analytics_group)
    return [
        write("events", "READ"),
        *copies,
        allow("dead-letter", Output.concat("topic/", dead_letter.topic_id), "DESCRIBE", "WRITE"),
        allow("analytics", group, "DESCRIBE", "READ"),
    ]


def _watch(name: str, cluster: managedkafka.Cluster, place: Placement, *, parent: Resource) -> None:
    for kind, alarms in (("Topic", TOPIC_ALARMS), ("Cluster", CLUSTER_ALARMS)):
        watched = Watched(
            type=f"managedkafka.googleapis.com/{kind}", label="cluster_id", value=cluster.cluster_id
        )
        create_alarms(name, alarms, watched, place, parent=parent)
