"""The network on AWS: a VPC in which only load balancers face the internet, and data stores cannot.

Each zone has three subnets: public (load balancers, the NAT), private (nodes and pods, out through the NAT)
and data (stores; no route but the VPC's own). What it deliberately does not do: interface endpoints, which
cost more per zone than the traffic they would take off the NAT, peering, and flow logs, which are the
account's choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import pulumi_aws as aws
from pulumi import ComponentResource, Output, Resource, ResourceOptions

from components.aws.address_plan import Kind, plan_addresses
from components.aws.alarms import Alarm, create_alarms
from components.aws.network_place import NetworkPlace
from components.contract.provider import FoundationArgs
from components.contract.terms import Profile

ANYWHERE = "0.0.0.0/0"
NAT: Mapping[Profile, Literal["zonal", "regional"]] = {"dev": "zonal", "production": "regional"}
"""A zonal NAT dies with its zone; a regional one spreads over the zones by itself, as one object."""

NAT_ALARMS = (
    # Too many connections to one destination, an LLM's API for example: new ones fail.
    Alarm(metric="ErrorPortAllocation", above=0, statistic="Sum", missing="notBreaching"),
    # A few are normal; AWS advises to investigate from 0.01 % of all packets on (VPC user guide, NAT
    # metrics).
    Alarm(metric="PacketsDropCount", above=100, statistic="Sum", missing="notBreaching"),
)

# The AWS load balancer controller and EKS Auto Mode find their subnets by these tags
# (EKS user guide, "Tag subnets for EKS Auto Mode").
SUBNET_TAGS: Mapping[Kind, Mapping[str, str]] = {
    "public": {"kubernetes.io/role/elb": "1"},
    "private": {"kubernetes.io/role/internal-elb": "1"},
    "data": {},
}


class Network(ComponentResource):
    """VPC, subnets, NAT and internet gateway."""

    place: NetworkPlace

    def __init__(self, name: str, args: FoundationArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("rasa:aws:Network", name, {}, opts)
        vpc = aws.ec2.Vpc(
            f"{name}-vpc",
            cidr_block=args.cidr,
            enable_dns_hostnames=True,  # the EKS private endpoint and the stores are dialled by name
            enable_dns_support=True,
            tags={"Name": name},
            opts=ResourceOptions(parent=self),
        )
        # Empty: a resource without a security group of its own gets no connection instead of open ports.
        aws.ec2.DefaultSecurityGroup(
            f"{name}-default",
            vpc_id=vpc.id,
            ingress=[],
            egress=[],
            tags={"Name": f"{name}-default-closed"},
            opts=ResourceOptions(parent=self),
        )
        gateway = aws.ec2.InternetGateway(
            f"{name}-internet", vpc_id=vpc.id, tags={"Name": name}, opts=ResourceOptions(parent=self)
        )
        public = _Tier(name, "public", vpc, args, parent=self)
        private = _Tier(name, "private", vpc, args, parent=self)
        data = _Tier(name, "data", vpc, args, parent=self)
        nat = _nat(name, args.profile, gateway, public.subnets[0], parent=self)
        routes = (
            *public.associations,
            *private.associations,
            _route(f"{name}-public", public, gateway=gateway, parent=self),
            _route(f"{name}-private", private, nat=nat, parent=self),
        )
        _gateway_endpoints(name, args.region, vpc, private, parent=self)
        create_alarms(
            f"{name}-nat",
            NAT_ALARMS,
            namespace="AWS/NATGateway",
            dimensions={"NatGatewayId": nat.id},
            topic_arn=args.alarm_target,
            parent=self,
        )
        ranges = plan_addresses(args.cidr, len(args.zones))
        self.place = NetworkPlace(
            vpc_id=vpc.id,
            account_id=vpc.owner_id,  # so that no look-up is needed
            cidrs=(args.cidr,),
            node_subnet_ids=private.subnet_ids,
            store_subnet_ids=data.subnet_ids,
            stores_cidrs=(args.cidr,),
            public_balancers=ranges["public"],
            internal_balancers=ranges["private"],
            routes=routes,
        )
        self.register_outputs({"vpcId": vpc.id})


class _Tier:
    """The subnets of one kind, and the route table that they share: one NAT serves all zones."""

    def __init__(
        self, name: str, kind: Kind, vpc: aws.ec2.Vpc, args: FoundationArgs, *, parent: Resource
    ) -> None:
        self.table = aws.ec2.RouteTable(
            f"{name}-{kind}",
            vpc_id=vpc.id,
            tags={"Name": f"{name}-{kind}"},
            opts=ResourceOptions(parent=parent),
        )
        self.subnets: list[aws.ec2.Subnet] = []
        self.associations: list[Resource] = []
        addresses = plan_addresses(args.cidr, len(args.zones))[kind]
        for zone, cidr in zip(args.zones, addresses, strict=True):
            child = f"{name}-{kind}-{zone.removeprefix(args.region)}"
            subnet = aws.ec2.Subnet(
                child,
                vpc_id=vpc.id,
                availability_zone=zone,
                cidr_block=cidr,
                map_public_ip_on_launch=False,
                tags={"Name": child, **SUBNET_TAGS[kind]},
                opts=ResourceOptions(parent=parent),
            )
            association = aws.ec2.RouteTableAssociation(
                child,
                subnet_id=subnet.id,
                route_table_id=self.table.id,
                opts=ResourceOptions(parent=parent),
            )
            self.subnets.append(subnet)
            self.associations.append(association)

    @property
    def subnet_ids(self) -> tuple[Output[str], ...]:
        return tuple(subnet.id for subnet in self.subnets)


def _nat(
    name: str,
    profile: Profile,
    gateway: aws.ec2.InternetGateway,
    subnet: aws.ec2.Subnet,
    *,
    parent: Resource,
) -> aws.ec2.NatGateway:
    # A public NAT is refused in a VPC without an internet gateway, which is not among its inputs
    # (SDK, example "Public NAT").
    opts = ResourceOptions(parent=parent, depends_on=[gateway])
    if NAT[profile] == "regional":
        # AWS chooses the zones and allocates the addresses: auto mode, since no zone or address is given.
        return aws.ec2.NatGateway(
            f"{name}-nat",
            vpc_id=gateway.vpc_id,
            availability_mode="regional",
            connectivity_type="public",
            tags={"Name": name},
            opts=opts,
        )
    address = aws.ec2.Eip(
        f"{name}-nat", domain="vpc", tags={"Name": f"{name}-nat"}, opts=ResourceOptions(parent=parent)
    )
    return aws.ec2.NatGateway(
        f"{name}-nat",
        subnet_id=subnet.id,
        allocation_id=address.allocation_id,
        availability_mode="zonal",
        connectivity_type="public",
        tags={"Name": name},
        opts=opts,
    )


def _route(
    name: str,
    tier: _Tier,
    *,
    gateway: aws.ec2.InternetGateway | None = None,
    nat: aws.ec2.NatGateway | None = None,
    parent: Resource,
) -> aws.ec2.Route:
    return aws.ec2.Route(
        f"{name}-out",
        route_table_id=tier.table.id,
        destination_cidr_block=ANYWHERE,
        gateway_id=gateway.id if gateway else None,
        nat_gateway_id=nat.id if nat else None,
        opts=ResourceOptions(parent=parent),
    )


def _gateway_endpoints(name: str, region: str, vpc: aws.ec2.Vpc, tier: _Tier, *, parent: Resource) -> None:
    """Models, image layers and DynamoDB: free of charge, and not through the NAT."""
    for service in ("s3", "dynamodb"):
        aws.ec2.VpcEndpoint(
            f"{name}-{service}",
            vpc_id=vpc.id,
            vpc_endpoint_type="Gateway",
            service_name=f"com.amazonaws.{region}.{service}",
            route_table_ids=[tier.table.id],
            tags={"Name": f"{name}-{service}"},
            opts=ResourceOptions(parent=parent),
        )
