"""What everything else on Azure stands on: a resource group, network, logs, cluster and identities.

The data stores take their subnets from here while the cluster is still being made; only what a pod's identity
needs, and the pods, wait for it. At rest everything is encrypted with keys that Azure keeps. What it
deliberately does not do: keys of our own for that. The keys and the rights to them would have to exist before
each store, and a principal that may delete a key could delete all data at once.
"""

from __future__ import annotations

from collections.abc import Mapping

from pulumi import ComponentResource, Resource, ResourceOptions
from pulumi_azure_native import operationalinsights, resources

from components.azure.cluster import Cluster, ClusterArgs
from components.azure.existing_network import find_network
from components.azure.identity import Identity, IdentityArgs
from components.azure.network import Network, NetworkArgs
from components.azure.network_place import NetworkPlace
from components.azure.placement import Placement
from components.contract.cluster import ClusterNetwork, Kubernetes
from components.contract.foundation_facts import FoundationFacts
from components.contract.provider import ExistingFoundationArgs, ExistingNetwork, FoundationArgs
from components.contract.terms import Profile

LOG_RETENTION_DAYS: Mapping[Profile, int] = {"dev": 30, "production": 90}
"""30 is the least. Short on purpose: the statement that a database logs as slow holds what a user said."""


class Foundation(ComponentResource):
    """Resource group, network, logs, cluster and identities."""

    cluster: Kubernetes
    placement: Placement
    facts: FoundationFacts

    def __init__(self, name: str, args: FoundationArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:azure:Foundation", name, {}, opts)
        group = resources.ResourceGroup(name, tags=args.tags, opts=ResourceOptions(parent=self))
        subscription_id = group.id.apply(subscription_of)
        logs = workspace(name, args, group, parent=self)
        network = _network(f"{name}-network", args, group, parent=self)
        cluster = Cluster(
            f"{name}-cluster",
            ClusterArgs(
                foundation=args,
                resource_group=group.name,
                resource_group_id=group.id,
                subscription_id=subscription_id,
                network=network,
                log_workspace_id=logs.id,
            ),
            ResourceOptions(parent=self),
        )
        identity_args = IdentityArgs(
            resource_group=group.name,
            namespace=args.namespace,
            oidc_issuer=cluster.oidc_issuer,
            tags=args.tags,
        )
        identity = Identity(f"{name}-pods", identity_args, ResourceOptions(parent=self))
        self.cluster = _kubernetes(cluster, identity, args, network)
        self.placement = Placement(
            network=network,
            region=args.region,
            resource_group=group.name,
            subscription_id=subscription_id,
            tenant_id=identity.tenant_id,
            zones=tuple(args.zones),
            node_resource_group_id=cluster.node_resource_group_id,
            allowed_cidrs=tuple(args.allowed_cidrs),
            oidc_issuer=cluster.oidc_issuer,
            log_workspace_id=logs.id,
            action_group_id=args.alarm_target,
            tags=args.tags,
        )
        self.facts = _facts(network, cluster, identity)
        self.register_outputs({"resourceGroup": group.name, "clusterName": cluster.name})


def _network(
    name: str, args: FoundationArgs, group: resources.ResourceGroup, *, parent: Resource
) -> NetworkPlace:
    if isinstance(args.network, ExistingNetwork):
        return find_network(args.network, args, parent=parent)
    given = NetworkArgs(foundation=args, resource_group=group.name)
    return Network(name, given, ResourceOptions(parent=parent)).place


def _kubernetes(
    cluster: Cluster, identity: Identity, args: FoundationArgs, network: NetworkPlace
) -> Kubernetes:
    balancers = () if network.balancers_cidr is None else (network.balancers_cidr,)
    return Kubernetes(
        kubeconfig=cluster.kubeconfig,
        identifier=cluster.name,
        namespace=args.namespace,
        rasa=identity.rasa,
        setup=identity.setup,
        # No address of an identity agent: pods get their tokens from Entra ID over HTTPS. Cilium enforces
        # network policies.
        cluster_network=ClusterNetwork(stores_cidrs=network.stores_cidrs, public_balancers=balancers),
        # The administrators' rights: without them the cluster refuses Pulumi, in a destroy, too.
        ready=cluster.access,
    )


def subscription_of(resource_id: str) -> str:
    """The subscription of a resource; read from its id, so that no look-up is needed."""
    return resource_id.split("/")[2]


def workspace(
    name: str,
    args: FoundationArgs | ExistingFoundationArgs,
    group: resources.ResourceGroup,
    *,
    parent: Resource,
) -> operationalinsights.Workspace:
    """Where the stack's logs are."""
    return operationalinsights.Workspace(
        f"{name}-logs",
        resource_group_name=group.name,
        sku=operationalinsights.WorkspaceSkuArgs(name="PerGB2018"),
        retention_in_days=LOG_RETENTION_DAYS[args.profile],
        tags=args.tags,
        opts=ResourceOptions(parent=parent),
    )


def _facts(network: NetworkPlace, cluster: Cluster, identity: Identity) -> FoundationFacts:
    return FoundationFacts(
        network_id=network.network_id,
        subnet_ids={
            "cluster": (network.nodes_subnet_id,),
            "data": network.data_subnet_ids,
        },
        cluster_name=cluster.name,
        oidc_issuer=cluster.oidc_issuer,
        rasa={
            "clientId": identity.client_id,
            "principalId": identity.principal_id,
            "tenantId": identity.tenant_id,
        },
    )
