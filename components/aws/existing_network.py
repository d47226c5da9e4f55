"""A VPC that a company owns: looked at before anything is made, refused where the stack could not live in it.

It is never changed (docs/adr/0007-a-network-that-exists.md). What the stack makes in it: security groups,
subnet groups of the data stores, and what services place in its subnets themselves. What it deliberately does
not do: routes, tags of subnets, endpoints, alarms of the NAT, which are the owner's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pulumi
from pulumi import InvokeOptions, Output, Resource

from components.aws.existing_vpc import ENDPOINTS, INTERNET_GATEWAY, Subnet, Vpc, ask
from components.aws.network_place import NetworkPlace
from components.contract.addresses import overlaps, too_small
from components.contract.errors import ConfigurationError
from components.contract.provider import ExistingNetwork

KEY = "rasa:network"
BALANCER_ZONES = 2
SMALLEST: Mapping[str, int] = {"nodes": 26, "stores": 28, "balancers": 27}
"""Use → prefix length of the smallest subnet. Pods get their addresses in blocks of 16, some for each node
(EKS user guide, "Learn about VPC networking and load balancing in EKS Auto Mode"); a load balancer wants a
/27 with eight free ones ("Subnets for your load balancer")."""
FREE: Mapping[str, int] = {"nodes": 48, "stores": 6, "balancers": 8}
"""Use → addresses that a subnet should have left. Fewer are only warned of: a running stack uses them up."""


def find_network(
    wanted: ExistingNetwork, *, region: str, services_cidr: str, parent: Resource
) -> NetworkPlace:
    """Look the network up; `ConfigurationError` with all that it lacks."""
    wanted = replace(wanted, subnets=_with_defaults(wanted))
    found = ask(wanted, region, InvokeOptions(parent=parent))
    problems = [*problems_of(wanted, found, services_cidr)]
    if problems:
        raise ConfigurationError(wanted.stack, problems)
    for text in _few_addresses(wanted, found):
        pulumi.log.warn(text)
    # In the order of their zones, whichever the file has.
    uses = {
        use: sorted((found.subnets[one] for one in ids), key=lambda one: one.zone)
        for use, ids in wanted.subnets.items()
    }
    ids = {use: tuple(one.id for one in subnets) for use, subnets in uses.items()}
    balancers = tuple(one.cidr for one in uses["balancers"])
    return NetworkPlace(
        vpc_id=Output.from_input(wanted.id),
        account_id=Output.from_input(wanted.account),
        cidrs=found.cidrs,
        node_subnet_ids=tuple(map(Output.from_input, ids["nodes"])),
        store_subnet_ids=tuple(map(Output.from_input, ids["stores"])),
        balancer_subnet_ids=ids["balancers"],
        stores_cidrs=tuple(one.cidr for one in uses["stores"]),
        public_balancers=balancers,
        internal_balancers=balancers,
    )


def _with_defaults(wanted: ExistingNetwork) -> Mapping[str, Sequence[str]]:
    nodes, balancers = wanted.subnets["nodes"], wanted.subnets["balancers"]
    return {
        "nodes": nodes,
        "stores": wanted.subnets["stores"] or nodes,
        "balancers": balancers or (nodes if wanted.balancers == "internal" else ()),
    }


def problems_of(wanted: ExistingNetwork, found: Vpc, services_cidr: str) -> Iterator[str]:
    """One message for each thing that the network lacks."""
    if not found.cidrs:
        yield (
            f"{KEY}.id {wanted.id!r} is no VPC that account {wanted.account} sees in this region; list them "
            "with: aws ec2 describe-vpcs"
        )
        return
    if not found.names:
        yield (
            f"{KEY}.id {wanted.id!r} does not resolve names, by which cluster and data stores are reached; "
            f"accepted: both attributes on; {_modify_vpc(wanted.id)}"
        )
    yield from overlaps({"servicesCidr": services_cidr}, found.cidrs)
    for use, ids in wanted.subnets.items():
        subnets = [found.subnets[one] for one in ids if one in found.subnets]
        if use in _given(wanted):
            yield from _of_subnets(use, ids, wanted, found)
        if len(subnets) == len(ids):
            yield from _zones(use, subnets, BALANCER_ZONES if use == "balancers" else wanted.zones)
    if not wanted.internet and (missing := [one for one in ENDPOINTS if one not in found.endpoints]):
        yield (
            f"{KEY}.internet is false, and {wanted.id} has no endpoint of {', '.join(missing)}: without them "
            "no node starts and no pod gets its identity; make each with: aws ec2 create-vpc-endpoint "
            f"--vpc-id {wanted.id} --service-name com.amazonaws.<region>.<service>"
        )


def _of_subnets(use: str, ids: Sequence[str], wanted: ExistingNetwork, found: Vpc) -> Iterator[str]:
    for index, subnet_id in enumerate(ids):
        where, subnet = f"{KEY}.subnets.{use}[{index}] {subnet_id!r}", found.subnets.get(subnet_id)
        if subnet is None:
            yield (
                f"{where} is no subnet of {wanted.id}; list them with: aws ec2 describe-subnets --filters "
                f"Name=vpc-id,Values={wanted.id}"
            )
            continue
        yield from too_small(where, subnet.cidr, SMALLEST[use])
        if use == "nodes":
            yield from _of_nodes(where, subnet, wanted)
        elif use == "balancers" and wanted.balancers == "public" and subnet.route != INTERNET_GATEWAY:
            yield (
                f"{where} has no route to an internet gateway, and the load balancer is public; accepted: a "
                "public subnet, or an ingress of the network alone; set it with: pulumi config set --path "
                "'rasa:ingress.internal' true"
            )


def _of_nodes(where: str, subnet: Subnet, wanted: ExistingNetwork) -> Iterator[str]:
    if subnet.maps_public:
        yield (
            f"{where} gives each node a public address; accepted: a private subnet, or this one after: aws "
            f"ec2 modify-subnet-attribute --subnet-id {subnet.id} --no-map-public-ip-on-launch"
        )
    if subnet.route == INTERNET_GATEWAY:
        yield (
            f"{where} sends 0.0.0.0/0 to an internet gateway, which nodes without a public address do not "
            "pass; accepted: a subnet whose route leads to a NAT gateway, a transit gateway or a firewall"
        )
    elif wanted.internet and not subnet.route:
        yield (
            f"{where} has no route to 0.0.0.0/0, so its nodes reach no registry and no language model; "
            "accepted: a route to a NAT gateway, a transit gateway or a firewall; or, where the VPC has "
            f"endpoints of {', '.join(ENDPOINTS)}: pulumi config set --path '{KEY}.internet' false"
        )


def _zones(use: str, subnets: Sequence[Subnet], wanted: int) -> Iterator[str]:
    zones = [one.zone for one in subnets]
    twice = sorted({zone for zone in zones if zones.count(zone) > 1})
    if subnets and len(set(zones)) < wanted:
        yield (
            f"{KEY}.subnets.{use} are in {len(set(zones))} zones ({', '.join(sorted(set(zones)))}); "
            f"accepted: subnets in {wanted} zones or more"
        )
    elif use != "nodes" and twice:
        yield (
            f"{KEY}.subnets.{use} has two subnets in {', '.join(twice)} (by default they are the "
            "nodes'); accepted: one in each zone, since brokers and load balancers take no "
            "second"
        )


def _few_addresses(wanted: ExistingNetwork, found: Vpc) -> Iterator[str]:
    for use, ids in _given(wanted).items():
        for index, subnet_id in enumerate(ids):
            if (free := found.subnets[subnet_id].free) < FREE[use]:
                yield (
                    f"{KEY}.subnets.{use}[{index}] {subnet_id!r} has {free} free addresses; a new stack "
                    f"wants {FREE[use]}, and a running one some for what grows"
                )


def _given(wanted: ExistingNetwork) -> Mapping[str, Sequence[str]]:
    """The subnets without those that are the nodes' by default."""
    nodes = wanted.subnets["nodes"]
    return {use: ids for use, ids in wanted.subnets.items() if use == "nodes" or ids != nodes}


def _modify_vpc(vpc_id: str) -> str:
    command = f"aws ec2 modify-vpc-attribute --vpc-id {vpc_id}"
    return f"turn them on with: {command} --enable-dns-support && {command} --enable-dns-hostnames"
