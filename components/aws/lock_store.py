"""Lock store and timer store on AWS: ElastiCache for Valkey; Rasa logs in with the identity of its pod.

There is no password: Rasa signs a token that lives for 15 minutes. Cluster mode is off, since Rasa keeps
locks and timers in numbered databases. It is a cluster of nodes and not Serverless, whose tokens Rasa cannot
sign (docs/rasa-pro.md, Cloud identities).

What it deliberately does not do: promise durability. Locks live for seconds, timers for as long as a session;
snapshots are for the operator's comfort. From `dev` to `production` nothing is replaced: nodes are resized,
and a second one joins in another zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi_aws as aws
import pulumi_random as random
from pulumi import ComponentResource, Output, Resource, ResourceOptions

from components.aws.alarms import Alarm, create_alarms
from components.aws.certificates import amazon_roots
from components.aws.log_group import create_log_group
from components.aws.placement import Placement
from components.aws.policies import document
from components.aws.security_group import create_security_group
from components.contract.connections import Redis
from components.contract.provider import LockStoreArgs
from components.contract.secrets import CloudIdentityLogin
from components.contract.terms import Profile, Size

ENGINE = "valkey"
ENGINE_VERSION = "8.2"
PARAMETER_FAMILY = "valkey8"
PORT = 6379
SNAPSHOT_DAYS: Mapping[Profile, int] = {"dev": 1, "production": 7}
SNAPSHOT_WINDOW = "02:00-03:00"
MAINTENANCE_WINDOW = "sun:03:30-sun:04:30"

# What Rasa needs: data, scripts, and KEYS, which counts as dangerous but is how `concurrent_redis` lists the
# tickets of a lock (docs/rasa-pro.md, Locks). No key pattern: the prefixes are chosen where the endpoints are
# written.
ACCESS = "on ~* &* +@all -@admin -@dangerous +keys"


@dataclass(frozen=True, slots=True)
class Nodes:
    """What each `size` gets."""

    node_type: str
    count: int


NODES: Mapping[tuple[Profile, Size], Nodes] = {
    ("dev", "small"): Nodes("cache.t4g.micro", 1),
    ("dev", "medium"): Nodes("cache.t4g.small", 1),
    ("dev", "large"): Nodes("cache.t4g.medium", 1),
    # Locks and timers are small; what grows with the load is the number of commands a second.
    ("production", "small"): Nodes("cache.t4g.medium", 2),
    ("production", "medium"): Nodes("cache.m7g.large", 2),
    ("production", "large"): Nodes("cache.m7g.xlarge", 3),
}

ALARMS = (
    # The engine works on one core; the CPU of the whole node would look idle.
    Alarm(metric="EngineCPUUtilization", above=80),
    # With `noeviction` a full store refuses writes, and Rasa then takes no lock.
    Alarm(metric="DatabaseMemoryUsagePercentage", above=80),
    # 65,000 is the limit of a node; Rasa needs some dozens.
    Alarm(metric="CurrConnections", above=1000, statistic="Maximum"),
    Alarm(metric="AuthenticationFailures", above=0, statistic="Sum", missing="notBreaching"),
)
"""Per node: ElastiCache publishes them by node, and an alarm must name all dimensions of a metric."""
REPLICA_ALARM = Alarm(metric="ReplicationLag", above=10, statistic="Maximum", missing="notBreaching")
"""In seconds, of a replica: a node alone has no such metric, and which node is the primary changes."""


class LockStore(ComponentResource):
    """The replication group, its one user, and Rasa's right to log in as that user."""

    connection: Redis

    def __init__(
        self, name: str, args: LockStoreArgs[Placement], opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("rasa:aws:LockStore", name, {}, opts)
        place = args.placement
        # A user's name is not made by the engine, must be the same as its id to log in by IAM, and is unique
        # in account and region (ElastiCache user guide, "Authenticating with IAM", Limitations).
        suffix = random.RandomString(
            name, length=6, special=False, upper=False, opts=ResourceOptions(parent=self)
        )
        username = Output.concat(f"{name}-", suffix.result)
        user = _user(name, username, parent=self)
        security_group, rule = create_security_group(name, place, port=PORT, parent=self)
        nodes = NODES[args.profile, args.size]
        group = aws.elasticache.ReplicationGroup(
            name,
            _group_args(name, args, _user_group(name, user, parent=self), security_group, parent=self),
            ResourceOptions(parent=self),
        )
        grant = aws.iam.RolePolicy(
            name,
            role=place.rasa_role_name,
            # IAM checks the action on both, the replication group and the user (ElastiCache user guide,
            # "Authenticating with IAM").
            policy=document(
                {"Effect": "Allow", "Action": ["elasticache:Connect"], "Resource": [group.arn, user.arn]}
            ),
            opts=ResourceOptions(parent=self),
        )
        for number in range(1, nodes.count + 1):
            create_alarms(
                f"{name}-{number}",
                (*ALARMS, REPLICA_ALARM) if nodes.count > 1 else ALARMS,
                namespace="AWS/ElastiCache",
                # The provider relies on these ids too (SDK, `ReplicationGroup`: "replication_group_id-00#").
                dimensions={"CacheClusterId": Output.concat(group.replication_group_id, f"-{number:03}")},
                topic_arn=place.alarm_topic_arn,
                parent=self,
            )
        self.connection = Redis(
            host=group.primary_endpoint_address,
            port=PORT,
            tls=True,
            ca=Output.from_input(amazon_roots()),
            login=CloudIdentityLogin(
                username=username, provider="aws", region=place.region, server=group.replication_group_id
            ),
            ready=(grant, rule),
        )
        self.register_outputs({"host": group.primary_endpoint_address})


def _user(name: str, username: Output[str], *, parent: Resource) -> aws.elasticache.User:
    return aws.elasticache.User(
        name,
        user_id=username,
        user_name=username,
        engine=ENGINE,
        access_string=ACCESS,
        authentication_mode=aws.elasticache.UserAuthenticationModeArgs(type="iam"),
        opts=ResourceOptions(parent=parent),
    )


def _user_group(name: str, user: aws.elasticache.User, *, parent: Resource) -> aws.elasticache.UserGroup:
    """Rasa's user alone: in a group of engine `valkey` the passwordless user `default` cannot log in.

    A group of engine `redis` must hold a user named `default`; one of engine `valkey` takes only users with a
    password or IAM, and turns `default` off in the servers that it is attached to, so no disabled stand-in
    with a password of its own is needed. Source: ElastiCache user guide, "Role-Based Access Control", RBAC
    with Valkey; the check in aws-cdk `aws-elasticache-alpha/lib/user-group.ts` agrees.
    """
    return aws.elasticache.UserGroup(
        name,
        engine=ENGINE,
        user_group_id=user.user_id,
        user_ids=[user.user_id],
        opts=ResourceOptions(parent=parent),
    )


def _group_args(
    name: str,
    args: LockStoreArgs[Placement],
    users: aws.elasticache.UserGroup,
    security_group: aws.ec2.SecurityGroup,
    *,
    parent: Resource,
) -> aws.elasticache.ReplicationGroupArgs:
    nodes, opts = NODES[args.profile, args.size], ResourceOptions(parent=parent)
    several = nodes.count > 1
    subnets = aws.elasticache.SubnetGroup(name, subnet_ids=args.placement.subnet_ids, opts=opts)
    # Eviction would drop a lock that a pod still holds; `noeviction` refuses the next lock instead.
    keep_locks = aws.elasticache.ParameterGroupParameterArgs(name="maxmemory-policy", value="noeviction")
    parameters = aws.elasticache.ParameterGroup(
        name, family=PARAMETER_FAMILY, parameters=[keep_locks], opts=opts
    )
    logs = create_log_group(f"{name}-logs", args, parent=parent)
    return aws.elasticache.ReplicationGroupArgs(
        description="Rasa: locks and timers",
        engine=ENGINE,
        engine_version=ENGINE_VERSION,
        node_type=nodes.node_type,
        num_cache_clusters=nodes.count,
        automatic_failover_enabled=several,
        multi_az_enabled=several,
        port=PORT,
        parameter_group_name=parameters.name,
        subnet_group_name=subnets.name,
        security_group_ids=[security_group.id],
        user_group_ids=[users.user_group_id],
        transit_encryption_enabled=True,
        transit_encryption_mode="required",
        at_rest_encryption_enabled=True,
        kms_key_id=args.placement.key_arn,
        snapshot_retention_limit=SNAPSHOT_DAYS[args.profile],
        snapshot_window=SNAPSHOT_WINDOW,
        maintenance_window=MAINTENANCE_WINDOW,
        auto_minor_version_upgrade=True,
        # ElastiCache resizes online, so there is nothing to put off to the maintenance window.
        apply_immediately=True,
        log_delivery_configurations=[
            aws.elasticache.ReplicationGroupLogDeliveryConfigurationArgs(
                destination=logs.name,
                destination_type="cloudwatch-logs",
                log_format="json",
                log_type=log_type,
            )
            for log_type in ("slow-log", "engine-log")
        ],
    )
