"""A VPC that a company owns: looked at before anything is made, refused where the stack could not live in it.

It is never changed (docs/adr/0007-a-network-that-exists.md). What the stack makes in it: nothing; GKE and
Google's services place addresses and firewall rules in it themselves. What it deliberately does not do:
subnets, ranges, routes, NAT, peerings, and the grants that a shared VPC's host project gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import pulumi
from pulumi import InvokeOptions, Output, Resource
from pulumi_gcp import compute

from components.contract.addresses import too_small
from components.contract.errors import ConfigurationError
from components.contract.provider import ExistingNetwork, FoundationArgs
from components.gcp.network_place import NetworkPlace

KEY = "rasa:network"
SMALLEST_NODES, SMALLEST_STORES = 26, 24
"""Prefix lengths. Nodes, the control plane and Kafka's brokers take addresses of the subnet; /24 is the
least that Cloud SQL takes (Cloud SQL documentation, "Learn about using private IP")."""
PEERING = "servicenetworking-googleapis-com"
"""What Google calls the peering of private services access."""
if TYPE_CHECKING:  # to name a class of a service is to load the service
    Address: TypeAlias = compute.GetGlobalAddressResult
    Subnet: TypeAlias = compute.GetSubnetworkResult
Found = TypeVar("Found", "Address", "Subnet")


@dataclass(frozen=True, kw_only=True, slots=True)
class Vpc:
    """What Google says of the network."""

    subnet: Subnet | None
    """That of the nodes; None, as below: none that is seen."""
    stores: Address | None
    """The range of Google's services."""
    peered: bool
    """Whether that is of use: the network has the peering."""
    nat: bool
    """Whether a router of the network has a NAT in the region."""


def find_network(wanted: ExistingNetwork, args: FoundationArgs, *, parent: Resource) -> NetworkPlace:
    """Look the network up; `ConfigurationError` with all that it lacks."""
    found = _ask(wanted, args.region, InvokeOptions(parent=parent))
    problems = [*problems_of(wanted, found, args)]
    if problems:
        raise ConfigurationError(wanted.stack, problems)
    assert found.subnet is not None, "that there is none is a problem"
    if wanted.internet and not found.nat:
        pulumi.log.warn(
            f"{KEY}.id {wanted.id!r} has no Cloud NAT in {args.region}: unless a route leads 0.0.0.0/0 to a "
            "firewall, no pod reaches a registry or a language model; where there is neither: pulumi config "
            f"set --path '{KEY}.internet' false"
        )
    ranges = {one.ip_cidr_range: one.range_name for one in found.subnet.secondary_ip_ranges}
    network = Output.from_input(wanted.id)
    return NetworkPlace(
        network_id=network,
        subnet_id=Output.from_input(wanted.subnets["nodes"][0]),
        pods_range=ranges[args.pods_cidr],
        services_range=ranges[args.services_cidr],
        private_network=network,
        private_range=None if found.stores is None else Output.from_input(str(found.stores.name)),
        stores_cidrs=(found.subnet.ip_cidr_range, *(() if found.stores is None else (_range(found.stores),))),
    )


def problems_of(wanted: ExistingNetwork, found: Vpc, args: FoundationArgs) -> Iterator[str]:
    """One message for each thing that the network lacks."""
    host, _, name = _parts(wanted.id)
    where, subnet = f"{KEY}.subnets.nodes[0] {wanted.subnets['nodes'][0]!r}", found.subnet
    if subnet is None:
        yield (
            f"{where} is no subnet that you see; list them with: gcloud compute networks subnets list "
            f"--project {host} --network {name}"
        )
    else:
        yield from _other_network(where, subnet.network, wanted)
        yield from _of_subnet(where, subnet, args)
    for given in wanted.subnets["stores"]:
        where, stores = f"{KEY}.subnets.stores[0] {given!r}", found.stores
        if stores is None or stores.purpose != "VPC_PEERING":
            yield (
                f"{where} is no range for Google's services that you see; list them with: gcloud compute "
                f"addresses list --global --project {host} --filter purpose=VPC_PEERING"
            )
            continue
        yield from _other_network(where, stores.network, wanted)
        yield from too_small(where, _range(stores), SMALLEST_STORES)
        if not found.peered:
            yield (
                f"{KEY}.id {wanted.id!r} is not peered with Google's services, by which Cloud SQL and "
                "Memorystore are reached; accepted: private services access, made with: gcloud services "
                f"vpc-peerings connect --service servicenetworking.googleapis.com --ranges {stores.name} "
                f"--network {name} --project {host}"
            )


