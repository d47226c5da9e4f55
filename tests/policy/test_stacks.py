"""Every policy holds for every stack, and every policy can be broken."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from policy import availability, aws, azure, gcp, in_cluster, kubernetes, network
from policy.stack import Policy, Stack
from tests.stacks import STACKS, is_production, record_stack

POLICIES = (*aws.POLICIES, *azure.POLICIES, *gcp.POLICIES, *in_cluster.POLICIES, *kubernetes.POLICIES)


def seen(stack: str) -> Stack:
    return Stack(resources=record_stack(stack).resources, production=is_production(stack))


@pytest.mark.parametrize("stack", STACKS)
def test_policies_hold(stack: str) -> None:
    assert [f"{policy.__name__}: {said}" for policy in POLICIES for said in policy(seen(stack))] == []


@dataclass(frozen=True)
class Broken:
    """A resource of a real stack with one input spoiled."""

    type: str
    name: str
    inputs: Mapping[str, Any]


def spoil(stack: str, type_: str, path: str, value: object) -> Stack:
    """The stack with one input of the first resource of a type changed (or, for the type alone, removed).

    `type_` may go on with a blank and the resource's name, where the first is not the one.
    """
    real = seen(stack)
    type_, _, name = type_.partition(" ")
    target = next(r for r in real.resources if r.type == type_ and name in {"", r.name})
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
DEPLOYMENT, PATCH = availability.DEPLOYMENT, availability.PATCH
BUDGET, AUTOSCALER = availability.BUDGET, availability.AUTOSCALER
ENV = "spec.template.spec.containers.0.env"
RELEASE, JOB = "kubernetes:helm.sh/v3:Release rasa-release", "kubernetes:batch/v1:Job"
VAULT = "kubernetes:helm.sh/v3:Release vault"
ROLE = "kubernetes:rbac.authorization.k8s.io/v1:Role"

NAMESPACE = "kubernetes:core/v1:Namespace"
NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
INGRESS = "kubernetes:networking.k8s.io/v1:Ingress"
OPEN_PEER = {"ipBlock": {"cidr": "0.0.0.0/0"}}

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
    (network.namespaces_are_labelled_and_closed, NAMESPACE, "metadata.labels", {}),
    (network.namespaces_are_labelled_and_closed, NETWORK_POLICY, "", None),
    (network.nobody_comes_in_from_everywhere, NETWORK_POLICY, "spec.ingress", [{}]),
    (network.nobody_comes_in_from_everywhere, NETWORK_POLICY, "spec.ingress", [{"from": [OPEN_PEER]}]),
    (
        network.nobody_comes_in_from_everywhere,
        NETWORK_POLICY,
        "spec.ingress",
        [{"from": [{"namespaceSelector": {}}]}],
    ),
    (
        network.credentials_of_nodes_are_out_of_reach,
        NETWORK_POLICY,
        "spec.egress",
        [{"to": [OPEN_PEER]}],
    ),
    (network.the_way_in_is_encrypted, INGRESS, "metadata.annotations", {}),
    (
        kubernetes.secrets_come_by_reference,
        RELEASE,
        "values.rasa.additionalEnv",
        [{"name": "DB_PASSWORD", "value": "x"}],
    ),
    (kubernetes.the_chart_is_pinned, RELEASE, "version", None),
    (kubernetes.the_chart_is_pinned, RELEASE, "values.rasa.image.tag", "latest"),
    (kubernetes.pods_are_restricted, DEPLOYMENT, "spec.template.spec.securityContext", {}),
    (kubernetes.secrets_come_by_reference, DEPLOYMENT, ENV, [{"name": "API_KEY", "value": "x"}]),
    (kubernetes.the_chart_is_pinned, DEPLOYMENT, "spec.template.spec.containers.0.image", "a/b"),
    (availability.updates_lose_no_capacity, DEPLOYMENT, "spec.strategy.rollingUpdate.maxUnavailable", 1),
    (availability.updates_lose_no_capacity, DEPLOYMENT, "spec.template.spec.containers.0.lifecycle", {}),
    (availability.updates_lose_no_capacity, PATCH, "spec.template.spec.terminationGracePeriodSeconds", 30),
    (availability.updates_lose_no_capacity, RELEASE, "values.rasa.strategy", {}),
    (availability.nodes_can_be_drained, BUDGET, "", None),
    (availability.nodes_can_be_drained, BUDGET, "spec.maxUnavailable", 0),
    (availability.autoscalers_have_an_end, RELEASE, "values.rasa.autoscaling.maxReplicas", 100),
    (availability.autoscalers_have_an_end, AUTOSCALER, "spec.maxReplicas", 1000),
    (kubernetes.the_chart_is_pinned, VAULT, "values.server.image.tag", "latest"),
    (availability.vault_is_closed_and_survives, VAULT, "values.global.tlsDisable", True),
    (availability.vault_is_closed_and_survives, VAULT, "values.server.ha.raft.config", ""),
    (availability.vault_is_closed_and_survives, VAULT, "values.server.ha.replicas", 1),
    (kubernetes.nobody_writes_secrets_but_by_name, ROLE, "rules.0.resourceNames", []),
    (availability.rasa_is_ready_only_with_its_model, RELEASE, "values.rasa.readinessProbe", {"exec": {}}),
]


@pytest.mark.parametrize(
    ("policy", "type_", "path", "value"),
    SPOILT,
    ids=[f"aws-{s[0].__name__}-{i}" for i, s in enumerate(SPOILT)],
)
def test_policy_can_be_broken(policy: Policy, type_: str, path: str, value: object) -> None:
    assert list(policy(spoil("aws-production", type_, path, value)))


def test_every_policy_has_been_seen_to_fail() -> None:
    assert {policy for policy, *_ in SPOILT} == {*aws.POLICIES, *kubernetes.POLICIES}
