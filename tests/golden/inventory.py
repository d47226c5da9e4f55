"""A stack at a glance: how many of what, the values that matter, what is absent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from policy.stack import at
from tests.stacks import STACKS, record_stack
from tests.variants import VARIANTS, record_variant

HERE = Path(__file__).parent

CHOSEN: Mapping[str, tuple[str, ...]] = {
    "aws:docdb/cluster:Cluster": ("engineVersion", "deletionProtection", "backupRetentionPeriod"),
    "aws:ec2/natGateway:NatGateway": ("availabilityMode",),
    "aws:ec2/subnet:Subnet": ("cidrBlock", "availabilityZone"),
    "aws:eks/cluster:Cluster": (
        "version",
        "accessConfig.authenticationMode",
        "vpcConfig.endpointPublicAccess",
        "vpcConfig.publicAccessCidrs",
        "deletionProtection",
    ),
    "aws:elasticache/replicationGroup:ReplicationGroup": (
        "engine",
        "engineVersion",
        "nodeType",
        "numCacheClusters",
        "multiAzEnabled",
    ),
    "aws:elasticache/user:User": ("accessString",),
    "aws:iam/rolePolicy:RolePolicy": ("policy",),
    "aws:msk/cluster:Cluster": ("kafkaVersion", "numberOfBrokerNodes", "brokerNodeGroupInfo.instanceType"),
    "aws:msk/topic:Topic": ("name", "partitionCount", "replicationFactor"),
    "aws:rds/instance:Instance": (
        "engineVersion",
        "instanceClass",
        "multiAz",
        "backupRetentionPeriod",
        "deletionProtection",
        "skipFinalSnapshot",
    ),
    "aws:s3/bucket:Bucket": ("forceDestroy",),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ("fromPort", "referencedSecurityGroupId"),
    "azure-native:authorization:RoleAssignment": ("roleDefinitionId", "principalId", "scope"),
    "azure-native:containerservice:ManagedCluster": (
        "kubernetesVersion",
        "sku.tier",
        "disableLocalAccounts",
        "apiServerAccessProfile",
        "agentPoolProfiles",
        "networkProfile",
    ),
    "azure-native:dbforpostgresql:Configuration": ("configurationName", "value"),
    "azure-native:dbforpostgresql:Server": (
        "version",
        "sku.name",
        "highAvailability.mode",
        "backup",
        "storage",
        "network",
    ),
    "azure-native:eventhub:EventHub": ("eventHubName", "partitionCount", "retentionDescription"),
    "azure-native:eventhub:EventHubAuthorizationRule": ("rights",),
    "azure-native:eventhub:Namespace": (
        "sku",
        "maximumThroughputUnits",
        "zoneRedundant",
        "publicNetworkAccess",
    ),
    "azure-native:network:NetworkSecurityGroup": ("securityRules",),
    "azure-native:network:Subnet": ("addressPrefix", "delegations", "natGateway"),
    "azure-native:redisenterprise:Database": ("clusteringPolicy", "evictionPolicy", "port"),
    "azure-native:redisenterprise:RedisEnterprise": ("sku.name", "highAvailability", "publicNetworkAccess"),
    "azure-native:storage:StorageAccount": ("sku.name", "publicNetworkAccess", "networkRuleSet"),
    "kubernetes:apps/v1:StatefulSet": ("spec.replicas", "spec.persistentVolumeClaimRetentionPolicy"),
    "kubernetes:core/v1:PersistentVolumeClaim": ("spec.accessModes", "spec.storageClassName"),
    "kubernetes:kafka.strimzi.io/v1:Kafka": (
        "spec.kafka.version",
        "spec.kafka.config",
        "spec.kafka.listeners",
    ),
    "kubernetes:kafka.strimzi.io/v1:KafkaNodePool": ("spec.replicas", "spec.storage"),
    "kubernetes:kafka.strimzi.io/v1:KafkaUser": ("spec.authorization",),
    "kubernetes:postgresql.cnpg.io/v1:Cluster": (
        "spec.instances",
        "spec.imageName",
        "spec.storage",
        "spec.backup",
    ),
    "kubernetes:helm.sh/v3:Release": (
        "chart",
        "version",
        "values.rasa.image.tag",
        "values.rasa.replicaCount",
        "values.rasa.settings.endpoints",
        "values.rasa.additionalEnv",
        "values.rasa.additionalArgs",
    ),
}
"""The properties that cost money, keep data or let somebody in; the rest is the policies' business."""

ABSENT = (
    "aws:ec2/instance:Instance",
    "aws:elasticache/serverlessCache:ServerlessCache",
    "aws:iam/accessKey:AccessKey",
    "aws:iam/user:User",
    "aws:msk/serverlessCluster:ServerlessCluster",
    "azure-native:redis:Redis",
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
)
"""What would be a surprise: standing credentials, machines of our own, services closed to Rasa."""


LONG = ("kubeconfig", "endpoints", "readme")
"""Outputs that are documents: tests/rasa and tests/stack/test_outputs.py look into them."""


INVENTORIES = (*STACKS, *VARIANTS)
"""What has a golden file: the examples, and variants of them."""


def inventory(stack: str) -> dict[str, Any]:
    """The inventory of a stack, as its golden file holds it."""
    recording = record_variant(stack) if stack in VARIANTS else record_stack(stack)
    resources = recording.resources
    counts = Counter(resource.type for resource in resources)
    values: dict[str, dict[str, Any]] = {}
    for resource in resources:
        for path in CHOSEN.get(resource.type, ()):
            values.setdefault(f"{resource.type} {resource.name}", {})[path] = at(resource.inputs, path)
    return {
        "counts": dict(sorted(counts.items())),
        "values": dict(sorted(values.items())),
        "outputs": {name: value for name, value in recording.outputs.items() if name not in LONG},
        "absent": [type_ for type_ in ABSENT if type_ not in counts],
    }


def golden_file(stack: str) -> Path:
    return HERE / f"{stack}.yaml"


def as_text(stack: str) -> str:
    return f"# Written by `make goldens`.\n{yaml.safe_dump(inventory(stack), width=110)}"