def _of_subnet(where: str, subnet: Subnet, args: FoundationArgs) -> Iterator[str]:
    update = (
        f"gcloud compute networks subnets update {subnet.name} --project {subnet.project} "
        f"--region {subnet.region}"
    )
    if subnet.region != args.region:
        yield (
            f"{where} is in {subnet.region}, and rasa:region is {args.region!r}; accepted: a subnet of that "
            "region"
        )
    yield from too_small(where, subnet.ip_cidr_range, SMALLEST_NODES)
    if not subnet.private_ip_google_access:
        yield (
            f"{where} has no private Google access, so its nodes reach no API of Google; accepted: one that "
            f"has it, with: {update} --enable-private-ip-google-access"
        )
    ranges = {one.ip_cidr_range: one.range_name for one in subnet.secondary_ip_ranges}
    named = ", ".join(f"{cidr} ({name})" for cidr, name in ranges.items()) or "none"
    for key, cidr in (("podsCidr", args.pods_cidr), ("servicesCidr", args.services_cidr)):
        if cidr not in ranges:
            yield (
                f"{KEY}.{key} {cidr} is no secondary range of {subnet.name}; accepted: {named}; "
                f"set it with: pulumi config set --path '{KEY}.{key}' <range>; or add it with: {update} "
                f"--add-secondary-ranges <name>={cidr}"
            )


def _other_network(where: str, network: str, wanted: ExistingNetwork) -> Iterator[str]:
    if not network.endswith(f"/{wanted.id}"):
        yield f"{where} is of {network.partition('/v1/')[2]}; accepted: one of {KEY}.id {wanted.id!r}"


def _ask(wanted: ExistingNetwork, region: str, options: InvokeOptions) -> Vpc:
    host, _, _ = _parts(wanted.id)
    project, place, subnet = _parts(wanted.subnets["nodes"][0])
    routers = compute.get_routers(project=host, region=region, opts=options).routers
    return Vpc(
        subnet=_seen(
            lambda: compute.get_subnetwork(name=subnet, region=place, project=project, opts=options)
        ),
        stores=next((_stores(path, options) for path in wanted.subnets["stores"]), None),
        peered=compute.get_network_peering(name=PEERING, network=wanted.id, opts=options).state == "ACTIVE",
        nat=any(one.nats and one.network.endswith(f"/{wanted.id}") for one in routers),
    )


def _stores(path: str, options: InvokeOptions) -> Address | None:
    project, _, name = _parts(path)
    return _seen(lambda: compute.get_global_address(name=name, project=project, opts=options))


def _seen(ask: Callable[[], Found]) -> Found | None:
    try:
        return ask()
    except Exception as error:  # the SDK raises nothing narrower, whatever the provider said
        # terraform-provider-google, google/transport, `HandleDataSourceNotFoundError`
        if "not found" in str(error):
            return None
        raise


def _range(address: Address) -> str:
    return f"{address.address}/{address.prefix_length}"


def _parts(path: str) -> tuple[str, str, str]:
    """Project, region (or `global`) and name: `projects/host/regions/europe-west3/subnetworks/nodes`."""
    project, *place, _, name = path.split("/")[1:]
    return project, place[-1], name
