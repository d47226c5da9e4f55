"""Lets the cluster's nodes pull from an Azure container registry that exists, in whichever subscription."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi import Output, Resource
from pulumi_azure_native import containerservice as aks

from components.azure.previews import told
from components.azure.roles import assign, built_in

NODES = "kubeletidentity"
"""AKS' name for the identity with which each node pulls images (documentation, "Use a managed identity in
AKS")."""


def let_nodes_pull(name: str, registry: str, cluster: aks.ManagedCluster, *, parent: Resource) -> Resource:
    """Assign AcrPull on a registry, by its resource id, to the nodes' identity, which AKS makes."""
    return assign(
        f"{name}-registry",
        # With the subscription of the registry, in which the assignment is.
        role_id=built_in("image-puller", Output.from_input(registry.split("/")[2])),
        principal_id=cluster.identity_profile.apply(lambda profile: told(_object_id(profile))),
        scope=registry,
        parent=parent,
    )


def _object_id(profile: Mapping[str, Any] | None) -> str | None:
    nodes = (profile or {}).get(NODES)
    return None if nodes is None else nodes.object_id
