"""Event queue on AWS: MSK; Rasa logs in with the identity of its pod.

`dev` has two standard brokers, `production` Express brokers in three zones (no disks to watch, no maintenance
windows, replication fixed at three). A cluster cannot change its kind of brokers: going from `dev` to
`production` replaces it, and the events in the old one are deleted with it.

What it deliberately does not do: create a topic that a client misspells, admit clients without IAM, open
Prometheus exporters (nothing here scrapes them), grow disks by itself (an alarm tells before, and Express has
no disks). `pulumi up` creates the topics over MSK's own API, without access to the network; its principal
needs `kafka-cluster:Connect` and `kafka-cluster:*Topic*` besides the rights on MSK.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi_aws as aws
from pulumi import ComponentResource, Output, Resource, ResourceOptions

from components.aws.alarms import Alarm, create_alarms
from components.aws.certificates import amazon_roots
from components.aws.log_group import create_log_group
from components.aws.placement import Placement
from components.aws.policies import Statement, document
from components.aws.security_group import create_security_group
from components.contract.connections import AwsIam, Kafka
from components.contract.provider import EventBrokerArgs
from components.contract.terms import Profile, Size

# See docs/cloud-services.md, Kafka versions of MSK. There is no kafka.t3.small for KRaft (CloudFormation,
# AWS::MSK::Cluster BrokerNodeGroupInfo).
EXPRESS_KAFKA_VERSION = "4.2.x.kraft"
STANDARD_KAFKA_VERSION = "3.9.x.kraft"
IAM_PORT = 9098
RETENTION_DAYS: Mapping[Profile, int] = {"dev": 3, "production": 14}
"""How long MSK keeps an event for its consumers."""


@dataclass(frozen=True, slots=True)
class Brokers:
    """What each `size` gets; one broker in each zone."""

    instance_type: str
    zones: int
    disk_gib: int | None
    """Per broker, the same in every size, since a disk only grows; None on Express, which has none."""

    @property
    def replicas(self) -> int:
        """One copy in each zone: two on two standard brokers; Express takes no number but three."""
        return self.zones


BROKERS: Mapping[tuple[Profile, Size], Brokers] = {
    # kafka.m7g.large is the smallest standard broker that KRaft has.
    ("dev", "small"): Brokers("kafka.m7g.large", 2, 100),
    ("dev", "medium"): Brokers("kafka.m7g.large", 2, 100),
    ("dev", "large"): Brokers("kafka.m7g.xlarge", 2, 100),
    # express.m7g.large is the smallest that Express has.
    ("production", "small"): Brokers("express.m7g.large", 3, None),
    ("production", "medium"): Brokers("express.m7g.large", 3, None),
    ("production", "large"): Brokers("express.m7g.xlarge", 3, None),
}

PARTITIONS = 24
"""Of the events topic, a multiple of either number of brokers. The same in every size: partitions are never
taken away, so a smaller size would be refused, and more of them move conversations to others, which upsets
their order for a moment. A broker of the smallest size takes 1,000 (MSK developer guide, "Right-size your
cluster")."""

# Express accepts few properties and refuses the rest (MSK developer guide, "Custom MSK Express broker
# configurations"). With two brokers one in-sync copy must do, or each restart of a broker would stop writes.
PROPERTIES: Mapping[str, str] = {"auto.create.topics.enable": "false", "delete.topic.enable": "true"}
STANDARD_PROPERTIES: Mapping[str, str] = {
    **PROPERTIES,
    "default.replication.factor": "2",
    "min.insync.replicas": "1",
    "offsets.topic.replication.factor": "2",
}

# KRaft's controllers each report, and one of them reports 1.
CLUSTER_ALARMS = (Alarm(metric="ActiveControllerCount", below=1, statistic="Maximum"),)
STANDARD_CLUSTER_ALARMS = (
    *CLUSTER_ALARMS,
    Alarm(metric="OfflinePartitionsCount", above=0, statistic="Maximum"),
)
# Express has no limit of storage and charges by the gibibyte: the alarm is about the cost.
EXPRESS_CLUSTER_ALARMS = (*CLUSTER_ALARMS, Alarm(metric="StorageUsed", above=500 * 1024**3, minutes=60))
BROKER_ALARMS = (
    # MSK's advice is to keep user and system below 60 % together; this is the rest of it.
    Alarm(metric="CpuIdle", below=40, minutes=15),
    # More than 100 new IAM connections a second.
    Alarm(metric="IAMTooManyConnections", above=0, statistic="Sum", missing="notBreaching"),
)
STANDARD_BROKER_ALARMS = (
    *BROKER_ALARMS,
    Alarm(metric="KafkaDataLogsDiskUsed", above=85, statistic="Maximum"),
    Alarm(metric="UnderReplicatedPartitions", above=0, minutes=15),
    Alarm(metric="UnderMinIsrPartitionCount", above=0, statistic="Maximum"),
)
EXPRESS_BROKER_ALARMS = (
    *BROKER_ALARMS,
    Alarm(metric="ProduceThrottleTime", above=0, statistic="Maximum", missing="notBreaching"),
    Alarm(metric="FetchThrottleTime", above=0, statistic="Maximum", missing="notBreaching"),
)


class EventBroker(ComponentResource):
    """The Kafka cluster, its topics, and Rasa's right to write."""

    connection: Kafka

    def __init__(
        self, name: str, args: EventBrokerArgs[Placement], opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("rasa:aws:EventBroker", name, {}, opts)
        place, brokers = args.placement, BROKERS[args.profile, args.size]
        security_group, rule = create_security_group(name, place, port=IAM_PORT, parent=self)
        cluster = aws.msk.Cluster(
            name,
            _cluster_args(name, args, brokers, security_group, parent=self),
            ResourceOptions(parent=self),
        )
        written, dead_letter = _topics(name, args, cluster, parent=self)
        readers = _read_statements(args, cluster, written[0], dead_letter) if args.analytics else ()
        grant = aws.iam.RolePolicy(
            name,
            role=place.rasa_role_name,
            policy=document(*_write_statements(cluster, written), *readers),
            opts=ResourceOptions(parent=self),
        )
        _watch(name, cluster, brokers, place.alarm_topic_arn, parent=self)
        self.connection = Kafka(
            bootstrap=cluster.bootstrap_brokers_sasl_iam.apply(in_stable_order),
            topics=args.topics,
            security=AwsIam(region=place.region, ca=Output.from_input(amazon_roots())),
            ready=(grant, rule, *written, dead_letter),
        )
        self.register_outputs({"bootstrap": self.connection.bootstrap})


def in_stable_order(brokers: str) -> str:
    """AWS returns the brokers in changing order; another text in endpoints.yml would restart every pod."""
    return ",".join(sorted(brokers.split(",")))


def _cluster_args(
    name: str,
    args: EventBrokerArgs[Placement],
    brokers: Brokers,
    security_group: aws.ec2.SecurityGroup,
    *,
    parent: Resource,
) -> aws.msk.ClusterArgs:
    place, express = args.placement, brokers.disk_gib is None
    properties = PROPERTIES if express else STANDARD_PROPERTIES
    configuration = aws.msk.Configuration(
        name,
        server_properties="".join(f"{key}={value}\n" for key, value in properties.items()),
        opts=ResourceOptions(parent=parent),
    )
    logs = create_log_group(f"{name}-logs", args, parent=parent)
    return aws.msk.ClusterArgs(
        kafka_version=EXPRESS_KAFKA_VERSION if express else STANDARD_KAFKA_VERSION,
        number_of_broker_nodes=brokers.zones,
        broker_node_group_info=aws.msk.ClusterBrokerNodeGroupInfoArgs(
            instance_type=brokers.instance_type,
            client_subnets=place.subnet_ids[: brokers.zones],
            security_groups=[security_group.id],
            storage_info=_storage(brokers),
        ),
        configuration_info=aws.msk.ClusterConfigurationInfoArgs(
            arn=configuration.arn, revision=configuration.latest_revision
        ),
        client_authentication=aws.msk.ClusterClientAuthenticationArgs(
            sasl=aws.msk.ClusterClientAuthenticationSaslArgs(iam=True), unauthenticated=False
        ),
        encryption_info=aws.msk.ClusterEncryptionInfoArgs(
            encryption_at_rest_kms_key_arn=place.key_arn,
            encryption_in_transit=aws.msk.ClusterEncryptionInfoEncryptionInTransitArgs(
                client_broker="TLS", in_cluster=True
            ),
        ),
        # Express too writes logs, since February 2026 (hashicorp/terraform-provider-aws #46680, #46702).
        logging_info=aws.msk.ClusterLoggingInfoArgs(
            broker_logs=aws.msk.ClusterLoggingInfoBrokerLogsArgs(
                cloudwatch_logs=aws.msk.ClusterLoggingInfoBrokerLogsCloudwatchLogsArgs(
                    enabled=True, log_group=logs.name
                )
            )
        ),
        # The throttling, IAM and replication metrics begin at this level.
        enhanced_monitoring="PER_BROKER",
        rebalancing=aws.msk.ClusterRebalancingArgs(status="ACTIVE") if express else None,
    )


def _storage(brokers: Brokers) -> aws.msk.ClusterBrokerNodeGroupInfoStorageInfoArgs | None:
    if brokers.disk_gib is None:
        return None  # MSK refuses the block on Express brokers (SDK, `storage_info`)
    return aws.msk.ClusterBrokerNodeGroupInfoStorageInfoArgs(
        ebs_storage_info=aws.msk.ClusterBrokerNodeGroupInfoStorageInfoEbsStorageInfoArgs(
            volume_size=brokers.disk_gib
        )
    )


def _topics(
    name: str, args: EventBrokerArgs[Placement], cluster: aws.msk.Cluster, *, parent: Resource
) -> tuple[list[aws.msk.Topic], aws.msk.Topic]:
    brokers = BROKERS[args.profile, args.size]
    retention_ms = RETENTION_DAYS[args.profile] * 24 * 60 * 60 * 1000
    configs = json.dumps({"cleanup.policy": "delete", "retention.ms": str(retention_ms)})

    def create(purpose: str, topic: str, partitions: int) -> aws.msk.Topic:
        return aws.msk.Topic(
            f"{name}-{purpose}",
            cluster_arn=cluster.arn,
            name=topic,
            partition_count=partitions,
            replication_factor=brokers.replicas,
            configs=configs,
            opts=ResourceOptions(parent=parent),
        )

    return (
        [create(purpose, topic, PARTITIONS) for purpose, topic in args.topics.written.items()],
        create("dead-letter", args.topics.analytics_dead_letter, brokers.zones),
    )


def _write_statements(cluster: aws.msk.Cluster, topics: Sequence[aws.msk.Topic]) -> list[Statement]:
    """What producing needs, and no more (MSK developer guide, "Common use cases for client authorization").

    Rasa's producer is not idempotent, so no `WriteDataIdempotently`; `list_topics`, which it calls before
    each event, shows the topics that it may describe.
    """
    return [
        {"Effect": "Allow", "Action": ["kafka-cluster:Connect"], "Resource": cluster.arn},
        {
            "Effect": "Allow",
            "Action": ["kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"],
            "Resource": topics[0].arn if len(topics) == 1 else [topic.arn for topic in topics],
        },
    ]


def _read_statements(
    args: EventBrokerArgs[Placement],
    cluster: aws.msk.Cluster,
    events: aws.msk.Topic,
    dead_letter: aws.msk.Topic,
) -> tuple[Statement, ...]:
    """What Rasa Pro Services needs besides: to consume as one group, and to put aside what it cannot read.

    It shares Rasa's identity: EKS binds a role to one service account, and both are the one licensed product.
    """
    group = cluster.arn.apply(
        lambda arn: f"{arn.replace(':cluster/', ':group/')}/{args.topics.analytics_group}"
    )
    return (
        {"Effect": "Allow", "Action": ["kafka-cluster:ReadData"], "Resource": events.arn},
        {
            "Effect": "Allow",
            "Action": ["kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"],
            "Resource": dead_letter.arn,
        },
        {
            "Effect": "Allow",
            "Action": ["kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup"],
            "Resource": group,
        },
    )


def _watch(
    name: str, cluster: aws.msk.Cluster, brokers: Brokers, topic_arn: str | None, *, parent: Resource
) -> None:
    """Create the alarms; MSK publishes most by broker, and an alarm must name all dimensions of a metric."""
    express = brokers.disk_gib is None
    of_cluster = {"Cluster Name": cluster.cluster_name}
    create_alarms(
        name,
        EXPRESS_CLUSTER_ALARMS if express else STANDARD_CLUSTER_ALARMS,
        namespace="AWS/Kafka",
        dimensions=of_cluster,
        topic_arn=topic_arn,
        parent=parent,
    )
    for number in range(1, brokers.zones + 1):
        create_alarms(
            f"{name}-{number}",
            EXPRESS_BROKER_ALARMS if express else STANDARD_BROKER_ALARMS,
            namespace="AWS/Kafka",
            dimensions={**of_cluster, "Broker ID": str(number)},
            topic_arn=topic_arn,
            parent=parent,
        )
