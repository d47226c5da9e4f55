"""The data stores under test: each of them made alone, next to a cluster that nobody may wait for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pulumi_aws as aws
from pulumi import ComponentResource, Output

from components.aws.event_broker import EventBroker
from components.aws.lock_store import LockStore
from components.aws.model_storage import ModelStorage
from components.aws.placement import Placement
from components.aws.tracker_store import TrackerStore
from components.contract.connections import Topics
from components.contract.provider import EventBrokerArgs, LockStoreArgs, ModelStorageArgs, TrackerStoreArgs
from components.contract.terms import TrackerStoreKind, TrackerStoreLogin
from tests.computed import ACCOUNT, REGION
from tests.recorder import Recorded, Recording, beside, record

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


def given(profile: str, size: str, **changes: Any) -> dict[str, Any]:
    protected = profile == "production"
    return {"profile": profile, "size": size, "deletion_protection": protected, **changes}


def tracker_store(
    kind: TrackerStoreKind, login: TrackerStoreLogin = "password"
) -> Callable[[Placement, str, str], ComponentResource]:
    return lambda place, profile, size: TrackerStore(
        "tracker-store", TrackerStoreArgs(placement=place, kind=kind, login=login, **given(profile, size))
    )


STORES: Mapping[str, Callable[[Placement, str, str], ComponentResource]] = {
    "model-storage": lambda place, profile, size: ModelStorage(
        "model-storage", ModelStorageArgs(placement=place, **given(profile, size))
    ),
    "lock-store": lambda place, profile, size: LockStore(
        "lock-store", LockStoreArgs(placement=place, **given(profile, size))
    ),
    "postgres": tracker_store("postgres", "identity"),
    "dynamodb": tracker_store("dynamodb", "identity"),
    "mongodb": tracker_store("mongodb"),
    "event-broker": lambda place, profile, size: EventBroker(
        "event-broker", EventBrokerArgs(placement=place, topics=Topics(), **given(profile, size))
    ),
}


def placement(alarm_topic_arn: str | None) -> Placement:
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


def make(
    store: str, profile: str, *, size: str = "small", preview: bool = False, alarms: str | None = None
) -> Recording[Any]:
    return record(lambda: STORES[store](placement(alarms), profile, size), preview=preview)


def statements(recorded: Recorded) -> list[dict[str, Any]]:
    return json.loads(recorded.inputs["policy"])["Statement"]
