"""The data stores under test, and where they are placed."""

from __future__ import annotations

from typing import Any

from pulumi import Output
from pulumi_azure_native import managedidentity

from components.azure.network_place import NetworkPlace
from components.azure.placement import Placement
from tests.made_alone import maker
from tests.recorder import beside

TAGS = {"stack": "test"}
OFFICE = "198.51.100.0/24"
ACTION_GROUP = "/subscriptions/sub/resourceGroups/x/providers/Microsoft.Insights/actionGroups/on-call"
ALERT = "azure-native:monitor:MetricAlert"
LOCK = "azure-native:authorization:ManagementLockByScope"
ENDPOINT = "azure-native:network:PrivateEndpoint"
ZONE = "azure-native:privatedns:PrivateZone"
ZONE_LINK = "azure-native:privatedns:VirtualNetworkLink"
RECORD = "azure-native:network:PrivateDnsZoneGroup"


STORES = ("model-storage", "lock-store", "postgres", "mongodb", "event-broker", "vault-unseal")


def network_place(**changes: Any) -> NetworkPlace:
    """A network that the stack has made."""
    known = Output.from_input
    args: dict[str, Any] = {
        "network_id": known("vnet-id"),
        "network_name": known("vnet"),
        "nodes_subnet_id": known("nodes-id"),
        "api_subnet_id": known("api-id"),
        "endpoints_subnet_id": known("endpoints-id"),
        "postgres_subnet_id": known("postgres-id"),
        "data_subnet_ids": (known("endpoints-id"), known("postgres-id")),
        "balancers_cidr": "10.20.64.0/24",
        "stores_cidrs": ("10.20.0.0/16",),
        "joined": {"": known("vnet-id")},
    }
    return NetworkPlace(**{**args, **changes})


def placement(**changes: Any) -> Placement:
    """A placement whose cluster is a resource (a stand-in), so that whoever waits for it shows."""
    known = Output.from_input
    stand_in = managedidentity.UserAssignedIdentity("cluster", resource_group_name="group", opts=beside())
    args: dict[str, Any] = {
        "region": "westeurope",
        "resource_group": known("group"),
        "subscription_id": known("sub"),
        "tenant_id": known("tenant"),
        "zones": ("1", "2", "3"),
        "network": network_place(),
        "node_resource_group_id": stand_in.client_id.apply(lambda _: "nodes-group-id"),
        "allowed_cidrs": (OFFICE,),
        "oidc_issuer": stand_in.client_id.apply(lambda _: "https://oidc/"),
        "log_workspace_id": known("workspace-id"),
        "action_group_id": None,
        "tags": TAGS,
    }
    return Placement(**{**args, **changes})


make = maker("azure", placement)
