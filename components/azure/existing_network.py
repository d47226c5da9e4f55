"""A virtual network that a company owns: looked at before anything is made, refused where it could not serve.

It is never changed (docs/adr/0007-a-network-that-exists.md). What the stack makes in it: private endpoints,
links of its own private DNS zones, grants of AKS and of the load balancer's controller on its subnets. What
it deliberately does not do: routes, security groups, delegations, peerings, links of a hub's zones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import pulumi_azure_native as azure
from pulumi import InvokeOptions, Output, Resource

from components.azure.address_plan import BALANCERS_PREFIX
from components.azure.network import DELEGATIONS
from components.azure.network_place import NetworkPlace
from components.contract.addresses import overlaps, too_small
from components.contract.errors import ConfigurationError
from components.contract.provider import ExistingNetwork, FoundationArgs

KEY, STORAGE = "rasa:network", "Microsoft.Storage"
SMALLEST: Mapping[str, int] = {"nodes": 26, "api": 28, "stores": 28, "endpoints": 28}
"""Use → prefix length of the smallest subnet. Each node takes an address, and each new one while they are
upgraded (AKS documentation, "Azure CNI overlay"); /28 is the least that AKS' API and PostgreSQL
take."""
DELEGATED: Mapping[str, str] = {
    "api": DELEGATIONS["api"],
    "stores": DELEGATIONS["postgres"],
    "balancers": "Microsoft.ServiceNetworking/trafficControllers",
}
"""Use → service that the subnet must be delegated to; the others to none."""
if TYPE_CHECKING:  # to name a class of a service is to load the service
    Vnet: TypeAlias = azure.network.GetVirtualNetworkResult
    Subnet: TypeAlias = azure.network.outputs.SubnetResponse
Found = TypeVar("Found")


def find_network(wanted: ExistingNetwork, args: FoundationArgs, *, parent: Resource) -> NetworkPlace:
    """Look the network up; `ConfigurationError` with all that it lacks."""
    found = ask(wanted.id, InvokeOptions(parent=parent))
    problems = [*problems_of(wanted, found, args)]
    if problems:
        raise ConfigurationError(wanted.stack, problems)
    assert found is not None, "that there is none is a problem"
    known = by_id(found)
    subnets = {use: known[ids[0].lower()] for use, ids in wanted.subnets.items() if ids}
    ids = {use: Output.from_input(wanted.subnets[use][0]) for use in subnets}
    none = Output.from_input("")  # the settings ask for each that something is to be in
    return NetworkPlace(
        network_id=Output.from_input(wanted.id),
        network_name=Output.from_input(str(found.name)),
        nodes_subnet_id=ids["nodes"],
        api_subnet_id=ids["api"],
        postgres_subnet_id=ids.get("stores", none),
        endpoints_subnet_id=ids.get("endpoints", none),
        data_subnet_ids=tuple(ids[use] for use in ("endpoints", "stores") if use in ids),
        balancers_subnet_id=ids.get("balancers"),
        balancers_cidr=range_of(subnets["balancers"]) if "balancers" in subnets else None,
        stores_cidrs=tuple(range_of(subnets[use]) for use in ("stores", "endpoints") if use in subnets),
        joined={"": ids["nodes"], "-api": ids["api"]},
        outbound="userAssignedNATGateway" if subnets["nodes"].nat_gateway else "userDefinedRouting",
        private_zones={one.rpartition("/")[2].lower(): one for one in wanted.private_zones},
    )


def problems_of(wanted: ExistingNetwork, found: Vnet | None, args: FoundationArgs) -> Iterator[str]:
    """One message for each thing that the network lacks; `None`: there is no such network."""
    if found is None:
        yield f"{KEY}.id {wanted.id!r} is no network that you see; list them with: az network vnet list"
        return
    if str(found.location).replace(" ", "").lower() != args.region:
        yield (
            f"{KEY}.id {wanted.id!r} is in {found.location}, and rasa:region is {args.region!r}; accepted: a "
            "network of that region"
        )
    prefixes = (found.address_space.address_prefixes if found.address_space else None) or ()
    yield from overlaps({"servicesCidr": args.services_cidr, "podsCidr": args.pods_cidr}, prefixes)
    known = by_id(found)
    for use, ids in wanted.subnets.items():
        for index, subnet_id in enumerate(ids):
            where, subnet = f"{KEY}.subnets.{use}[{index}] {subnet_id!r}", known.get(subnet_id.lower())
            if subnet is None:
                yield (
                    f"{where} is no subnet of {found.name}; list them with: az network vnet show --ids "
                    f"{wanted.id} --query 'subnets[].id'"
                )
            else:
                yield from problems_of_subnet(where, use, subnet)
                if use == "nodes" and wanted.snapshots:
                    yield from _storage(where, subnet)


def problems_of_subnet(where: str, use: str, subnet: Subnet) -> Iterator[str]:
    """One message for each thing that a subnet lacks for its use."""
    if use != "balancers":
        yield from too_small(where, range_of(subnet), SMALLEST[use])
    elif IPv4Network(range_of(subnet)).prefixlen != BALANCERS_PREFIX:
        yield f"{where} has the range {range_of(subnet)}; accepted: /{BALANCERS_PREFIX}, no other"
    delegations, service = [str(one.service_name) for one in subnet.delegations or ()], DELEGATED.get(use)
    if service is not None and service not in delegations:
        yield (
            f"{where} is delegated to {', '.join(delegations) or 'nobody'}; accepted: to {service}, with: az "
            f"network vnet subnet update --ids {subnet.id} --delegations {service}"
        )
    elif service is None and delegations:
        yield f"{where} is delegated to {', '.join(delegations)}; accepted: one that is delegated to none"
    if use == "nodes" and not subnet.nat_gateway and not subnet.route_table:
        yield (
            f"{where} has neither a NAT gateway nor a route table, so its nodes reach no registry and no "
            "language model; accepted: one of them (a route of 0.0.0.0/0 to a firewall), such as: az network "
            f"vnet subnet update --ids {subnet.id} --nat-gateway <id>"
        )


def _storage(where: str, subnet: Subnet) -> Iterator[str]:
    """The storage of Vault's snapshots lets the nodes in by it."""
    if STORAGE not in [one.service for one in subnet.service_endpoints or ()]:
        yield (
            f"{where} has no service endpoint of {STORAGE}, by which Vault's snapshots leave; accepted: one "
            "that has it, with: az network vnet subnet update "
            f"--ids {subnet.id} --service-endpoints {STORAGE}"
        )


def range_of(subnet: Subnet) -> str:
    """The range of a subnet, which Azure tells under either of two names."""
    return str(subnet.address_prefix or (subnet.address_prefixes or ("",))[0])


def by_id(found: Vnet) -> Mapping[str, Subnet]:
    """Subnets by their ids in small letters, since Azure does not mind their case."""
    return {str(one.id).lower(): one for one in found.subnets or ()}


def ask(network_id: str, options: InvokeOptions) -> Vnet | None:
    """What Azure says of a network; None: there is none."""
    parts = network_id.split("/")
    return seen(
        lambda: azure.network.get_virtual_network(
            resource_group_name=parts[4], virtual_network_name=parts[8], opts=options
        )
    )


def seen(asked: Callable[[], Found]) -> Found | None:
    """What a look-up tells; None where there is none."""
    try:
        return asked()
    except Exception as error:  # the SDK raises nothing narrower, whatever Azure said
        # ResourceNotFound, ResourceGroupNotFound (Azure Resource Manager, "Common errors")
        if "NotFound" in str(error):
            return None
        raise
