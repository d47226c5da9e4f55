"""An AKS cluster that exists: looked at before anything is made, refused where its pods would reach no store.

Nothing of it is ever changed. Which of the named subnets is for what, their delegations say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from pulumi import InvokeOptions, Output, Resource
from pulumi_azure_native import containerservice

from components.azure.existing_network import DELEGATED, ask, by_id, problems_of_subnet, range_of, seen
from components.azure.network_place import NetworkPlace
from components.contract.errors import ConfigurationError
from components.contract.provider import ExistingFoundationArgs

KEY = "rasa:cluster.network"
if TYPE_CHECKING:
    from components.azure.existing_network import Subnet, Vnet

    # To name a class of a service is to load the service.
    Cluster: TypeAlias = containerservice.GetManagedClusterResult


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterPlace:
    """The cluster, and the network that its nodes and the stores are in."""

    name: str
    oidc_issuer: str
    node_resource_group: str
    network: NetworkPlace


def find_cluster(args: ExistingFoundationArgs, *, parent: Resource) -> ClusterPlace:
    """Look the cluster up; `ConfigurationError` with all that it lacks."""
    options = InvokeOptions(parent=parent)
    parts = args.cluster_name.split("/")
    cluster = seen(
        lambda: containerservice.get_managed_cluster(
            resource_group_name=parts[4], resource_name=parts[8], opts=options
        )
    )
    network = ask(args.network_id, options)
    problems = [*_of_cluster(args, cluster), *_of_network(args, network)]
    if problems:
        raise ConfigurationError(args.stack, problems)
    assert cluster is not None, "that there is none is a problem"
    assert network is not None, "so is that"
    return ClusterPlace(
        name=parts[8],
        oidc_issuer=_issuer(cluster),
        node_resource_group="/".join([*parts[:4], str(cluster.node_resource_group)]),
        network=_place(args, cluster, network),
    )


def _of_cluster(args: ExistingFoundationArgs, cluster: Cluster | None) -> Iterator[str]:
    where, parts = f"{KEY}.clusterName {args.cluster_name!r}", args.cluster_name.split("/")
    if cluster is None:
        yield f"{where} is no cluster that you see; list them with: az aks list --query '[].id'"
        return
    if str(cluster.location).replace(" ", "").lower() != args.region:
        yield (
            f"{where} is in {cluster.location}, and rasa:region is {args.region!r}, where its stores would "
            "be; accepted: a cluster of that region"
        )
    profile = cluster.security_profile
    identity = None if profile is None else profile.workload_identity
    if not _issuer(cluster) or identity is None or not identity.enabled:
        yield (
            f"{where} has no workload identity, by which Rasa's pods log in; accepted: one that has it, "
            f"with: az aks update --resource-group {parts[4]} --name {parts[8]} --enable-oidc-issuer "
            "--enable-workload-identity"
        )
    inside = f"{args.network_id}/subnets/".lower()
    for pool in cluster.agent_pool_profiles or ():
        if not str(pool.vnet_subnet_id or "").lower().startswith(inside):
            of = pool.vnet_subnet_id or "a network that AKS made for itself"
            yield (
                f"{where} has nodes (pool {pool.name}) in {of}, which no store would be in; accepted: a "
                f"cluster in subnets of {KEY}.id {args.network_id!r}"
            )


def _of_network(args: ExistingFoundationArgs, network: Vnet | None) -> Iterator[str]:
    if network is None:
        yield f"{KEY}.id {args.network_id!r} is no network that you see; list them with: az network vnet list"
        return
    known = by_id(network)
    for index, subnet_id in enumerate(args.subnet_ids):
        where, subnet = f"{KEY}.subnets[{index}] {subnet_id!r}", known.get(subnet_id.lower())
        if subnet is None:
            yield (
                f"{where} is no subnet of {network.name}; list them with: az network vnet show --ids "
                f"{args.network_id} --query 'subnets[].id'"
            )
        else:
            yield from problems_of_subnet(where, _use(subnet), subnet)
    for use in args.subnet_uses:
        if use not in _uses(args.subnet_ids, network):
            service = DELEGATED.get(use)
            kind = f"is delegated to {service}" if service else "is delegated to none, for private endpoints"
            yield (
                f"{KEY}.subnets has none that {kind}; list them with: az network vnet show --ids "
                f"{args.network_id} --query subnets"
            )


def _use(subnet: Subnet) -> str:
    postgres = DELEGATED["stores"]
    return "stores" if postgres in [one.service_name for one in subnet.delegations or ()] else "endpoints"


def _uses(subnet_ids: Sequence[str], network: Vnet) -> Mapping[str, Subnet]:
    """What each named subnet is for."""
    known = by_id(network)
    return {_use(known[one.lower()]): known[one.lower()] for one in subnet_ids if one.lower() in known}


def _place(args: ExistingFoundationArgs, cluster: Cluster, network: Vnet) -> NetworkPlace:
    uses = _uses(args.subnet_ids, network)
    ids = {use: Output.from_input(str(subnet.id)) for use, subnet in uses.items()}
    none = Output.from_input("")  # the settings ask for each that something is to be in
    pools = [*(cluster.agent_pool_profiles or ())]
    return NetworkPlace(
        network_id=Output.from_input(args.network_id),
        network_name=Output.from_input(str(network.name)),
        nodes_subnet_id=Output.from_input(str(pools[0].vnet_subnet_id)),
        api_subnet_id=none,
        postgres_subnet_id=ids.get("stores", none),
        endpoints_subnet_id=ids.get("endpoints", none),
        data_subnet_ids=tuple(ids[use] for use in ("endpoints", "stores") if use in ids),
        balancers_cidr=None,
        stores_cidrs=tuple(range_of(uses[use]) for use in ("stores", "endpoints") if use in uses),
        joined={},
        private_zones={one.rpartition("/")[2].lower(): one for one in args.private_zones},
    )


def _issuer(cluster: Cluster) -> str:
    profile = cluster.oidc_issuer_profile
    return (profile.issuer_url or "") if profile and profile.enabled else ""
