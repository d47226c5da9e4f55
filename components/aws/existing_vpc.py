"""What AWS says of a VPC and its subnets.

No resource of the stack can replace these reads, since nothing of the network is one
(docs/adr/0007-a-network-that-exists.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi_aws as aws
from pulumi import InvokeOptions

from components.contract.provider import ExistingNetwork

ANYWHERE, INTERNET_GATEWAY = "0.0.0.0/0", "internet gateway"
ENDPOINTS = ("ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "s3", "secretsmanager", "sts")
"""What nodes, pods and the setup Jobs call where nothing leads to the internet.

EKS user guide, "Deploy private clusters with limited internet access"."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Subnet:
    """A subnet, as AWS says it is."""

    id: str
    zone: str
    cidr: str
    free: int
    """Addresses that nobody has."""
    maps_public: bool
    """Whether whatever starts in it gets a public address."""
    route: str
    """Where it sends what is not of the network: `internet gateway`, another way, or nowhere ("")."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Vpc:
    """A VPC, as AWS says it is."""

    cidrs: tuple[str, ...]
    """Empty: there is no such VPC."""
    names: bool
    """Whether it resolves names, and gives machines some."""
    subnets: Mapping[str, Subnet]
    """Those that the stack file names and that are in it, by id."""
    endpoints: frozenset[str]
    """The services of `ENDPOINTS` that answer in it; not asked where it reaches the internet."""


def ask(wanted: ExistingNetwork, region: str, options: InvokeOptions) -> Vpc:
    """What AWS says; lists are asked for where one that does not exist would be an error of the provider."""
    one = aws.ec2.GetVpcsFilterArgs(name="vpc-id", values=[wanted.id])
    if not aws.ec2.get_vpcs(filters=[one], opts=options).ids:
        return Vpc(cidrs=(), names=False, subnets={}, endpoints=frozenset())
    vpc = aws.ec2.get_vpc(id=wanted.id, opts=options)
    named = sorted({one for ids in wanted.subnets.values() for one in ids})
    in_vpc = [
        aws.ec2.GetSubnetsFilterArgs(name=name, values=values)
        for name, values in (("vpc-id", [wanted.id]), ("subnet-id", named))
    ]
    ids = aws.ec2.get_subnets(filters=in_vpc, opts=options).ids
    return Vpc(
        cidrs=tuple(
            one.cidr_block
            for one in vpc.cidr_block_associations
            if one.state in {"associated", "associating"}
        ),
        names=vpc.enable_dns_support and vpc.enable_dns_hostnames,
        subnets={one: _subnet(one, wanted.id, options) for one in ids},
        endpoints=frozenset(
            service
            for service in (() if wanted.internet else ENDPOINTS)
            if _has_endpoint(wanted.id, f"com.amazonaws.{region}.{service}", options)
        ),
    )


def _subnet(subnet_id: str, vpc_id: str, options: InvokeOptions) -> Subnet:
    subnet = aws.ec2.get_subnet(id=subnet_id, opts=options)
    return Subnet(
        id=subnet_id,
        zone=subnet.availability_zone,
        cidr=subnet.cidr_block,
        free=subnet.available_ip_address_count,
        maps_public=subnet.map_public_ip_on_launch,
        route=_way_out(subnet_id, vpc_id, options),
    )


def _way_out(subnet_id: str, vpc_id: str, options: InvokeOptions) -> str:
    """Where a subnet's own route table sends the rest, or the main one, which those without one follow."""
    for name, value in (("association.subnet-id", subnet_id), ("association.main", "true")):
        which = aws.ec2.GetRouteTablesFilterArgs(name=name, values=[value])
        tables = aws.ec2.get_route_tables(vpc_id=vpc_id, filters=[which], opts=options).ids
        if tables:
            routes = aws.ec2.get_route_table(route_table_id=tables[0], opts=options).routes
            out = next((one for one in routes if one.cidr_block == ANYWHERE), None)
            if out is None:
                return ""
            return INTERNET_GATEWAY if out.gateway_id.startswith("igw-") else "another way"
    return ""


def _has_endpoint(vpc_id: str, service: str, options: InvokeOptions) -> bool:
    try:
        aws.ec2.get_vpc_endpoint(vpc_id=vpc_id, service_name=service, state="available", opts=options)
    except Exception as error:  # the SDK raises nothing narrower, whatever the provider said
        # terraform-provider-aws, internal/tfresource, `SingularDataSourceFindError`
        if "no matching EC2 VPC Endpoint" in str(error):
            return False
        if "multiple EC2 VPC Endpoints" not in str(error):
            raise
    return True
