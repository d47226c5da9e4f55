"""What the Azure dependencies stand on beside an AKS cluster that exists: a resource group, logs, identities.

The cluster and its network are looked up and never changed. What it deliberately does not do: alarms and logs
of the cluster, the nodes' right to pull images, and all else that is its owner's task.
"""

from __future__ import annotations

from dataclasses import replace

from pulumi import ComponentResource, Output, ResourceOptions
from pulumi_azure_native import resources

from components.azure.existing_cluster import find_cluster
from components.azure.foundation import subscription_of, workspace
from components.azure.identity import Identity, IdentityArgs
from components.azure.placement import Placement
from components.contract.cluster import ClusterNetwork, Kubernetes
from components.contract.foundation_facts import FoundationFacts
from components.contract.provider import ExistingFoundationArgs


class ExistingFoundation(ComponentResource):
    """Resource group, logs and identities, and the place of a cluster that exists."""

    cluster: Kubernetes
    placement: Placement
    facts: FoundationFacts

    def __init__(self, name: str, args: ExistingFoundationArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:azure:ExistingFoundation", name, {}, opts)
        found = find_cluster(args, parent=self)
        network = found.network
        group = resources.ResourceGroup(name, tags=args.tags, opts=ResourceOptions(parent=self))
        logs = workspace(name, args, group, parent=self)
        issuer = Output.from_input(found.oidc_issuer)
        identity_args = IdentityArgs(
            resource_group=group.name,
            namespace=args.cluster.namespace,
            oidc_issuer=issuer,
            tags=args.tags,
        )
        identity = Identity(f"{name}-pods", identity_args, ResourceOptions(parent=self))
        marks = args.cluster.rasa
        self.cluster = replace(
            args.cluster,
            rasa=replace(
                identity.rasa,
                annotations={**marks.annotations, **identity.rasa.annotations},
                pod_labels={**marks.pod_labels, **identity.rasa.pod_labels},
            ),
            setup=identity.setup,
            cluster_network=ClusterNetwork(stores_cidrs=network.stores_cidrs),
        )
        self.placement = Placement(
            network=network,
            region=args.region,
            resource_group=group.name,
            subscription_id=group.id.apply(subscription_of),
            tenant_id=identity.tenant_id,
            zones=tuple(args.zones),
            node_resource_group_id=Output.from_input(found.node_resource_group),
            # Who works on the stack comes from the network, or through it.
            allowed_cidrs=(),
            oidc_issuer=issuer,
            log_workspace_id=logs.id,
            action_group_id=args.alarm_target,
            tags=args.tags,
        )
        self.facts = FoundationFacts(
            network_id=network.network_id,
            subnet_ids={"cluster": (network.nodes_subnet_id,), "data": network.data_subnet_ids},
            cluster_name=Output.from_input(found.name),
            oidc_issuer=None,
            rasa={
                "clientId": identity.client_id,
                "principalId": identity.principal_id,
                "tenantId": identity.tenant_id,
            },
        )
        self.register_outputs({"resourceGroup": group.name})
