"""A VPC that a company owns: looked at before anything is made, refused where the stack could not live in it.

It is never changed (docs/adr/0007-a-network-that-exists.md). What the stack makes in it: nothing; GKE and
Google's services place addresses and firewall rules in it themselves. What it deliberately does not do:
subnets, ranges, routes, NAT, peerings, and the grants that a shared VPC's host project gives.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import pulumi
from pulumi import InvokeOptions, Output, Resource
from pulumi_gcp import compute

from components.contract.addresses import too_small
from components.contract.errors import ConfigurationError
from components.contract.provider import ExistingNetwork, FoundationArgs
from components.gcp import private_services
from components.gcp.network_place import NetworkPlace
from components.gcp.private_services import NamedNetwork, PrivateServices, parts, seen

KEY = "rasa:network"
SMALLEST_NODES = 26
"""Prefix length. Nodes, the control plane and Kafka's brokers take addresses of the subnet."""
if TYPE_CHECKING:  # to name a class of a service is to load the service
    Subnet: TypeAlias = compute.GetSubnetworkResult


@dataclass(frozen=True, kw_only=True, slots=True)
class Vpc:
    """What Google says of the network."""

    subnet: Subnet | None
    """That of the nodes; None, as below: none that is seen."""
    stores: PrivateServices | None
    """The range of Google's services, where one is named."""
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
        private_range=private_services.range_name(found.stores),
        stores_cidrs=private_services.cidrs(found.subnet.ip_cidr_range, found.stores),
    )


def problems_of(wanted: ExistingNetwork, found: Vpc, args: FoundationArgs) -> Iterator[str]:
    """One message for each thing that the network lacks."""
    host, _, name = parts(wanted.id)
    where, subnet = f"{KEY}.subnets.nodes[0] {wanted.subnets['nodes'][0]!r}", found.subnet
    if subnet is None:
        yield (
            f"{where} is no subnet that you see; list them with: gcloud compute networks subnets list "
            f"--project {host} --network {name}"
        )
    else:
        yield from _named(wanted).others(where, subnet.network)
        yield from _of_subnet(where, subnet, args)
    if found.stores is not None:
        yield from private_services.problems_of(found.stores, _named(wanted))


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


def _named(wanted: ExistingNetwork) -> NamedNetwork:
    return NamedNetwork(key=f"{KEY}.id", path=wanted.id)


def _ask(wanted: ExistingNetwork, region: str, options: InvokeOptions) -> Vpc:
    host, _, _ = parts(wanted.id)
    project, place, subnet = parts(wanted.subnets["nodes"][0])
    routers = compute.get_routers(project=host, region=region, opts=options).routers
    return Vpc(
        subnet=seen(lambda: compute.get_subnetwork(name=subnet, region=place, project=project, opts=options)),
        stores=private_services.ask(
            f"{KEY}.subnets.stores[0]", wanted.subnets["stores"], _named(wanted), options
        ),
        nat=any(one.nats and one.network.endswith(f"/{wanted.id}") for one in routers),
    )
