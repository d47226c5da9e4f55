"""What the Azure components share; the other layers pass it on without looking into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pulumi import Output

from components.azure.network_place import NetworkPlace


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement:
    """Where a dependency lives in Azure, who may reach it, and whom its alarms notify."""

    region: str
    resource_group: Output[str]
    """Name of the stack's resource group."""
    subscription_id: Output[str]
    tenant_id: Output[str]
    zones: tuple[str, ...]
    """Empty in a region without zones."""
    network: NetworkPlace
    node_resource_group_id: Output[str]
    """The group in which AKS creates the nodes; known when the cluster is."""
    allowed_cidrs: tuple[str, ...]
    """Addresses from which people and CI work on the stack; storage that they must reach (models, recovery
    keys) lets them in."""
    oidc_issuer: Output[str]
    """URL that the cluster's service account tokens are issued by; known only when the cluster is."""
    log_workspace_id: Output[str]
    action_group_id: str | None
    """Action group that alarms notify; with None the alarms are created and notify nobody."""
    tags: Mapping[str, str]
