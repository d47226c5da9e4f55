"""Tracker store on Amazon DocumentDB, for assistants that want the MongoDB protocol.

Rasa can only log in to MongoDB with a user name and a password that it reads once, when it starts
(`mongo_tracker_store.py`). So the password is made here and not by DocumentDB: `manage_master_user_password`
rotates it every week, and Rasa would be shut out at the next connection. It is a secret in the state; a
tracker store of kind `postgres` has none. Rasa is the master user, because users of lesser rank can only be
created from inside, and because it creates its indexes itself.

What it deliberately does not do: sharding (elastic clusters), reading from replicas. From `dev` to
`production` nothing is replaced: the first instance changes its class, two more join.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi_aws as aws
import pulumi_random as random
from pulumi import Output, Resource, ResourceOptions

from components.aws.alarms import Alarm, create_alarms
from components.aws.certificates import rds_roots
from components.aws.database import (
    AUTHORITY,
    BACKUP_DAYS,
    BACKUP_WINDOW,
    MAINTENANCE_WINDOW,
    create_log_groups,
    final_snapshot,
)
from components.aws.placement import Placement
from components.aws.security_group import create_security_group
from components.contract.connections import MongoDb
from components.contract.provider import TrackerStoreArgs
from components.contract.secrets import PasswordLogin
from components.contract.terms import Profile, Size

# The release with long-term support; 5.0.1 and 8.0 have none (AWS, "DocumentDB now supports engine minor
# versions starting with 5.0.1", June 2026).
ENGINE_VERSION = "5.0.0"
PARAMETER_FAMILY = "docdb5.0"
PORT = 27017
DATABASE = "rasa"
USER = "rasa"
LOGS = ("audit", "profiler")
PARAMETERS: Mapping[str, str] = {
    "tls": "tls1.2+",
    "audit_logs": "enabled",
    "profiler": "enabled",
    "profiler_threshold_ms": "1000",
}
OPTIONS: Mapping[str, str] = {
    "replicaSet": "rs0",
    # DocumentDB has no retryable writes (developer guide, "Functional differences").
    "retryWrites": "false",
    # Reads go to the primary: a replica lags by milliseconds, and Rasa would answer from a conversation
    # without its last turn.
    "readPreference": "primary",
}
GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Instances:
    """What each `size` gets."""

    instance_class: str
    memory_gib: int
    count: int


INSTANCES: Mapping[tuple[Profile, Size], Instances] = {
    ("dev", "small"): Instances("db.t4g.medium", 4, 1),
    ("dev", "medium"): Instances("db.t4g.medium", 4, 1),
    ("dev", "large"): Instances("db.r6g.large", 16, 1),
    ("production", "small"): Instances("db.r6g.large", 16, 3),
    ("production", "medium"): Instances("db.r6g.xlarge", 32, 3),
    ("production", "large"): Instances("db.r6g.2xlarge", 64, 3),
}


def create_documentdb(name: str, args: TrackerStoreArgs[Placement], *, parent: Resource) -> MongoDb:
    """Create the cluster and its instances, with Rasa as the master user."""
    place, wanted = args.placement, INSTANCES[args.profile, args.size]
    security_group, rule = create_security_group(name, place, port=PORT, parent=parent)
    password = random.RandomPassword(
        # No special characters: DocumentDB refuses some, and the rest would need quoting in a URI.
        f"{name}-password",
        length=40,
        special=False,
        opts=ResourceOptions(parent=parent),
    )
    cluster = _cluster(name, args, password.result, security_group, parent=parent)
    instances = tuple(
        aws.docdb.ClusterInstance(
            f"{name}-{number}",
            cluster_identifier=cluster.id,
            instance_class=wanted.instance_class,
            ca_cert_identifier=AUTHORITY,
            copy_tags_to_snapshot=True,
            preferred_maintenance_window=MAINTENANCE_WINDOW,
            apply_immediately=args.profile == "dev",
            opts=ResourceOptions(parent=parent),
        )
        for number in range(1, wanted.count + 1)
    )
    create_alarms(
        name,
        _alarms(wanted),
        namespace="AWS/DocDB",
        dimensions={"DBClusterIdentifier": cluster.cluster_identifier},
        topic_arn=place.alarm_topic_arn,
        parent=parent,
    )
    return MongoDb(
        hosts=Output.concat(cluster.endpoint, f":{PORT}"),
        database=DATABASE,
        login=PasswordLogin(username=USER, password=Output.secret(password.result)),
        ca=Output.from_input(rds_roots(place.region)),
        options=OPTIONS,
        # DocumentDB gives out the endpoint's name before an instance answers there.
        ready=(rule, *instances),
    )


def _cluster(
    name: str,
    args: TrackerStoreArgs[Placement],
    password: Output[str],
    security_group: aws.ec2.SecurityGroup,
    *,
    parent: Resource,
) -> aws.docdb.Cluster:
    place = args.placement
    subnets = aws.docdb.SubnetGroup(name, subnet_ids=place.subnet_ids, opts=ResourceOptions(parent=parent))
    identifier = subnets.name
    logs = create_log_groups(name, args, LOGS, folder="/aws/docdb", identifier=identifier, parent=parent)
    snapshot = final_snapshot(args, identifier)
    return aws.docdb.Cluster(
        name,
        cluster_identifier=identifier,
        engine="docdb",
        engine_version=ENGINE_VERSION,
        master_username=USER,
        master_password=password,
        port=PORT,
        db_subnet_group_name=subnets.name,
        db_cluster_parameter_group_name=_parameters(name, parent=parent).name,
        vpc_security_group_ids=[security_group.id],
        storage_encrypted=True,
        kms_key_id=place.key_arn,
        backup_retention_period=BACKUP_DAYS[args.profile],
        preferred_backup_window=BACKUP_WINDOW,
        preferred_maintenance_window=MAINTENANCE_WINDOW,
        apply_immediately=args.profile == "dev",
        deletion_protection=args.deletion_protection,
        skip_final_snapshot=snapshot is None,
        final_snapshot_identifier=snapshot,
        enabled_cloudwatch_logs_exports=LOGS,
        # The log groups are not among the inputs (`create_log_groups`).
        opts=ResourceOptions(parent=parent, depends_on=logs),
    )


def _parameters(name: str, *, parent: Resource) -> aws.docdb.ClusterParameterGroup:
    return aws.docdb.ClusterParameterGroup(
        name,
        family=PARAMETER_FAMILY,
        parameters=[
            aws.docdb.ClusterParameterGroupParameterArgs(name=parameter, value=value)
            for parameter, value in PARAMETERS.items()
        ],
        opts=ResourceOptions(parent=parent),
    )


def _alarms(instances: Instances) -> tuple[Alarm, ...]:
    alarms = (
        Alarm(metric="CPUUtilization", above=80, minutes=15),
        Alarm(metric="FreeableMemory", below=0.1 * instances.memory_gib * GIB, minutes=15),
        # Seconds.
        Alarm(metric="ReadLatency", above=0.02, minutes=15),
        Alarm(metric="WriteLatency", above=0.1, minutes=15),
    )
    # Milliseconds; without a replica the metric has no data.
    late = Alarm(metric="DBClusterReplicaLagMaximum", above=1000, missing="notBreaching")
    return (*alarms, late) if instances.count > 1 else alarms
