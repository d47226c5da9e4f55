"""Every policy holds for every stack, and every policy can be broken."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from policy import aws, azure, gcp, kubernetes
from policy.stack import Policy, Stack
from tests.stacks import STACKS, is_production, record_stack

POLICIES = (*aws.POLICIES, *azure.POLICIES, *gcp.POLICIES, *kubernetes.POLICIES)


def seen(stack: str) -> Stack:
    return Stack(resources=record_stack(stack).resources, production=is_production(stack))


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.__name__)
@pytest.mark.parametrize("stack", STACKS)
def test_policy_holds(stack: str, policy: Policy) -> None:
    assert list(policy(seen(stack))) == []


@dataclass(frozen=True)
class Broken:
    """A resource of a real stack with one input spoiled."""

    type: str
    name: str
    inputs: Mapping[str, Any]


def spoil(stack: str, type_: str, path: str, value: object) -> Stack:
    """The stack with one input of the first resource of a type changed (or, for the type alone, removed)."""
    real = seen(stack)
    target = next(resource for resource in real.resources if resource.type == type_)
    others = [resource for resource in real.resources if resource is not target]
    if not path:
        others = [resource for resource in others if resource.type != type_]
        return Stack(resources=others, production=real.production)
    inputs: Any = copy.deepcopy(dict(target.inputs))
    *way, last = path.split(".")
    place = inputs
    for step in way:
        place = place[int(step)] if step.isdigit() else place[step]
    place[int(last) if last.isdigit() else last] = value
    broken = Broken(type=target.type, name=target.name, inputs=inputs)
    return Stack(resources=[*others, broken], production=real.production)


RDS, MSK, EKS = "aws:rds/instance:Instance", "aws:msk/cluster:Cluster", "aws:eks/cluster:Cluster"
REDIS = "aws:elasticache/replicationGroup:ReplicationGroup"
RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
GRANT = "aws:iam/rolePolicy:RolePolicy"
OPEN = '{"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::x"}]}'
WIDE = '{"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}'
RELEASE, JOB = "kubernetes:helm.sh/v3:Release", "kubernetes:batch/v1:Job"

SPOILT: list[tuple[Policy, str, str, object]] = [
    (aws.storage_is_encrypted_with_our_key, RDS, "storageEncrypted", False),
    (aws.storage_is_encrypted_with_our_key, REDIS, "kmsKeyId", None),
    (aws.storage_is_encrypted_with_our_key, "aws:kms/key:Key", "enableKeyRotation", False),
    (aws.storage_is_encrypted_with_our_key, "aws:cloudwatch/logGroup:LogGroup", "kmsKeyId", None),
    (aws.buckets_are_private_versioned_and_encrypted, "aws:s3/bucketVersioning:BucketVersioning", "", None),
    (aws.buckets_are_private_versioned_and_encrypted, "aws:s3/bucket:Bucket", "forceDestroy", True),
    (
        aws.buckets_are_private_versioned_and_encrypted,
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "blockPublicAcls",
        False,
    ),
    (aws.traffic_is_encrypted, REDIS, "transitEncryptionEnabled", False),
    (aws.traffic_is_encrypted, MSK, "encryptionInfo.encryptionInTransit.clientBroker", "PLAINTEXT"),
    (aws.traffic_is_encrypted, "aws:rds/parameterGroup:ParameterGroup", "parameters", []),
    (aws.nothing_is_public, RDS, "publiclyAccessible", True),
    (aws.nothing_is_public, RULE, "cidrIpv4", "0.0.0.0/0"),
    (aws.nothing_is_public, EKS, "vpcConfig.publicAccessCidrs", ["0.0.0.0/0"]),
    (aws.nothing_is_public, EKS, "vpcConfig.publicAccessCidrs", []),
    (aws.production_survives, RDS, "multiAz", False),
    (aws.production_survives, RDS, "deletionProtection", False),
    (aws.production_survives, RDS, "backupRetentionPeriod", 1),
    (aws.production_survives, REDIS, "automaticFailoverEnabled", False),
    (aws.grants_are_narrow, GRANT, "policy", OPEN),
    (aws.grants_are_narrow, GRANT, "policy", WIDE),
    (aws.logs_end, "aws:cloudwatch/logGroup:LogGroup", "retentionInDays", 0),
    (aws.stores_are_watched, "aws:cloudwatch/metricAlarm:MetricAlarm", "", None),
    (aws.everything_is_tagged, "pulumi:providers:aws", "defaultTags", {"tags": {}}),
    (kubernetes.pods_are_restricted, JOB, "spec.template.spec.securityContext", {}),
    (kubernetes.pods_are_restricted, JOB, "spec.template.spec.containers.0.securityContext", {}),
    (
        kubernetes.secrets_come_by_reference,
        RELEASE,
        "values.rasa.additionalEnv",
        [{"name": "DB_PASSWORD", "value": "x"}],
    ),
    (kubernetes.the_chart_is_pinned, RELEASE, "version", None),
    (kubernetes.the_chart_is_pinned, RELEASE, "values.rasa.image.tag", "latest"),
    (kubernetes.rasa_is_ready_only_with_its_model, RELEASE, "values.rasa.readinessProbe", {"exec": {}}),
]


@pytest.mark.parametrize(
    ("policy", "type_", "path", "value"), SPOILT, ids=[f"{s[0].__name__}-{i}" for i, s in enumerate(SPOILT)]
)
def test_policy_can_be_broken(policy: Policy, type_: str, path: str, value: object) -> None:
    assert list(policy(spoil("aws-production", type_, path, value)))


def test_every_policy_has_been_seen_to_fail() -> None:
    assert {policy for policy, *_ in SPOILT} == {*aws.POLICIES, *kubernetes.POLICIES}
