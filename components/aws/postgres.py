"""Tracker store on RDS for PostgreSQL: Rasa logs in with its pod's identity or a password, over verified TLS.

The administrator's password is never in the state: it is made, kept and rotated by RDS in Secrets Manager,
where only the setup Job may read it; that Job creates the role that Rasa logs in as (`jobs/database_init`).

What it deliberately does not do: read replicas, a proxy, or tables, which
Rasa creates itself. From `dev` to `production` nothing is replaced: the class changes with a restart in the
maintenance window, the standby and the storage without one. The instance has a fixed name, so that RDS cannot
create a second one beside it: a change that would replace the database fails, and no conversation is lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

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
from components.aws.policies import Statement, document
from components.aws.security_group import create_security_group
from components.contract.connections import Postgres
from components.contract.provider import TrackerStoreArgs
from components.contract.secrets import CloudIdentityLogin, PasswordLogin, StoredSecretLogin
from components.contract.terms import Profile, Size

# Its end of support: docs/support.yaml. Minor versions come by themselves, so only the major one is named.
MAJOR_VERSION = "18"
PORT = 5432
DATABASE = "rasa"
ROLE = "rasa"
PASSWORD_LENGTH = 32
ADMINISTRATOR = "postgres"
LOGS = ("postgresql", "upgrade", "iam-db-auth-error")
SLOW_STATEMENT_MS = 1000
GIB = 1024**3
STRIPED_GIB, STRIPED_IOPS, STRIPED_MIB = 400, 12_000, 500
"""From this size on gp3 has at least so many IOPS and MiB a second, without a charge, and below it neither
can be said (RDS user guide, "Amazon RDS storage types", gp3). Where they are not said the provider sends back
what it has read of the smaller disk, which RDS refuses (hashicorp/terraform-provider-aws #28382, #47411)."""


@dataclass(frozen=True, slots=True)
class Server:
    """What each `size` gets."""

    instance_class: str
    memory_gib: int
    storage_gib: int
    max_storage_gib: int
    """How far RDS may grow the storage by itself."""
    max_connections: int
    """Set, rather than left to RDS's formula (memory / 9531392 bytes), because Rasa's pools are computed from
    it; about two thirds of the formula, which leaves memory for queries."""


SERVERS: Mapping[tuple[Profile, Size], Server] = {
    ("dev", "small"): Server("db.t4g.micro", 1, 20, 100, 80),
    ("dev", "medium"): Server("db.t4g.small", 2, 20, 100, 150),
    ("dev", "large"): Server("db.t4g.medium", 4, 20, 200, 300),
    ("production", "small"): Server("db.m7g.large", 8, 100, 1000, 600),
    ("production", "medium"): Server("db.r7g.large", 16, 200, 2000, 1200),
    ("production", "large"): Server("db.r7g.xlarge", 32, 400, 4000, 2400),
}


def create_postgres(name: str, args: TrackerStoreArgs[Placement], *, parent: Resource) -> Postgres:
    """Create the server, let Rasa log in as its role and the setup Job as administrator."""
    place, server = args.placement, SERVERS[args.profile, args.size]
    opts = ResourceOptions(parent=parent)
    security_group, rule = create_security_group(name, place, port=PORT, parent=parent)
    subnets = aws.rds.SubnetGroup(name, subnet_ids=place.subnet_ids, opts=opts)
    identifier = subnets.name
    logs = create_log_groups(
        name, args, LOGS, folder="/aws/rds/instance", identifier=identifier, parent=parent
    )
    instance = aws.rds.Instance(
        name,
        _instance_args(identifier, args, subnets, _parameters(name, server, parent=parent), [security_group]),
        # The log groups are not among the inputs (`create_log_groups`).
        ResourceOptions(parent=parent, depends_on=logs),
    )
    create_alarms(
        name,
        _alarms(server),
        namespace="AWS/RDS",
        dimensions={"DBInstanceIdentifier": instance.identifier},
        topic_arn=place.alarm_topic_arn,
        parent=parent,
    )
    secret_arn = instance.master_user_secrets.apply(lambda secrets: secrets[0].secret_arn or "")
    return Postgres(
        host=instance.address,
        port=PORT,
        database=DATABASE,
        login=_login(name, args, parent=parent),
        tls="verify-full",
        ca=Output.from_input(rds_roots(place.region)),
        max_connections=server.max_connections,
        admin=StoredSecretLogin(store="aws-secrets-manager", secret=secret_arn, region=place.region),
        ready=(rule, *_grants(name, args, instance, secret_arn, parent=parent)),
    )


def _instance_args(
    identifier: Output[str],
    args: TrackerStoreArgs[Placement],
    subnets: aws.rds.SubnetGroup,
    parameters: aws.rds.ParameterGroup,
    security_groups: Sequence[aws.ec2.SecurityGroup],
) -> aws.rds.InstanceArgs:
    key_arn, server = args.placement.key_arn, SERVERS[args.profile, args.size]
    production = args.profile == "production"
    snapshot = final_snapshot(args, identifier)
    return aws.rds.InstanceArgs(
        identifier=identifier,
        engine="postgres",
        engine_version=MAJOR_VERSION,
        auto_minor_version_upgrade=True,
        # At the end of standard support RDS upgrades the server, rather than charging for extended support.
        engine_lifecycle_support="open-source-rds-extended-support-disabled",
        instance_class=server.instance_class,
        allocated_storage=server.storage_gib,
        max_allocated_storage=server.max_storage_gib,
        storage_type="gp3",
        iops=STRIPED_IOPS if server.storage_gib >= STRIPED_GIB else None,
        storage_throughput=STRIPED_MIB if server.storage_gib >= STRIPED_GIB else None,
        storage_encrypted=True,
        kms_key_id=key_arn,
        multi_az=production,
        db_name=DATABASE,
        port=PORT,
        iam_database_authentication_enabled=args.login == "identity",
        username=ADMINISTRATOR,
        manage_master_user_password=True,
        master_user_secret_kms_key_id=key_arn,
        ca_cert_identifier=AUTHORITY,
        parameter_group_name=parameters.name,
        db_subnet_group_name=subnets.name,
        vpc_security_group_ids=[group.id for group in security_groups],
        publicly_accessible=False,
        backup_retention_period=BACKUP_DAYS[args.profile],
        backup_window=BACKUP_WINDOW,
        maintenance_window=MAINTENANCE_WINDOW,
        # In production a change that restarts the server waits for the maintenance window.
        apply_immediately=not production,
        deletion_protection=args.deletion_protection,
        skip_final_snapshot=snapshot is None,
        final_snapshot_identifier=snapshot,
        delete_automated_backups=snapshot is None,
        copy_tags_to_snapshot=True,
        # "standard" with seven days is the part that is free.
        database_insights_mode="standard",
        performance_insights_enabled=True,
        performance_insights_kms_key_id=key_arn,
        performance_insights_retention_period=7,
        enabled_cloudwatch_logs_exports=LOGS,
    )


def _parameters(name: str, server: Server, *, parent: Resource) -> aws.rds.ParameterGroup:
    return aws.rds.ParameterGroup(
        name,
        family=f"postgres{MAJOR_VERSION}",
        parameters=[
            aws.rds.ParameterGroupParameterArgs(name="rds.force_ssl", value="1"),
            # Static: it takes effect when the server starts. A new size is a new class, and that restarts.
            aws.rds.ParameterGroupParameterArgs(
                name="max_connections", value=str(server.max_connections), apply_method="pending-reboot"
            ),
            aws.rds.ParameterGroupParameterArgs(
                name="log_min_duration_statement", value=str(SLOW_STATEMENT_MS)
            ),
            aws.rds.ParameterGroupParameterArgs(name="log_lock_waits", value="1"),
            # Ends the session of a pod that has lost its connection; its locks would otherwise stay.
            aws.rds.ParameterGroupParameterArgs(name="idle_in_transaction_session_timeout", value="60000"),
        ],
        opts=ResourceOptions(parent=parent),
    )


def _login(
    name: str, args: TrackerStoreArgs[Placement], *, parent: Resource
) -> PasswordLogin | CloudIdentityLogin:
    match args.login:
        case "identity":
            return CloudIdentityLogin(username=ROLE, provider="aws", region=args.placement.region)
        case "password":
            made = random.RandomPassword(
                f"{name}-role",
                length=PASSWORD_LENGTH,
                special=False,
                keepers={"rotation": args.rotation},
                opts=ResourceOptions(parent=parent),
            )
            return PasswordLogin(username=ROLE, password=Output.secret(made.result))
        case _:
            assert_never(args.login)


def _grants(
    name: str,
    args: TrackerStoreArgs[Placement],
    instance: aws.rds.Instance,
    secret_arn: Output[str],
    *,
    parent: Resource,
) -> Sequence[Resource]:
    opts, place = ResourceOptions(parent=parent), args.placement
    connect: Statement = {
        "Effect": "Allow",
        "Action": ["rds-db:connect"],
        # By the instance's resource id, not its name (RDS user guide, "Creating and using an IAM policy for
        # IAM database access").
        "Resource": Output.concat(
            f"arn:aws:rds-db:{place.region}:", place.account_id, ":dbuser:", instance.resource_id, f"/{ROLE}"
        ),
    }
    read_password: tuple[Statement, Statement] = (
        {"Effect": "Allow", "Action": ["secretsmanager:GetSecretValue"], "Resource": secret_arn},
        {
            "Effect": "Allow",
            "Action": ["kms:Decrypt"],
            "Resource": place.key_arn,
            "Condition": {"StringEquals": {"kms:ViaService": f"secretsmanager.{place.region}.amazonaws.com"}},
        },
    )
    setup = aws.iam.RolePolicy(
        f"{name}-setup", role=place.setup_role_name, policy=document(*read_password), opts=opts
    )
    if args.login == "password":
        return (setup,)
    return aws.iam.RolePolicy(name, role=place.rasa_role_name, policy=document(connect), opts=opts), setup


def _alarms(server: Server) -> tuple[Alarm, ...]:
    return (
        Alarm(metric="CPUUtilization", above=80, minutes=15),
        # RDS grows the storage below 10 % free; less than half of that means that it could not.
        Alarm(metric="FreeStorageSpace", below=0.04 * server.storage_gib * GIB, statistic="Minimum"),
        Alarm(metric="FreeableMemory", below=0.1 * server.memory_gib * GIB, minutes=15),
        Alarm(metric="DatabaseConnections", above=0.8 * server.max_connections, statistic="Maximum"),
        # Seconds.
        Alarm(metric="ReadLatency", above=0.02, minutes=15),
        Alarm(metric="WriteLatency", above=0.1, minutes=15),
        Alarm(metric="DiskQueueDepth", above=10, minutes=15),
        # What is left of the burst credit of the class's disk bandwidth, in percent.
        Alarm(metric="EBSIOBalance%", below=75, minutes=15),
    )
