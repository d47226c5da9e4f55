"""Every policy for Azure can be broken."""

from __future__ import annotations

import pytest

from policy import azure
from policy.stack import Policy
from tests.policy.test_stacks import spoil

NSG = "azure-native:network:NetworkSecurityGroup"
DATABASE = "azure-native:redisenterprise:Database"
PARAMETER = "azure-native:dbforpostgresql:Configuration"
ALERT = "azure-native:monitor:MetricAlert"

SPOILT: list[tuple[Policy, str, str, object]] = [
    (azure.nothing_is_public, azure.REDIS, "publicNetworkAccess", "Enabled"),
    (azure.nothing_is_public, azure.POSTGRES, "network.publicNetworkAccess", "Enabled"),
    (azure.nothing_is_public, azure.ACCOUNT, "allowBlobPublicAccess", True),
    (azure.nothing_is_public, azure.ACCOUNT, "networkRuleSet.defaultAction", "Allow"),
    (azure.nothing_is_public, azure.CLUSTER, "apiServerAccessProfile.authorizedIPRanges", []),
    (azure.nothing_is_public, azure.CLUSTER, "apiServerAccessProfile.authorizedIPRanges", ["0.0.0.0/0"]),
    (azure.store_subnets_let_in_the_nodes_alone, NSG, "securityRules.0.sourceAddressPrefix", "*"),
    (azure.store_subnets_let_in_the_nodes_alone, NSG, "securityRules.0.priority", 4096),
    (azure.traffic_is_encrypted, azure.ACCOUNT, "minimumTlsVersion", "TLS1_0"),
    (azure.traffic_is_encrypted, azure.EVENT_HUBS, "minimumTlsVersion", "1.0"),
    (azure.traffic_is_encrypted, DATABASE, "clientProtocol", "Plaintext"),
    (azure.traffic_is_encrypted, PARAMETER, "", None),
    (azure.rasa_can_speak_to_redis, DATABASE, "clusteringPolicy", "OSSCluster"),
    (azure.rasa_can_speak_to_redis, DATABASE, "accessKeysAuthentication", "Disabled"),
    (azure.models_come_back, "azure-native:storage:BlobServiceProperties", "isVersioningEnabled", False),
    (azure.models_come_back, "azure-native:storage:BlobServiceProperties", "", None),
    (azure.production_survives, azure.POSTGRES, "highAvailability.mode", "SameZone"),
    (azure.production_survives, azure.POSTGRES, "backup.backupRetentionDays", 1),
    (azure.production_survives, azure.REDIS, "highAvailability", "Disabled"),
    (azure.production_survives, azure.ACCOUNT, "sku.name", "Standard_LRS"),
    (azure.production_survives, azure.CLUSTER, "agentPoolProfiles.0.availabilityZones", ["1"]),
    (
        azure.production_is_not_deleted_by_accident,
        "azure-native:authorization:ManagementLockByScope",
        "",
        None,
    ),
    (azure.machines_do_what_is_asked_of_them, azure.CLUSTER, "agentPoolProfiles.0.vmSize", "Standard_B2s"),
    (azure.machines_do_what_is_asked_of_them, azure.POSTGRES, "sku.tier", "Burstable"),
    (azure.the_cluster_has_no_back_door, azure.CLUSTER, "disableLocalAccounts", False),
    (azure.the_cluster_has_no_back_door, azure.CLUSTER, "aadProfile.enableAzureRBAC", False),
    (
        azure.grants_are_narrow,
        "azure-native:eventhub:EventHubAuthorizationRule",
        "rights",
        ["Send", "Listen", "Manage"],
    ),
    (
        azure.grants_are_narrow,
        "azure-native:authorization:RoleAssignment",
        "scope",
        "/subscriptions/00000000-0000-4000-8000-000000000001",
    ),
    (azure.stores_are_watched, ALERT, "", None),
    (azure.logs_end, "azure-native:operationalinsights:Workspace", "retentionInDays", None),
    (azure.everything_is_tagged, azure.REDIS, "tags", {}),
]


@pytest.mark.parametrize(
    ("policy", "type_", "path", "value"), SPOILT, ids=[f"{s[0].__name__}-{i}" for i, s in enumerate(SPOILT)]
)
def test_policy_can_be_broken(policy: Policy, type_: str, path: str, value: object) -> None:
    assert list(policy(spoil("azure-production", type_, path, value)))


def test_every_policy_has_been_seen_to_fail() -> None:
    assert {policy for policy, *_ in SPOILT} == set(azure.POLICIES)
