"""The data stores under test, and where they are placed."""

from __future__ import annotations

import json
from typing import Any

import pulumi_aws as aws
from pulumi import Output

from components.aws.placement import Placement
from tests.computed import ACCOUNT, REGION
from tests.made_alone import maker
from tests.recorder import Recorded, beside

ALARM_TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
POSTGRES = "aws:rds/instance:Instance"
DOCUMENTDB = "aws:docdb/cluster:Cluster"
VALKEY = "aws:elasticache/replicationGroup:ReplicationGroup"
MSK = "aws:msk/cluster:Cluster"
TOPIC = "aws:msk/topic:Topic"


STORES = ("model-storage", "lock-store", "postgres", "dynamodb", "mongodb", "event-broker")


def placement(alarm_topic_arn: str | None = None) -> Placement:
    """A placement whose cluster is a resource, so that whoever waits for it shows."""
    return Placement(
        region=REGION,
        account_id=Output.from_input(ACCOUNT),
        vpc_id=Output.from_input("vpc-1"),
        subnet_ids=tuple(Output.from_input(f"subnet-{zone}") for zone in "abc"),
        clients_security_group_id=aws.ec2.SecurityGroup(
            "cluster", description="the cluster's", opts=beside()
        ).id,
        key_arn=Output.from_input(f"arn:aws:kms:{REGION}:{ACCOUNT}:key/stack"),
        rasa_role_name=Output.from_input("rasa-role"),
        setup_role_name=Output.from_input("setup-role"),
        oidc_issuer=Output.from_input("https://oidc"),
        alarm_topic_arn=alarm_topic_arn,
    )


make = maker("aws", placement, postgres_login="identity")


def statements(recorded: Recorded) -> list[dict[str, Any]]:
    return json.loads(recorded.inputs["policy"])["Statement"]
