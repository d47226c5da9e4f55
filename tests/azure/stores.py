"""The data stores under test: each of them made alone, next to a cluster that nobody may wait for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pulumi import ComponentResource, Output
from pulumi_azure_native import managedidentity

from components.azure.event_broker import EventBroker
from components.azure.lock_store import LockStore
from components.azure.model_storage import ModelStorage
from components.azure.placement import Placement
from components.azure.tracker_store import TrackerStore
from components.azure.vault_unseal import VaultUnseal
from components.contract.connections import Topics
from components.contract.provider import (
    EventBrokerArgs,
    LockStoreArgs,
    ModelStorageArgs,
    TrackerStoreArgs,
    VaultUnsealArgs,
)
from components.contract.terms import TrackerStoreKind
from tests.recorder import Recording, beside, record

TAGS = {"stack": "test"}
OFFICE = "198.51.100.0/24"
ACTION_GROUP = "/subscriptions/sub/resourceGroups/x/providers/Microsoft.Insights/actionGroups/on-call"
ALERT = "azure-native:monitor:MetricAlert"
LOCK = "azure-native:authorization:ManagementLockByScope"
ENDPOINT = "azure-native:network:PrivateEndpoint"
ZONE = "azure-native:privatedns:PrivateZone"
ZONE_LINK = "azure-native:privatedns:VirtualNetworkLink"
RECORD = "azure-native:network:PrivateDnsZoneGroup"


def given(profile: str, size: str, **changes: Any) -> dict[str, Any]:
    protected = profile == "production"
    return {"profile": profile, "size": size, "deletion_protection": protected, **changes}


def tracker_store(kind: TrackerStoreKind) -> Callable[[Placement, str, str], ComponentResource]:
    return lambda place, profile, size: TrackerStore(
        "tracker-store", TrackerStoreArgs(placement=place, kind=kind, **given(profile, size))
    )


STORES: Mapping[str, Callable[[Placement, str, str], ComponentResource]] = {
    "model-storage": lambda place, profile, size: ModelStorage(
        "model-storage", ModelStorageArgs(placement=place, **given(profile, size))
    ),
    "lock-store": lambda place, profile, size: LockStore(
        "lock-store", LockStoreArgs(placement=place, **given(profile, size))
    ),
    "postgres": tracker_store("postgres"),
    "mongodb": tracker_store("mongodb"),
    "event-broker": lambda place, profile, size: EventBroker(
        "event-broker", EventBrokerArgs(placement=place, topics=Topics(), **given(profile, size))
    ),
    "vault-unseal": lambda place, profile, size: VaultUnseal(
        "vault-unseal",
        VaultUnsealArgs(placement=place, namespace="vault", service_account="vault", **given(profile, size)),
    ),
}


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
        "network_id": known("vnet-id"),
        "network_name": known("vnet"),
        "balancers_cidr": "10.20.64.0/24",
        "node_resource_group_id": stand_in.client_id.apply(lambda _: "nodes-group-id"),
        "nodes_subnet_id": known("nodes-id"),
        "endpoints_subnet_id": known("endpoints-id"),
        "postgres_subnet_id": known("postgres-id"),
        "allowed_cidrs": (OFFICE,),
        "oidc_issuer": stand_in.client_id.apply(lambda _: "https://oidc/"),
        "log_workspace_id": known("workspace-id"),
        "action_group_id": None,
        "tags": TAGS,
    }
    return Placement(**{**args, **changes})


def make(
    store: str, profile: str, *, size: str = "small", preview: bool = False, **changes: Any
) -> Recording[Any]:
    return record(lambda: STORES[store](placement(**changes), profile, size), preview=preview)
